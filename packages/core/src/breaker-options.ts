/**
 * Reads `breaker`: when an introspection endpoint that is down is left alone.
 *
 * @module
 */
import type { BreakerRules } from './circuit-breaker.ts'
import { type OptionFaults, type Reader, readMembers, whole } from './option-faults.ts'

/** When an endpoint that is down is left alone. */
export interface BreakerOptions {
  /**
   * Failures in a row (unreachable, timed out, or 502, 503, 504, retries included) after which it is. With the last one a question of our
   * own, about a made-up token, must fail too, so that nobody's tokens can bring this about. Default 5.
   */
  readonly failures?: number
  /** Seconds until one question tries again, 120 at most. Default 5. */
  readonly openSeconds?: number
}

// What `Retry-After` is held to.
const openSeconds: Reader<number> = (value, name, faults) =>
  typeof value === 'number' && value > 0 && value <= 120
    ? value
    : faults.expectNumber(name, 'a number of seconds above 0 and up to 120', value)

/** Reads `breaker`. */
export function readBreaker(value: unknown, faults: OptionFaults): BreakerRules | undefined {
  if (value === false) return undefined
  const members = value === undefined ? {} : readMembers(value, ['failures', 'openSeconds'], faults, 'breaker.')
  const { failures = 5, openSeconds: open = 5 } = members
  return {
    failures: whole('failures', 1)(failures, 'breaker.failures', faults) ?? 5,
    openMs: (openSeconds(open, 'breaker.openSeconds', faults) ?? 5) * 1000,
  }
}
