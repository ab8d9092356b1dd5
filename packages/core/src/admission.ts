/**
 * Bounds what one caller can have the authorization server asked: each has a budget of questions about unknown tokens. A question that finds
 * an active token is given back, so that what is spent is what came to nothing, and what is under way. Before a question there is a look into
 * the shared store, if there is one: cheaper, and it may find a good token of somebody else behind the same address. So whoever has spent the
 * budget may still look, but only a few times at once, so that a slow store is not left to a flood.
 *
 * @module
 */
import { IntrospectionError } from './errors.ts'
import type { ResourceRequest } from './resource-request.ts'

/** Tells callers apart, for instance by their address. Not by anything that they can choose at will, such as a field that they send. */
export type AdmissionKey<Native = unknown> = (request: ResourceRequest<Native>) => string

/**
 * Takes one question from a budget, or begins a look into the shared store; what it returns gives the question back, or ends the look.
 * @throws {IntrospectionError} `OVERLOADED` when there is no question left, or too many looks are under way then.
 */
export type Admit = (what: 'question' | 'look') => () => void

// Sixty-four at once do for a gateway that has just started; one address of many people whose tokens have run out sends some a second.
const mostQuestions = 64
const regainedPerSecond = 5
const mostCallers = 10_000
const mostLooks = 8

interface Budget {
  left: number
  at: number
  /** Under way. */
  looks: number
}

/** The budgets of all callers. A quarter of the room that there is for questions is the most that one of them can take up. */
export class Admission {
  readonly #keyOf: AdmissionKey
  readonly #most: number
  readonly #now: () => number
  // Those not heard of for the longest time stand first, and go first: with a full budget again, as anybody unknown has.
  readonly #budgets = new Map<string, Budget>()

  constructor(keyOf: AdmissionKey, maxConcurrentCalls: number, now: () => number) {
    this.#keyOf = keyOf
    this.#most = Math.max(1, Math.min(mostQuestions, Math.floor(maxConcurrentCalls / 4)))
    this.#now = now
  }

  /** Takes one question. Throws what the application's function throws, too. */
  take(request: ResourceRequest): () => void {
    const budget = this.#find(request)
    if (budget.left < 1) throw overloaded(budget)
    budget.left--
    return () => {
      budget.left++
    }
  }

  /** Begins one look. Throws what the application's function throws, too. */
  look(request: ResourceRequest): () => void {
    const budget = this.#find(request)
    if (budget.left < 1 && budget.looks >= mostLooks) throw overloaded(budget)
    budget.looks++
    return () => {
      budget.looks--
    }
  }

  #find(request: ResourceRequest): Budget {
    const key: unknown = this.#keyOf(request)
    if (typeof key !== 'string') throw new TypeError('the function given as "admission" must return a string')
    const at = this.#now()
    const budget = this.#budgets.get(key) ?? { left: this.#most, at, looks: 0 }
    // Nothing is regained while the clock goes backwards.
    const seconds = Math.max(0, at - budget.at) / 1000
    budget.left = Math.min(this.#most, budget.left + seconds * regainedPerSecond)
    budget.at = at
    this.#budgets.delete(key)
    this.#budgets.set(key, budget)
    const [oldest] = this.#budgets.keys()
    if (this.#budgets.size > mostCallers && oldest !== undefined) this.#budgets.delete(oldest)
    return budget
  }
}

function overloaded({ left }: Budget): IntrospectionError {
  const seconds = Math.ceil((1 - left) / regainedPerSecond)
  return new IntrospectionError('OVERLOADED', 'this caller has asked about too many tokens that came to nothing', seconds)
}
