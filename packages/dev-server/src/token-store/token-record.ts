/**
 * What is kept of a token: everything but the token itself, of which only the SHA-256 digest is known (RFC 9700 §4.9.3).
 *
 * @module
 */
import { createHash } from 'node:crypto'

/**
 * `ACTIVE` until something happens to it; `INACTIVE` when it was refreshed before its time was over; `EXPIRED` when somebody found out that
 * its time was over; `REVOKED`. An `ACTIVE` token may be over: who reads it has to compare `expiresAt`.
 */
export type TokenState = 'ACTIVE' | 'INACTIVE' | 'EXPIRED' | 'REVOKED'

/** A token, as a store keeps it. Times are seconds since the epoch. */
export interface TokenRecord {
  /** SHA-256 of the token, base64url. */
  readonly digest: string
  /** The server that issued it: `standard`, or a dialect's name. */
  readonly server: string
  readonly use: 'access_token' | 'refresh_token'
  /** `token_type` of an access token, such as `Bearer`. */
  readonly tokenType: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
  readonly state: TokenState
  readonly audience?: string
  readonly username?: string
  readonly tenant?: string
  /** Ties the tokens of one grant together: what refreshed what, and what is revoked with it. */
  readonly grant?: string
  /** Names and values that were stored with it; introspection tells them. */
  readonly parameters?: Readonly<Record<string, string>>
}

/** The digest under which a token is kept. */
export function digestToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

const states: readonly unknown[] = ['ACTIVE', 'INACTIVE', 'EXPIRED', 'REVOKED'] satisfies TokenState[]
const texts = ['digest', 'server', 'tokenType', 'clientId']
const optionalTexts = ['audience', 'username', 'tenant', 'grant']

/**
 * Reads a record that a store wrote as JSON; `state` is kept beside it, so that it can change alone.
 *
 * @throws {TypeError} when it is none: the store holds what somebody else wrote.
 */
export function parseTokenRecord(json: unknown, state: unknown): TokenRecord {
  const value: unknown = typeof json === 'string' ? JSON.parse(json) : json
  const record = typeof value === 'object' && value !== null ? { ...value, state } : { state }
  if (!isTokenRecord(record)) throw new TypeError('the token store holds a record that this version cannot read')
  return record
}

function isTokenRecord(value: object): value is TokenRecord {
  const members = new Map<string, unknown>(Object.entries(value))
  const is = (name: string, type: string): boolean => typeof members.get(name) === type
  const scopes = members.get('scopes')
  const parameters = members.get('parameters') ?? {}
  return (
    texts.every((name) => is(name, 'string')) &&
    optionalTexts.every((name) => !members.has(name) || is(name, 'string')) &&
    is('issuedAt', 'number') &&
    is('expiresAt', 'number') &&
    ['access_token', 'refresh_token'].includes(String(members.get('use'))) &&
    states.includes(members.get('state')) &&
    Array.isArray(scopes) &&
    scopes.every((scope) => typeof scope === 'string') &&
    typeof parameters === 'object' &&
    Object.values(parameters).every((text) => typeof text === 'string')
  )
}
