/**
 * Reads `revocation`: who may tell that tokens have ended, how it reaches the other instances, and how long it is remembered.
 *
 * @module
 */
import { type KeyOrigin, signatureAlgorithms } from '../json-web-key.ts'
import { readKeyOrigin } from '../key-origin-options.ts'
import { type OptionFaults, oneOf, type Reader, readMembers, seconds, text, texts, whole } from '../option-faults.ts'
import type { RevocationBus } from './revocation-mark.ts'

interface TransmitterIdentity {
  /** The `iss` of its tokens, character by character. */
  readonly issuer: string | undefined
  /** How its security event tokens call us in `aud`: one of these. Its logout tokens may name our client id as well. */
  readonly audience: string | readonly string[] | undefined
  /** What its pushes must have in `Authorization`, the whole value; without it, the signature alone shows whose they are. */
  readonly authorization?: string | undefined
  /** Members of a complex subject that must be understood, or the event is passed over: `critical_subject_members` of its metadata. */
  readonly criticalSubjectMembers?: readonly string[]
}

/** Somebody who sends security event tokens (RFC 8417) or logout tokens (OpenID Connect Back-Channel Logout), and whose word counts. */
export type TransmitterOptions = TransmitterIdentity &
  (
    | {
        /** URL of its key set (RFC 7517); https, or http on loopback. Fetched with its first token, kept for 10 minutes, or for an hour while it is down. */
        readonly jwksUri: string | undefined
        readonly keys?: never
      }
    | {
        /** Its public keys, in place of `jwksUri`: a list of JWKs, or a JWK Set. */
        readonly keys: readonly object[] | { readonly keys: readonly object[] }
        readonly jwksUri?: never
      }
  )

/** How revocations arrive, and travel on. */
export interface RevocationOptions {
  /** Whose security event tokens and logout tokens are taken. Default: nobody's. */
  readonly transmitters?: readonly TransmitterOptions[]
  /** Who may send marks over a webhook: whoever has one of these secrets, of 24 bytes or more; `whsec_` stands before one in base64. */
  readonly webhook?: { readonly secrets: readonly (string | undefined)[] }
  /** Carries marks to the other instances, and theirs to this one. */
  readonly bus?: RevocationBus
  /** Marks kept at most; past it those of one issuer become one, by which all its tokens are asked about again. Default 10 000. */
  readonly maxMarks?: number
  /** Seconds that the clocks of two instances may be apart. Default 5. */
  readonly maxClockSkewSeconds?: number
  /**
   * Seconds that an access token lives at most: a mark is kept so long. Where replies have no `iat`, a token is known to be newer than an
   * event by an `exp` that lies further ahead of it. Default 86 400.
   */
  readonly maxTokenLifetimeSeconds?: number
  /** While the bus cannot be heard: `'ask'` (default) trusts no remembered answer; `'continue'` does, and learns what it missed afterwards. */
  readonly onBusLost?: 'ask' | 'continue'
}

/** A transmitter, read. */
export interface Transmitter {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly keys: KeyOrigin
  readonly authorization: string | undefined
  readonly criticalSubjectMembers: readonly string[]
}

/** The options with their defaults. */
export interface RevocationRules {
  /** Whether anything was said of it. */
  readonly isGiven: boolean
  readonly transmitters: readonly Transmitter[]
  readonly webhookSecrets: readonly Uint8Array<ArrayBuffer>[]
  readonly bus: RevocationBus | undefined
  readonly maxMarks: number
  readonly maxClockSkewMs: number
  readonly maxTokenLifetimeSeconds: number
  readonly onBusLost: 'ask' | 'continue'
}

const known = ['transmitters', 'webhook', 'bus', 'maxMarks', 'maxClockSkewSeconds', 'maxTokenLifetimeSeconds', 'onBusLost']
const knownOfTransmitter = ['issuer', 'audience', 'jwksUri', 'keys', 'authorization', 'criticalSubjectMembers']

const fieldValue: Reader<string> = (value, name, faults) =>
  typeof value === 'string' && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)
    ? value
    : faults.expect(name, 'the value of a header field, in printable ASCII', value)

const bus: Reader<RevocationBus> = (value, name, faults) => {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<string, unknown>>
  const { publish, subscribe, markLifetimeSeconds = 0 } = given
  return typeof publish === 'function' && typeof subscribe === 'function' && typeof markLifetimeSeconds === 'number'
    ? (value as RevocationBus)
    : faults.expect(name, 'a revocation bus, with "publish" and "subscribe"', value)
}

/** Reads the option. */
export function readRevocation(value: unknown, faults: OptionFaults): RevocationRules {
  const members = value === undefined ? {} : readMembers(value, known, faults, 'revocation.')
  const read = <T>(name: string, reader: Reader<T>, byDefault: T): T =>
    members[name] === undefined ? byDefault : (reader(members[name], `revocation.${name}`, faults) ?? byDefault)
  const heard = read<RevocationBus | undefined>('bus', bus, undefined)
  const maxTokenLifetimeSeconds = read('maxTokenLifetimeSeconds', whole('seconds', 1), 86_400)
  const storedSeconds = heard?.markLifetimeSeconds ?? Infinity
  // An instance that starts would not hear of tokens that have ended, and are still active to the authorization server.
  if (!(storedSeconds >= maxTokenLifetimeSeconds))
    faults.say(
      `"revocation.maxTokenLifetimeSeconds" is ${maxTokenLifetimeSeconds}, but "revocation.bus" stores marks for ${storedSeconds} seconds only: set its "markLifetimeSeconds"`,
    )
  return {
    isGiven: value !== undefined,
    transmitters: read('transmitters', transmitters, []),
    webhookSecrets: read('webhook', webhook, []),
    bus: heard,
    maxMarks: read('maxMarks', whole('marks', 1, 2 ** 24), 10_000),
    maxClockSkewMs: read('maxClockSkewSeconds', seconds, 5) * 1000,
    maxTokenLifetimeSeconds,
    onBusLost: read('onBusLost', oneOf('ask', 'continue'), 'ask'),
  }
}

const transmitters: Reader<readonly Transmitter[]> = (value, name, faults) => {
  if (!Array.isArray(value)) return faults.expect(name, 'a list of transmitters', value)
  const list = value.map((one: unknown, at) => readTransmitter(one, `${name}[${at}].`, faults))
  const twice = list.findIndex(({ issuer }, at) => list.findIndex((other) => other.issuer === issuer) < at)
  if (twice > 0) faults.say(`"${name}[${twice}].issuer" stands there twice`)
  return list
}

function readTransmitter(value: unknown, prefix: string, faults: OptionFaults): Transmitter {
  const members = readMembers(value, knownOfTransmitter, faults, prefix)
  for (const name of ['issuer', 'audience']) if (!(name in members)) faults.say(`"${prefix}${name}" is needed`)
  const read = <T>(name: string, reader: Reader<T>): T | undefined =>
    members[name] === undefined ? undefined : reader(members[name], prefix + name, faults)
  return {
    issuer: read('issuer', text) ?? '',
    audiences: read('audience', texts({ alone: true })) ?? [],
    keys: readKeyOrigin(members, signatureAlgorithms, { prefix, needed: 'to verify its signatures' }, faults),
    authorization: read('authorization', fieldValue),
    criticalSubjectMembers: read('criticalSubjectMembers', texts({ alone: false })) ?? [],
  }
}

const webhook: Reader<readonly Uint8Array<ArrayBuffer>[]> = (value, name, faults) => {
  const { secrets } = readMembers(value, ['secrets'], faults, `${name}.`)
  if (secrets === undefined) {
    faults.say(`"${name}.secrets" is needed`)
    return undefined
  }
  if (!Array.isArray(secrets) || secrets.length === 0) return faults.expect(`${name}.secrets`, 'a list of at least one secret', secrets)
  return secrets.flatMap((secret: unknown, at) => {
    const bytes = typeof secret === 'string' ? readSecret(secret) : undefined
    if (bytes !== undefined && bytes.length >= minSecretBytes) return [bytes]
    faults.expect(`${name}.secrets[${at}]`, `a secret of at least ${minSecretBytes} bytes, or "whsec_" and base64`, secret)
    return []
  })
}

// Standard Webhooks: 24 to 64 bytes.
const minSecretBytes = 24

function readSecret(secret: string): Uint8Array<ArrayBuffer> | undefined {
  if (!secret.startsWith('whsec_')) return new TextEncoder().encode(secret)
  try {
    return Uint8Array.from(atob(secret.slice('whsec_'.length)), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
