/**
 * For how long an answer counts. Its age is that since the question was sent; `exp` ends it by the wall clock, however young it is.
 *
 * @module
 */
import type { Answer } from './answer.ts'
import type { MemoryRules } from './cache-options.ts'

/** The rules that are about time. */
export type Lifetimes = Pick<MemoryRules, 'maxAgeMs' | 'inactiveMaxAgeMs' | 'staleIfErrorMs'>

// What is older than this part of its life is worth asking about ahead of its end.
const youth = 0.8

/** Tells whether an answer counts for who wants none that is older than `maxAgeMs`. */
export function isFresh(answer: Answer, at: number, maxAgeMs: number, lifetimes: Lifetimes): boolean {
  return isYounger(answer, at, Math.min(maxAgeMs, lifeOf(answer, lifetimes))) && isUnexpired(answer, at)
}

/** Tells whether an answer counts while nobody can be asked, for who wants none that is older than `maxAgeMs`. */
export function isFreshEnough(answer: Answer, at: number, maxAgeMs: number, lifetimes: Lifetimes): boolean {
  return isYounger(answer, at, Math.min(maxAgeMs, longestLifeOf(answer, lifetimes))) && isUnexpired(answer, at)
}

/** Milliseconds for which an answer is of any use from now on; not above 0 when it is of none. */
export function leftOf(answer: Answer, at: number, lifetimes: Lifetimes): number {
  if (at < answer.sentAt) return 0
  return Math.min(answer.sentAt + longestLifeOf(answer, lifetimes), endOf(answer)) - at
}

/** The age from which an answer is about to end, and asking again would make it last longer. */
export function youthOf(answer: Answer, lifetimes: Lifetimes): number {
  const life = lifeOf(answer, lifetimes)
  return answer.sentAt + life < endOf(answer) ? life * youth : Infinity
}

/** Age counts from when the call was sent; one that lies ahead means that the clock was set back: nothing is known of its age. */
export function isYounger({ sentAt }: { readonly sentAt: number }, at: number, maxAgeMs: number): boolean {
  return at >= sentAt && at - sentAt < maxAgeMs
}

function lifeOf({ active, freshForMs = Infinity }: Answer, { maxAgeMs, inactiveMaxAgeMs }: Lifetimes): number {
  return Math.min(active ? maxAgeMs : inactiveMaxAgeMs, freshForMs)
}

/** What the authorization server allows is not gone beyond for an outage either. */
function longestLifeOf({ active, freshForMs = Infinity }: Answer, lifetimes: Lifetimes): number {
  return Math.min(active ? lifetimes.maxAgeMs + lifetimes.staleIfErrorMs : lifetimes.inactiveMaxAgeMs, freshForMs)
}

function isUnexpired(answer: Answer, at: number): boolean {
  return at < endOf(answer)
}

function endOf(answer: Answer): number {
  const exp = answer.active ? answer.introspection.exp : undefined
  return exp === undefined ? Infinity : exp * 1000
}
