/**
 * Reads signals that are signed JWTs: who has signed one, before anything that it says of tokens is looked at. Loaded with the first of them,
 * and only then: who takes no signals needs none of it.
 *
 * @module
 */
import { decodeBase64url } from '../base64url.ts'
import { readHeader, readObject, splitCompact } from '../compact-jwt.ts'
import { IntrospectionError } from '../errors.ts'
import { signatureAlgorithms } from '../json-web-key.ts'
import { createKeySource, type KeySource, type KeySourceParts } from '../json-web-key-set.ts'
import { verifySignature } from '../jwt-signature.ts'
import type { Connection, Deadline } from '../runtime/runtime.ts'
import { readLogoutToken } from './logout-token.ts'
import { readRevocationMark } from './revocation-mark.ts'
import type { Transmitter } from './revocation-options.ts'
import { readSecurityEventToken } from './security-event-token.ts'
import { type Members, malformed, type Signal, type SignalFault } from './signal-fault.ts'

/** What reading rests on. */
export interface SignedSignalParts extends Omit<KeySourceParts, 'findKeys' | 'connection'> {
  readonly transmitters: readonly Transmitter[]
  /** What logout tokens may call us, besides what their transmitter does: our client ids. */
  readonly clientIds: readonly string[]
  readonly clockToleranceSeconds: number
  /** The way to a transmitter. */
  readonly connection: (issuer: string) => Connection
}

/** Reads signed signals. */
export interface SignedSignals {
  /** Reads a Security Event Token; `isAllowed`: whether who has brought it may speak for that transmitter. @throws {IntrospectionError} when it cannot be verified now. */
  readEvent(jwt: Uint8Array, deadline: Deadline, isAllowed?: (transmitter: Transmitter) => boolean): Promise<Signal | SignalFault>
  /** Reads a logout token. @throws {IntrospectionError} when it cannot be verified now. */
  readLogout(jwt: Uint8Array, deadline: Deadline): Promise<Signal | SignalFault>
}

interface Verified {
  readonly transmitter: Transmitter
  readonly claims: Members
}

const eventTypes = /^(?:application\/)?secevent\+jwt$/i
// Providers that are older than the type write another or none: OpenID Connect Back-Channel Logout 1.0 §4.1.
const logoutTypes = /^(?:(?:application\/)?logout\+jwt|jwt)$/i

/** Makes the reader. */
export function createSignedSignals(parts: SignedSignalParts): SignedSignals {
  const { transmitters, clientIds, clockToleranceSeconds, now } = parts
  const sources = new Map<Transmitter, KeySource>()

  function keysOf(transmitter: Transmitter): KeySource {
    const findKeys = (): never => {
      throw new Error('the keys of a transmitter are given, or their place is')
    }
    const source =
      sources.get(transmitter) ??
      createKeySource(transmitter.keys, { ...parts, connection: parts.connection(transmitter.issuer), findKeys })
    sources.set(transmitter, source)
    return source
  }

  /** In the order of what it costs: a flood of forgeries gets no further than the first of these. */
  async function verify(
    jwt: Uint8Array,
    isOfType: (typ: unknown) => boolean,
    isAllowed: (transmitter: Transmitter) => boolean,
    deadline: Deadline,
  ): Promise<Verified | SignalFault> {
    const taken = takeApart(jwt)
    if (taken === undefined) return malformed('it is not a signed JWT')
    const { parts: signed, header, claims } = taken
    const { typ, alg, kid } = header
    if (!isOfType(typ)) return malformed('its type is another')
    const algorithm = signatureAlgorithms.find((candidate) => candidate === alg)
    if (algorithm === undefined) return { fault: 'invalid_key', description: 'its signature algorithm is not accepted' }
    if (kid !== undefined && typeof kid !== 'string') return malformed('its key identifier is no text')
    const transmitter = transmitters.find(({ issuer }) => issuer === claims['iss'])
    if (transmitter === undefined) return { fault: 'invalid_issuer', description: 'its "iss" is no transmitter of ours' }
    if (!isAllowed(transmitter)) return { fault: 'authentication_failed', description: 'its transmitter has not authenticated' }
    const payload = await verifySignature(signed.join('.'), { alg: algorithm, kid }, keysOf(transmitter), deadline)
    if (payload === undefined) return { fault: 'invalid_key', description: 'no key of its issuer has made its signature' }
    return { transmitter, claims }
  }

  return {
    async readEvent(jwt, deadline, isAllowed = () => true) {
      const verified = await verify(jwt, (typ) => typeof typ === 'string' && eventTypes.test(typ), isAllowed, deadline)
      if ('fault' in verified) return verified
      return checked(readSecurityEventToken(verified.claims, { ...verified.transmitter, clockToleranceSeconds }, now() / 1000))
    },
    async readLogout(jwt, deadline) {
      const isOfType = (typ: unknown): boolean => typ === undefined || (typeof typ === 'string' && logoutTypes.test(typ))
      const verified = await verify(jwt, isOfType, () => true, deadline)
      if ('fault' in verified) return verified
      const audiences = [...clientIds, ...verified.transmitter.audiences]
      return checked(readLogoutToken(verified.claims, { audiences, clockToleranceSeconds }, now() / 1000))
    },
  }
}

interface TakenApart {
  readonly parts: readonly string[]
  readonly header: Members
  readonly claims: Members
}

/** What is between the dots, not yet to be relied on. */
function takeApart(jwt: Uint8Array): TakenApart | undefined {
  try {
    const parts = splitCompact(jwt, 3)
    return { parts, header: readHeader(parts[0]), claims: readObject(decodeBase64url(parts[1] ?? '') ?? new Uint8Array(), 'payload') }
  } catch (error) {
    if (IntrospectionError.is(error)) return undefined
    throw error
  }
}

/** Whatever it makes of an identifier must be a mark: they are kept by the thousand, and so bounded in length. */
function checked(read: Signal | SignalFault): Signal | SignalFault {
  if ('fault' in read || read.marks.every((mark) => readRevocationMark(mark) !== undefined)) return read
  return malformed('an identifier in it is too long, or a time is negative')
}
