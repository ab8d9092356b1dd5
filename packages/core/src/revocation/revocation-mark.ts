/**
 * What is said when tokens end before their time, and how it travels between the instances of a fleet.
 *
 * @module
 */
import { decodeBase64url } from '../base64url.ts'

/** Names the tokens that have ended: those that fit every member here. At least one of the names is needed. */
export interface RevocationMark {
  readonly issuer?: string
  readonly subject?: string
  readonly session?: string
  readonly client?: string
  readonly jti?: string
  /** SHA-256 of the token in base64url. */
  readonly tokenDigest?: string
  /** When it happened, in seconds since epoch: only ever spares tokens that are newer. */
  readonly eventTime?: number
  /** Whether such tokens are refused or asked about again. By default the receiver decides. */
  readonly effect?: 'refuse' | 'ask'
  /** Given by `revoke()` to what it publishes, in place of any other: by it an instance knows its own mark when the bus hands it back. */
  readonly id?: string
}

/** Who wants to hear of revocations. */
export interface RevocationListener {
  onMark(mark: RevocationMark): void
  /** From now on marks may be missed. */
  onLost(): void
  /** Every mark that was missed has been handed to `onMark`. */
  onRestored(): void
}

/** Carries marks to every instance. */
export interface RevocationBus {
  /** Resolves once every instance will hear of it, also one that starts or reconnects later. Every member is to be handed over. */
  publish(mark: RevocationMark): Promise<void>
  /** Hands over the marks already stored, then resolves to what ends the subscription; later marks come as they are published. */
  subscribe(listener: RevocationListener): Promise<() => Promise<void>>
  /** Seconds that a mark stays stored, where that is known: fewer than `revocation.maxTokenLifetimeSeconds` are a fault. */
  readonly markLifetimeSeconds?: number
}

// Marks are kept by the thousand.
const maxLength = 1024

const name = (value: unknown): boolean => typeof value === 'string' && value !== '' && value.length <= maxLength

const names: Readonly<Record<string, (value: unknown) => boolean>> = {
  issuer: name,
  subject: name,
  session: name,
  client: name,
  jti: name,
  tokenDigest: (value) => typeof value === 'string' && decodeBase64url(value)?.length === 32,
}

const readers: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...names,
  eventTime: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  effect: (value) => value === 'refuse' || value === 'ask',
  id: name,
}

/** Reads what claims to be a mark; `undefined` where a member is not what it must be, or where no token is named. */
export function readRevocationMark(value: unknown): RevocationMark | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const mark: Record<string, unknown> = {}
  for (const [member, said] of Object.entries(value)) {
    const isReadable = Object.hasOwn(readers, member) ? readers[member] : undefined
    // A member of a later version narrows a mark: without it more tokens are meant, which are asked about, not refused.
    if (isReadable === undefined) mark['effect'] = 'ask'
    // Whatever it is: it says nothing of the tokens, and must not keep a mark from being heard.
    else if (member === 'id' && !isReadable(said)) continue
    else if (!isReadable(said)) return undefined
    else if (member !== 'effect' || mark['effect'] === undefined) mark[member] = said
  }
  return Object.keys(names).some((member) => member in mark) ? Object.freeze(mark) : undefined
}
