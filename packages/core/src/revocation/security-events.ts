/**
 * Receives signals over HTTP: Security Event Tokens (RFC 8935), logout tokens (OpenID Connect Back-Channel Logout 1.0) and signed webhooks,
 * each with the answers of its own specification.
 *
 * @module
 */
import type { Header } from '../challenge.ts'
import { OptionFaults, type Reader, readMembers } from '../option-faults.ts'
import type { ResourceRequest } from '../resource-request.ts'
import type { Transmitter } from './revocation-options.ts'
import { isBounded, isOfType, readBounded, readForm } from './signal-content.ts'
import type { SignalFault } from './signal-fault.ts'
import { intakeOf, type SignalIntake, type Taken } from './signal-intake.ts'

/** Where signals are received; each path from the root of the server. */
export interface SecurityEventPaths {
  /** Security Event Tokens. Default `'/events'`, where there are transmitters. */
  readonly events?: string
  /** Logout tokens. Default `'/backchannel-logout'`, where there are transmitters. */
  readonly logout?: string
  /** Signed webhooks. Default: nowhere. */
  readonly webhook?: string
}

/** The answer to a signal. */
export interface SignalAnswer {
  readonly status: 200 | 202 | 400 | 405 | 413 | 503
  readonly headers: readonly Header[]
  /** Empty where there is none. */
  readonly content: string
}

/** Answers requests to its own paths; `undefined` for any other request, which is not looked at. */
export type SignalReceiver = (request: ResourceRequest) => Promise<SignalAnswer> | undefined

/**
 * Makes the receiver of a resource server.
 *
 * @throws {TypeError} naming every fault.
 */
export function createSignalReceiver(server: object, paths: SecurityEventPaths = {}): SignalReceiver {
  const intake = intakeOf(server, 'securityEvents()')
  const places = readPaths(paths, intake)
  return (request) => {
    const [path = ''] = request.url.split('?', 1)
    const receive = places.get(path)
    return receive?.(request, intake)
  }
}

type Receive = (request: ResourceRequest, intake: SignalIntake) => Promise<SignalAnswer>

function readPaths(value: unknown, { parts: { rules } }: SignalIntake): ReadonlyMap<string, Receive> {
  const faults = new OptionFaults()
  const members = readMembers(value, ['events', 'logout', 'webhook'], faults)
  const hasTransmitters = rules.transmitters.length > 0
  const places = new Map<string, Receive>()
  const place = (name: string, needed: string, isThere: boolean, byDefault: string | undefined, receive: Receive): void => {
    const path = members[name] === undefined ? (isThere ? byDefault : undefined) : readPath(members[name], name, faults)
    if (path === undefined) return
    if (!isThere) faults.say(`"${name}" needs "revocation.${needed}"`)
    if (places.has(path)) faults.say(`"${name}" must be a path of its own`)
    places.set(path, receive)
  }
  place('events', 'transmitters', hasTransmitters, '/events', receiveEvent)
  place('logout', 'transmitters', hasTransmitters, '/backchannel-logout', receiveLogout)
  place('webhook', 'webhook', rules.webhookSecrets.length > 0, undefined, receiveWebhook)
  if (places.size === 0 && faults.found.length === 0)
    faults.say('nothing can be received: "revocation.transmitters", or a path for "webhook", is needed')
  faults.throwAny('securityEvents()')
  return places
}

const readPath: Reader<string> = (value, name, faults) =>
  typeof value === 'string' && /^\/[^?#\s]*$/.test(value) ? value : faults.expect(name, 'a path that begins with "/"', value)

const noStore: Header = ['Cache-Control', 'no-store']

/** RFC 8935 §2: 202 and nothing else, or 400 with a code. */
async function receiveEvent(request: ResourceRequest, intake: SignalIntake): Promise<SignalAnswer> {
  const refuse = ({ fault, description }: SignalFault): SignalAnswer => answerJson({ err: fault, description }, ['Content-Language', 'en'])
  if (request.method !== 'POST') return notAllowed
  // Before anything is read: whoever shows nothing costs nothing.
  const allowed = await findAllowed(request, intake.parts.rules.transmitters)
  if (allowed.length === 0) return refuse({ fault: 'authentication_failed', description: 'the transmitter has not authenticated' })
  if (!isOfType(request, 'application/secevent+jwt'))
    return refuse({ fault: 'invalid_request', description: 'its media type is not application/secevent+jwt' })
  const content = await readBounded(request)
  if (content === undefined) return isBounded(request) ? refuse(unreadable) : tooLarge
  const taken = await intake.takeEvent(content, (transmitter) => allowed.includes(transmitter))
  // RFC 8935 §2: a repetition is answered as if it were new.
  return answer(taken, 202, refuse)
}

/** OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8. */
async function receiveLogout(request: ResourceRequest, intake: SignalIntake): Promise<SignalAnswer> {
  const refuse = (description: string): SignalAnswer => answerJson({ error: 'invalid_request', error_description: description })
  if (request.method !== 'POST') return notAllowed
  if (!isOfType(request, 'application/x-www-form-urlencoded')) return refuse('its media type is not application/x-www-form-urlencoded')
  const tokens = await readForm(request, 'logout_token')
  if (tokens === undefined) return isBounded(request) ? refuse(unreadable.description) : tooLarge
  const [token] = tokens
  if (tokens.length !== 1 || typeof token !== 'string') return refuse('there must be one "logout_token"')
  const taken = await intake.takeLogout(new TextEncoder().encode(token))
  if (taken === 'repeated') return refuse('its "jti" has been used')
  return answer(taken, 200, ({ description }) => refuse(description))
}

async function receiveWebhook(request: ResourceRequest, intake: SignalIntake): Promise<SignalAnswer> {
  const refuse = ({ fault, description }: SignalFault): SignalAnswer => answerJson({ error: fault, error_description: description })
  if (request.method !== 'POST') return notAllowed
  const content = await readBounded(request)
  if (content === undefined) return isBounded(request) ? refuse(unreadable) : tooLarge
  const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => {
    const lines = request.header(name)
    return lines.length === 1 ? lines[0] : undefined
  })
  return answer(await intake.takeWebhook({ id, timestamp, signature, content }), 202, refuse)
}

function answer(taken: Taken, status: 200 | 202, refuse: (fault: SignalFault) => SignalAnswer): SignalAnswer {
  if (taken === 'unavailable') return { status: 503, headers: [noStore, ['Retry-After', '5']], content: '' }
  if (typeof taken !== 'string') return refuse(taken)
  return { status, headers: [noStore], content: '' }
}

function answerJson(body: object, ...more: readonly Header[]): SignalAnswer {
  return { status: 400, headers: [noStore, ['Content-Type', 'application/json'], ...more], content: JSON.stringify(body) }
}

const notAllowed: SignalAnswer = { status: 405, headers: [noStore, ['Allow', 'POST']], content: '' }
const tooLarge: SignalAnswer = { status: 413, headers: [noStore], content: '' }
const unreadable: SignalFault = {
  fault: 'invalid_request',
  description: 'its content cannot be read: it is incomplete, or others have read it',
}

/** The transmitters for which a push may come: those whose `authorization` it shows, and those that need not show any. */
async function findAllowed(request: ResourceRequest, transmitters: readonly Transmitter[]): Promise<readonly Transmitter[]> {
  const lines = request.header('authorization')
  const shown = lines.length === 1 ? lines[0] : undefined
  const isAllowed = async ({ authorization }: Transmitter): Promise<boolean> =>
    authorization === undefined || (shown !== undefined && (await isSame(shown, authorization)))
  const allowed = await Promise.all(transmitters.map(isAllowed))
  return transmitters.filter((_transmitter, at) => allowed[at])
}

/** Takes the same time wherever two texts differ, and however long they are. */
async function isSame(one: string, other: string): Promise<boolean> {
  const digest = async (text: string): Promise<Uint8Array> =>
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  const [left, right] = await Promise.all([digest(one), digest(other)])
  return left.reduce((difference, byte, at) => difference | (byte ^ (right[at] ?? 0)), 0) === 0
}
