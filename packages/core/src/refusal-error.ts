/**
 * A refusal as an error, for applications that let their framework's error handling answer: `onRefusal: 'throw'`.
 *
 * @module
 */
import type { Refused } from './challenge.ts'

// Symbol.for, so that two copies of this package in one process recognise each other's errors.
const brand: unique symbol = Symbol.for('@oauth-introspect/core/RefusalError')

/** A refusal on its way through a framework's error handling. */
export interface RefusalFields {
  readonly status: Refused['status']
  readonly statusCode: Refused['status']
  readonly expose: true
  readonly headers: Readonly<Record<string, string>>
  readonly reason: Refused['reason']
  readonly outcome: Refused
}

/** The members that make an error a `RefusalError` in the eyes of frameworks and error handlers. */
export function refusalFields(refused: Refused): RefusalFields & { readonly [brand]: true } {
  const { status, reason } = refused
  return { status, statusCode: status, expose: true, headers: Object.fromEntries(refused.headers), reason, outcome: refused, [brand]: true }
}

/** What the message of a `RefusalError` says: constant words, and those of the challenge. */
export function refusalMessage({ status, body }: Refused): string {
  return typeof body['error_description'] === 'string' ? body['error_description'] : `the request is refused with status ${status}`
}

/** Tells whether a value is a `RefusalError` of any adapter, or of another copy of this package. */
export function isRefusalError(value: unknown): value is Error & RefusalFields {
  return typeof value === 'object' && value !== null && brand in value
}

/** A refusal handed to a framework's error handling, with `onRefusal: 'throw'`. */
export class RefusalError extends Error implements RefusalFields {
  override readonly name = 'RefusalError'
  declare readonly status: Refused['status']
  declare readonly statusCode: Refused['status']
  declare readonly expose: true
  declare readonly headers: Readonly<Record<string, string>>
  declare readonly reason: Refused['reason']
  declare readonly outcome: Refused

  constructor(refused: Refused) {
    super(refusalMessage(refused), { cause: refused.cause })
    Object.assign(this, refusalFields(refused))
  }

  /** Tells whether a value is a `RefusalError`, also one of another adapter or of another copy of this package. */
  static is(value: unknown): value is RefusalError {
    return isRefusalError(value)
  }
}
