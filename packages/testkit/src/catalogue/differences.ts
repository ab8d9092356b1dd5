/**
 * Rows that ask for something else than we give, each with its reason. Rows are never edited. A difference that no longer is one fails.
 *
 * @module
 */
import type { Expected } from './row.ts'

/** A row, why we differ, and what holds in the place of what it expects; nothing: whatever comes is accepted as long as it differs. */
export interface Difference {
  readonly id: string
  readonly reason: string
  /** On which adapters; nothing: on all. */
  readonly adapters?: readonly string[]
  readonly expected?: Expected
}

export const differences: readonly Difference[] = [
  {
    id: 'EXT-046',
    reason: 'a token longer than "maxTokenLength" is an invalid token like any other that cannot be one, so 401 and not 400',
    expected: { status: 401, error: 'invalid_token' },
  },
  {
    id: 'EXT-050',
    reason: 'the row names no error beside 400 and 401, but whoever presents a malformed token is told so (RFC 6750 §3.1)',
    expected: { error: 'invalid_token', error_any: ['invalid_request'] },
  },
]
