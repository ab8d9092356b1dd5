/**
 * What a guarded API should answer, in whole: status, challenge, body.
 *
 * @module
 */
import type { Received } from './send.ts'

/** An answer as it should be. */
export interface Expected {
  readonly status: number
  /** The whole header line; `undefined`: none. */
  readonly challenge?: string
  readonly body?: unknown
}

const description = {
  invalid_request: 'the request must present exactly one access token, in one way',
  invalid_token: 'the access token is not valid for this resource',
  insufficient_scope: 'the access token does not have the scope that this request needs',
} as const

/** A refusal of the caller, as RFC 6750 §3 has it. */
export function refused(status: number, error: keyof typeof description, scope?: string): Expected {
  const attributes = { realm: 'api', error, error_description: description[error], ...(scope === undefined ? {} : { scope }) }
  return {
    status,
    challenge: `Bearer ${Object.entries(attributes)
      .map(([key, value]) => `${key}="${value}"`)
      .join(', ')}`,
    body: { error, error_description: description[error] },
  }
}

/** What is wrong with an answer; `undefined` when nothing is. */
export function findFault(received: Received, expected: Expected): string | undefined {
  if (received.status !== expected.status) return `status ${received.status}, not ${expected.status}`
  const challenge = received.lines('WWW-Authenticate').join(', ') || undefined
  if (challenge !== expected.challenge) return `challenge ${String(challenge)}, not ${String(expected.challenge)}`
  if (expected.status >= 400 && received.header('Cache-Control') !== 'no-store') return 'no "Cache-Control: no-store"'
  if (expected.body === undefined || JSON.stringify(received.json) === JSON.stringify(expected.body)) return undefined
  return `body ${received.body}, not ${JSON.stringify(expected.body)}`
}

/** Prints each thing that is checked, and the sum; the exit code becomes 1 when one of them is wrong. */
export class Tally {
  readonly #name: string
  #passed = 0
  #failed = 0

  constructor(name: string) {
    this.#name = name
  }

  /** Without a fault it is right. */
  tell(what: string, fault: string | undefined): void {
    if (fault === undefined) this.#passed++
    else this.#failed++
    console.log(`${this.#name}: ${fault === undefined ? 'ok  ' : 'FAIL'} ${what}${fault === undefined ? '' : `: ${fault}`}`)
  }

  end(): void {
    console.log(`${this.#name}: ${this.#passed} passed, ${this.#failed} failed`)
    if (this.#failed > 0) process.exitCode = 1
  }
}
