/**
 * The calls that are under way. Who wants what one of them will bring joins it; what they share is a promise of plain data, and no caller can
 * end it for the others.
 *
 * @module
 */
import type { Answer } from './answer.ts'
import { isYounger } from './lifetimes.ts'

/** A call that is under way. */
export class Call {
  /** When the question was sent, in milliseconds: the last time, where it is sent twice. */
  sentAt: number
  /** A mark of revocation came while it was under way, and it was not sent again. */
  outdated = false
  readonly answer: Promise<Answer>

  constructor(sentAt: number, ask: (call: Call) => Promise<Answer>) {
    this.sentAt = sentAt
    this.answer = ask(this)
  }
}

/** The calls by the digests of what they are about: the last one for each. */
export class Calls {
  /** All that are under way, also those that nobody can join any more. */
  inFlight = 0
  readonly #calls = new Map<string, Call>()
  readonly #joins: boolean

  /** @param joins Whether a request may wait for what another has begun. */
  constructor(joins: boolean) {
    this.#joins = joins
  }

  /** A call to join for who wants an answer that is younger. */
  find(digest: string, at: number, maxAgeMs: number): Call | undefined {
    const call = this.#joins ? this.#calls.get(digest) : undefined
    return call !== undefined && isYounger(call, at, maxAgeMs) ? call : undefined
  }

  start(digest: string, sentAt: number, ask: (call: Call) => Promise<Answer>): Call {
    const call = new Call(sentAt, ask)
    this.#calls.set(digest, call)
    this.inFlight++
    const end = (): void => {
      this.inFlight--
      if (this.isLast(digest, call)) this.#calls.delete(digest)
    }
    call.answer.then(end, end)
    return call
  }

  /** Tells whether nobody has asked since, and the token was not forgotten. */
  isLast(digest: string, call: Call): boolean {
    return this.#calls.get(digest) === call
  }

  forget(digest: string): void {
    this.#calls.delete(digest)
  }

  clear(): void {
    this.#calls.clear()
  }
}
