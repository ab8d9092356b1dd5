/**
 * Faults of our own side: the authorization server could not be asked, or what it said cannot be relied on.
 * A refusal of the caller is a value (challenge.ts), never one of these.
 *
 * @module
 */

/** What went wrong between us and the authorization server: a closed set, one page each in docs/errors. */
export type IntrospectionErrorCode =
  | 'ENDPOINT_UNREACHABLE'
  | 'ENDPOINT_TIMEOUT'
  | 'ENDPOINT_UNAVAILABLE'
  | 'CLIENT_REJECTED'
  | 'REQUEST_REJECTED'
  | 'RESPONSE_NOT_CONFORM'
  | 'RESPONSE_TOO_LARGE'
  | 'DISCOVERY_FAILED'
  | 'SIGNATURE_INVALID'
  | 'CIRCUIT_OPEN'
  | 'OVERLOADED'

// Symbol.for, so that two copies of this package in one process recognise each other's errors.
const brand = Symbol.for('@oauth-introspect/core/IntrospectionError')

/** The authorization server could not be asked, refused our request, or gave an answer that cannot be relied on. */
export class IntrospectionError extends Error {
  override readonly name = 'IntrospectionError'
  readonly code: IntrospectionErrorCode
  /** Seconds after which the authorization server wants to be asked again, where it said so: 1 to 120. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: IntrospectionErrorCode, message: string, retryAfterSeconds?: number) {
    super(`${message} (see docs/errors/${code}.md)`)
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
    Object.defineProperty(this, brand, { value: true })
  }

  /** Tells whether a value is an `IntrospectionError`, also one of another copy of this package. */
  static is(value: unknown): value is IntrospectionError {
    return typeof value === 'object' && value !== null && brand in value
  }
}
