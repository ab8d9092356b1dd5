/**
 * What comes of reading a signal of somebody else: the marks that it makes, or why it is not taken.
 *
 * @module
 */
import type { RevocationMark } from './revocation-mark.ts'

/** The codes of RFC 8935 §2.4. */
type SignalFaultCode = 'invalid_request' | 'invalid_key' | 'invalid_issuer' | 'invalid_audience' | 'authentication_failed'

/** Why a signal is not taken, in constant words. */
export interface SignalFault {
  readonly fault: SignalFaultCode
  readonly description: string
}

/** A signal that is taken. */
export interface Signal {
  /** By which a repetition is known. */
  readonly id: string
  readonly marks: readonly RevocationMark[]
}

/** What is said in it is not as it must be. */
export function malformed(description: string): SignalFault {
  return { fault: 'invalid_request', description }
}

/** An object of JSON. */
export type Members = Readonly<Record<string, unknown>>

/** Tells whether a value is an object of JSON. */
export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Tells whether a value is text that says something. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** NumericDate, RFC 7519 §2. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** `aud`, RFC 7519 §4.1.3: a text or a list of them, one of which must be ours. */
export function namesUs(aud: unknown, audiences: readonly string[]): boolean {
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return list.every(isText) && list.some((audience) => audiences.includes(audience))
}
