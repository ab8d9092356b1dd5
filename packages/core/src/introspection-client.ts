/**
 * One question to one introspection endpoint, RFC 7662 §2.1: authenticated, under one deadline, retried at most as often as allowed. No redirect is followed, and nothing of the caller's request but the token goes along (§5).
 *
 * @module
 */
import type { ClientAuthentication } from './client-authentication/client-authentication.ts'
import { type Discovery, discoveryFailed } from './discovery.ts'
import { toFault } from './endpoint-fault.ts'
import { IntrospectionError } from './errors.ts'
import type { EventSink } from './events.ts'
import { identifyRequest, type RequestRules, standardRequest, writeIntrospectionRequest } from './introspection-request.ts'
import { type IntrospectionResponse, type ReplyRules, readIntrospection, readIntrospectionReply } from './introspection-response.ts'
import { Pause } from './pause.ts'
import { type Connection, Deadline, type HttpFailure, type HttpReply } from './runtime/runtime.ts'
import type { SignedReplies } from './signed-introspection.ts'
import { identifySigned, type SignedReplyRules } from './signed-introspection-options.ts'

/** What asking rests on. */
export interface IntrospectionClientParts {
  /** Where to ask, or what finds it. */
  readonly endpoint: URL | Discovery
  /** For credentials that name whom they are for. */
  readonly issuer?: string | undefined
  /** The name under which events speak of this authorization server. */
  readonly authorizationServer: string
  readonly clientAuthentication: ClientAuthentication
  readonly connection: Connection
  readonly timeoutMs: number
  readonly maxResponseBytes: number
  readonly retries: number
  readonly maxConcurrentCalls: number
  /** Default: as RFC 7662 §2.1 has it. */
  readonly requestRules?: RequestRules
  readonly replyRules: ReplyRules
  /** Replies must be signed. */
  readonly signed?: SignedReplyRules | undefined
  readonly events: EventSink
  readonly now: () => number
}

/** Asks about tokens. */
export interface IntrospectionClient {
  /** Everything but the token that can change an answer: parts with their lengths, so that no two sets of parts read the same. */
  readonly identity: string | Promise<string>
  /** Questions put so far, retries not counted. */
  readonly calls: number
  /** Those of them that brought no usable answer. */
  readonly failedCalls: number
  /** @throws {IntrospectionError} with any code; whatever a credentials function of the application throws comes through as it is. */
  introspect(token: string): Promise<IntrospectionResponse>
  /** Resolves when everything is at hand that does not depend on a token. @throws {IntrospectionError} when it cannot be had. */
  ready(): Promise<void>
}

// Raised when replies come to be read differently, so that answers kept by an older version are not taken for ours.
const readerVersion = '1'

/** Makes the client of one endpoint. */
export function createIntrospectionClient(parts: IntrospectionClientParts): IntrospectionClient {
  const { endpoint, clientAuthentication, connection, requestRules = standardRequest, replyRules, signed, events, now } = parts
  // RFC 9701 §4.
  const accept = signed === undefined ? 'application/json' : 'application/token-introspection+jwt'
  let signedReplies: Promise<SignedReplies> | undefined
  let calls = 0
  let failedCalls = 0
  let callsInFlight = 0
  const pause = new Pause(now)

  async function introspect(token: string): Promise<IntrospectionResponse> {
    const { secondsLeft } = pause
    if (secondsLeft > 0)
      throw new IntrospectionError('ENDPOINT_UNAVAILABLE', 'the introspection endpoint has asked for a pause', secondsLeft)
    if (callsInFlight >= parts.maxConcurrentCalls) {
      throw new IntrospectionError('OVERLOADED', `${parts.maxConcurrentCalls} introspection calls are under way`)
    }
    callsInFlight++
    const deadline = new Deadline(parts.timeoutMs)
    try {
      return await ask(endpoint instanceof URL ? endpoint : await locate(endpoint, deadline), token, deadline)
    } finally {
      deadline.clear()
      callsInFlight--
    }
  }

  async function ask(url: URL, token: string, deadline: Deadline): Promise<IntrospectionResponse> {
    calls++
    try {
      for (let attempt = 1, retries = 0; ; attempt++) {
        const reply = await attemptOnce(url, token, deadline, attempt)
        const again = isRefused(reply)
          ? clientAuthentication.refused?.(now()) === true
          : retries++ < parts.retries && isWorthRetrying(reply)
        if (!again || deadline.expired) return await readOutcome(reply, token, deadline)
      }
    } catch (error) {
      failedCalls++
      throw error
    }
  }

  async function locate(discovery: Discovery, deadline: Deadline): Promise<URL> {
    const discovered = await settleBefore(deadline, discovery.find())
    if (discovered === undefined) throw discoveryFailed(`it did not come within ${parts.timeoutMs} ms`)
    return discovered.endpoint
  }

  async function attemptOnce(url: URL, token: string, deadline: Deadline, attempt: number): Promise<HttpReply | HttpFailure> {
    const sentAt = now()
    const credentials = await settleBefore(deadline, clientAuthentication.credentials({ issuer: parts.issuer, now: sentAt }))
    if (credentials === undefined) return { failure: 'ENDPOINT_TIMEOUT', replied: false }
    const request = writeIntrospectionRequest(url, token, credentials, requestRules, accept)
    const reply = await connection.exchange(request, { deadline, maxBytes: parts.maxResponseBytes })
    if (events.listening) {
      const status = 'failure' in reply ? 0 : reply.status
      events.emit({ type: 'introspected', authorizationServer: parts.authorizationServer, status, durationMs: now() - sentAt, attempt })
    }
    return reply
  }

  async function readOutcome(reply: HttpReply | HttpFailure, token: string, deadline: Deadline): Promise<IntrospectionResponse> {
    if ('failure' in reply) throw toFault(reply, 'introspection', parts)
    // An error is not signed: RFC 9701 §5 speaks of answers only.
    if (signed !== undefined && reply.status === 200) {
      const members = await (await loadSignedReplies(signed)).read(reply, deadline)
      return readIntrospection(members, token, replyRules)
    }
    try {
      return readIntrospectionReply(reply, token, replyRules, now())
    } catch (error) {
      if (IntrospectionError.is(error) && error.retryAfterSeconds !== undefined) pause.begin(error.retryAfterSeconds)
      throw error
    }
  }

  /** Loaded on demand: whoever takes plain replies loads no code for signatures. */
  function loadSignedReplies(rules: SignedReplyRules): Promise<SignedReplies> {
    signedReplies ??= import('./signed-introspection.ts').then(({ createSignedReplies }) => createSignedReplies(rules, parts))
    return signedReplies
  }

  async function ready(): Promise<void> {
    if (signed === undefined) return
    const deadline = new Deadline(parts.timeoutMs)
    try {
      await (await loadSignedReplies(signed)).ready(deadline)
    } finally {
      deadline.clear()
    }
  }

  function identify(client: string): string {
    // The issuer stands for whatever its metadata name.
    const asked = endpoint instanceof URL ? endpoint.href : `issuer ${endpoint.issuer}`
    const request = [asked, clientAuthentication.method, client, ...identifyRequest(requestRules), accept]
    const { scopeSeparator, missingActive, errorsAtAnyStatus = false, inactiveErrors } = replyRules
    const reading = [...identifySigned(signed), scopeSeparator, missingActive, String(errorsAtAnyStatus), ...inactiveErrors, readerVersion]
    return [...request, ...reading].map((part) => `${part.length}:${part}`).join('')
  }

  const client = clientAuthentication.identity
  return {
    introspect,
    ready,
    identity: typeof client === 'string' ? identify(client) : client.then(identify),
    get calls() {
      return calls
    },
    get failedCalls() {
      return failedCalls
    },
  }
}

function isRefused(reply: HttpReply | HttpFailure): boolean {
  return 'status' in reply && reply.status === 401
}

/** Introspection is read-only (RFC 9110 §9.2.2), so that a request lost on the way, or turned away for now, may be sent again. */
function isWorthRetrying(reply: HttpReply | HttpFailure): boolean {
  if ('failure' in reply) return reply.failure === 'ENDPOINT_UNREACHABLE' && !reply.replied
  return [502, 503, 504].includes(reply.status) && reply.header('retry-after') === undefined
}

/** What is waited for, or `undefined` when it comes too late. */
async function settleBefore<T extends object>(deadline: Deadline, awaited: T | Promise<T>): Promise<T | undefined> {
  if (!('then' in awaited)) return awaited
  const late = new Promise<undefined>((resolve) => {
    deadline.whenExpired(() => {
      resolve(undefined)
    })
  })
  return Promise.race([awaited, late])
}
