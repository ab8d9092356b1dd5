/**
 * What this instance has heard of revocations, and what that makes of an answer about a token. By the clock of this instance: a mark counts
 * from when it came, and the time of the event itself only ever spares tokens that are newer (RFC 8417 §5.4). For how long it counts is
 * measured by a clock that nobody sets: one that jumps ahead, and back, must not bring a token to life again.
 *
 * @module
 */
import type { AnswerMarks, AnswerToJudge, Verdict } from '../cache/answer.ts'
import type { ActiveIntrospection } from '../introspection-response.ts'
import { describeToken, keyOf, MarkIndex, membersOf, merge, type Named, nameOnly, type Term } from './mark-index.ts'
import type { RevocationMark } from './revocation-mark.ts'

/** An answer that marks are held against; of those that were sent long ago it may not be known after how many marks. */
export type MarkedAnswer = Omit<AnswerToJudge, 'sentAfter' | 'issuer'> & Partial<Pick<AnswerToJudge, 'sentAfter' | 'issuer'>>

/** The marks of one instance. */
export interface Marks extends AnswerMarks {
  readonly size: number
  judge(about: MarkedAnswer): Verdict
  receive(mark: RevocationMark): void
  /** The bus cannot be heard. */
  lost(): void
  /** It can be heard again, and what was missed has been received. */
  restored(): void
}

/** What marks go by. */
export interface MarkRules {
  readonly maxMarks: number
  /** How far apart the clocks of two instances may be. */
  readonly maxClockSkewMs: number
  /** Seconds that a token lives at most. */
  readonly maxTokenLifetimeSeconds: number
  /** Milliseconds that an answer counts at most, wherever it is kept. */
  readonly maxAnswerAgeMs: number
  readonly onBusLost: 'ask' | 'continue'
}

/** What marks rest on. */
export interface MarkParts {
  readonly rules: MarkRules
  readonly now: () => number
  /** Milliseconds by a clock that nobody sets, where there is one. */
  readonly elapsed?: (() => number) | undefined
  /** Told when there were too many, so that those of one issuer have become one. */
  readonly onCollapse?: () => void
}

interface Entry {
  readonly named: Named
  readonly term: Term
}

const sweepEveryMs = 10_000

/** Makes the marks of one resource server. */
export function createMarks(parts: MarkParts): Marks {
  return new HeardMarks(parts)
}

class HeardMarks implements Marks {
  any = false
  received = 0
  readonly #parts: MarkParts
  readonly #rules: MarkRules
  readonly #elapsed: () => number
  readonly #entries = new Map<string, Entry>()
  readonly #index = new MarkIndex()
  #isLost = false
  #sweptAt = -Infinity

  constructor(parts: MarkParts) {
    this.#parts = parts
    this.#rules = parts.rules
    this.#elapsed = parts.elapsed ?? parts.now
  }

  get size(): number {
    return this.#entries.size
  }

  get needsTokenDigest(): boolean {
    return this.#index.namesDigests
  }

  judge(about: MarkedAnswer): Verdict {
    const passed = this.#elapsed()
    this.#sweep(passed)
    const { introspection, tokenDigest, issuer, from } = about
    // What was known before the bus fell silent may have been revoked since; what is asked for now has not.
    let verdict: Verdict = this.#isLost && this.#rules.onBusLost === 'ask' && from !== 'call' ? 'ask' : 'stands'
    for (const { term, identified } of this.#index.find(describeToken(introspection, { tokenDigest, issuer }))) {
      if (identified && this.#hasEnded(term, introspection, passed)) return 'refuse'
      if (!this.#isSentAfter(term, about, passed)) verdict = 'ask'
    }
    return verdict
  }

  receive(mark: RevocationMark): void {
    this.#sweep(this.#elapsed())
    this.received++
    this.#keep(nameOnly(mark), this.#readEnd(mark))
    if (this.#entries.size > this.#rules.maxMarks) this.#collapse()
  }

  lost(): void {
    this.#isLost = true
    this.#refresh()
  }

  restored(): void {
    this.#isLost = false
    this.#refresh()
  }

  /**
   * Asking again does not end a token that the server keeps active: what has ended is refused, but for tokens that are known to be newer.
   * Where nothing says when a token was issued, its `exp` can.
   */
  #hasEnded({ endedAt, refuseUntil }: Term, { iat, exp }: ActiveIntrospection, passed: number): boolean {
    if (endedAt === undefined || passed >= refuseUntil) return false
    if (iat !== undefined) return iat <= endedAt
    return exp === undefined || exp <= endedAt + this.#rules.maxTokenLifetimeSeconds
  }

  #isSentAfter(term: Term, { sentAt, sentAfter, from }: MarkedAnswer, passed: number): boolean {
    if (passed >= term.askUntil) return true
    if (from !== 'store' && sentAfter !== undefined) return sentAfter >= term.order
    const at = this.#parts.now()
    // The clock was set back: what is asked for from now on is asked for after the mark.
    const receivedAt = Math.min(term.receivedAt, at)
    // What another instance has sent bears the time of its clock.
    return sentAt > receivedAt + (from === 'store' ? this.#rules.maxClockSkewMs : 0)
  }

  /** The time, in seconds, up to which tokens have ended; `undefined` where the mark only makes us ask. */
  #readEnd({ eventTime, effect, ...named }: RevocationMark): number | undefined {
    const [about] = membersOf(named)
    if ((effect ?? (about === 'client' || about === 'issuer' ? 'ask' : 'refuse')) === 'ask') return undefined
    // There is no newer token with the same digest or identifier.
    if (about === 'tokenDigest' || about === 'jti') return Infinity
    // A time that lies ahead would refuse tokens that are not there yet.
    const at = this.#parts.now()
    return Math.min(eventTime ?? at / 1000, (at + this.#rules.maxClockSkewMs) / 1000)
  }

  #keep(named: Named, endedAt: number | undefined): void {
    const { maxTokenLifetimeSeconds, maxClockSkewMs, maxAnswerAgeMs } = this.#rules
    const passed = this.#elapsed()
    // From now on, not from the event: how long ago that was is known by the wall clock only.
    const refuseUntil = endedAt === undefined ? passed : passed + maxTokenLifetimeSeconds * 1000 + maxClockSkewMs
    const askUntil = passed + maxAnswerAgeMs + maxClockSkewMs
    const term: Term = { receivedAt: this.#parts.now(), order: this.received, endedAt, refuseUntil, askUntil }
    const id = idOf(named)
    const known = this.#entries.get(id)
    if (known === undefined) this.#entries.set(id, { named, term })
    else merge(known.term, term)
    this.#index.add(named, term)
    this.#refresh()
  }

  /** A mark is of no use once no token and no answer can be left of those that it speaks of. */
  #sweep(passed: number): void {
    if (passed >= this.#sweptAt && passed - this.#sweptAt < sweepEveryMs) return
    this.#sweptAt = passed
    const isOver = ({ refuseUntil, askUntil }: Term): boolean => passed >= refuseUntil && passed >= askUntil
    for (const [id, { term }] of this.#entries) if (isOver(term)) this.#entries.delete(id)
    this.#index.sweep(isOver)
    this.#refresh()
  }

  /** The marks of the issuer that has the most become one, which asks about all its tokens. None is dropped. */
  #collapse(): void {
    const counts = new Map<string | undefined, number>()
    for (const { named } of this.#entries.values()) counts.set(named.issuer, (counts.get(named.issuer) ?? 0) + 1)
    const [[issuer, most] = [undefined, 0]] = [...counts].sort(([, one], [, other]) => other - one)
    const one: Named = most === 1 || issuer === undefined ? {} : { issuer }
    this.#index.clear()
    for (const [id, { named, term }] of this.#entries) {
      // What was said of the issuer as a whole takes no more room than the one that they become, and stays what it is.
      if ((most === 1 || named.issuer === issuer) && id !== idOf(one)) this.#entries.delete(id)
      else this.#index.add(named, term)
    }
    this.#keep(one, undefined)
    this.#parts.onCollapse?.()
  }

  #refresh(): void {
    this.any = this.#entries.size > 0 || (this.#isLost && this.#rules.onBusLost === 'ask')
  }
}

function idOf(named: Named): string {
  const members = membersOf(named)
  return keyOf(members, named) + members.join()
}
