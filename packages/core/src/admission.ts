/**
 * Bounds what one caller can have the authorization server asked: each has a budget of questions about unknown tokens. A question that finds
 * an active token is given back, so that what is spent is what came to nothing, and what is under way.
 *
 * @module
 */
import { IntrospectionError } from './errors.ts'
import type { ResourceRequest } from './resource-request.ts'

/** Tells callers apart, for instance by their address. Not by anything that they can choose at will, such as a field that they send. */
export type AdmissionKey = (request: ResourceRequest) => string

/** Takes one question from a budget; what it returns gives it back. @throws {IntrospectionError} `OVERLOADED` when there is none left. */
export type Admit = () => () => void

// Sixty-four at once do for a gateway that has just started; one address of many people whose tokens have run out sends some a second.
const mostQuestions = 64
const regainedPerSecond = 5
const mostCallers = 10_000

interface Budget {
  left: number
  at: number
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
    const key: unknown = this.#keyOf(request)
    if (typeof key !== 'string') throw new TypeError('the function given as "admission" must return a string')
    const budget = this.#find(key)
    if (budget.left < 1) {
      const seconds = Math.ceil((1 - budget.left) / regainedPerSecond)
      throw new IntrospectionError('OVERLOADED', 'this caller has asked about too many tokens that came to nothing', seconds)
    }
    budget.left--
    return () => {
      budget.left++
    }
  }

  #find(key: string): Budget {
    const at = this.#now()
    const budget = this.#budgets.get(key) ?? { left: this.#most, at }
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
