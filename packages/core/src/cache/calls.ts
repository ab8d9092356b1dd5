/**
 * The calls that are under way. Who wants what one of them will bring joins it; what they share is a promise of plain data, and no caller can
 * end it for the others.
 *
 * @module
 */
import type { Answer } from './answer.ts'
import { isYounger } from './lifetimes.ts'

/** A call that is under way, or waits for its turn. */
export class Call {
  /** When the question was sent, in milliseconds: the last time, where it is sent twice. Not yet: who joins has an answer younger than that. */
  sentAt: number | undefined
  /** A mark of revocation came while it was under way, and it was not sent again. */
  outdated = false
  readonly answer: Promise<Answer>

  constructor(ask: (call: Call) => Promise<Answer>) {
    this.answer = ask(this)
  }
}

// Of one token: none takes all the room, however often it comes.
const mostAtOnce = 2

/** The calls by the digests of what they are about: the last one for each. */
export class Calls {
  /** All that are under way, also those that nobody can join any more. */
  inFlight = 0
  readonly #calls = new Map<string, Call>()
  readonly #underWay = new Map<string, Set<Promise<Answer>>>()
  readonly #joins: boolean

  /** @param joins Whether a request may wait for what another has begun. */
  constructor(joins: boolean) {
    this.#joins = joins
  }

  /** A call to join for who wants an answer that is younger. */
  find(digest: string, at: number, maxAgeMs: number): Call | undefined {
    const call = this.#joins ? this.#calls.get(digest) : undefined
    if (call === undefined || call.sentAt === undefined) return call
    return isYounger({ sentAt: call.sentAt }, at, maxAgeMs) ? call : undefined
  }

  /** Asks; where two calls about the same are under way, when one of them has ended. */
  start(digest: string, now: () => number, ask: (call: Call) => Promise<Answer>): Call {
    const underWay = (this.#joins ? this.#underWay.get(digest) : undefined) ?? new Set()
    const send = (call: Call): Promise<Answer> => {
      call.sentAt = now()
      this.inFlight++
      return ask(call)
    }
    const turn = underWay.size < mostAtOnce ? undefined : Promise.race(underWay).then(ignore, ignore)
    const call = new Call((waiting) => (turn === undefined ? send(waiting) : turn.then(() => send(waiting))))
    this.#calls.set(digest, call)
    if (this.#joins) this.#underWay.set(digest, underWay.add(call.answer))
    const end = (): void => {
      this.inFlight--
      if (underWay.delete(call.answer) && underWay.size === 0) this.#underWay.delete(digest)
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

function ignore(): void {}
