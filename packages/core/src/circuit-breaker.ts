/**
 * Leaves an introspection endpoint alone while it is down, and finds out one question at a time whether it is back.
 * Failures alone only raise doubt: callers choose the tokens, and a token can be what an endpoint fails over. Whoever asks while there is
 * doubt says whether a question of our own, about a token that nobody has, failed beside it: that alone opens the circuit.
 *
 * @module
 */
import { IntrospectionError } from './errors.ts'

/** `closed`: questions are put; `open`: none is; `half-open`: one is, to see. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** When a circuit opens, and for how long. */
export interface BreakerRules {
  /** Failures in a row, the one that decides included; of 1, a second one decides all the same. */
  readonly failures: number
  readonly openMs: number
}

/** The circuit to one endpoint. */
export class CircuitBreaker {
  readonly #rules: BreakerRules
  readonly #trialMs: number
  readonly #now: () => number
  readonly #onChange: (state: CircuitState) => void
  #state: CircuitState = 'closed'
  #failures = 0
  // While it lasts: nobody is let through an open circuit, and nobody else tries. A trial that nothing is heard of ends with it.
  #since = 0
  #lengthMs = 0

  constructor(rules: BreakerRules, timeoutMs: number, now: () => number, onChange: (state: CircuitState) => void) {
    this.#rules = rules
    this.#trialMs = Math.max(rules.openMs, timeoutMs)
    this.#now = now
    this.#onChange = onChange
  }

  /**
   * Lets a question pass; `true`: it decides, so that one of our own must go beside it.
   *
   * @throws {IntrospectionError} `CIRCUIT_OPEN`, with the seconds that are left.
   */
  begin(): boolean {
    const msLeft = this.#msLeft
    if (this.#state === 'closed') {
      if (this.#failures < Math.max(1, this.#rules.failures - 1) || msLeft > 0) return false
    } else if (msLeft > 0) {
      throw new IntrospectionError('CIRCUIT_OPEN', 'the introspection endpoint is down, and left alone for now', Math.ceil(msLeft / 1000))
    } else this.#change('half-open')
    this.#hold(this.#trialMs)
    return true
  }

  /** Takes what became of a question: an outage of the endpoint, with one that decided also seen by our own, or any reply at all. */
  end(decides: boolean, outage: boolean): void {
    if (!outage) {
      this.#failures = 0
      this.#hold(0)
      this.#change('closed')
    } else if (decides) {
      this.#hold(this.#rules.openMs)
      this.#change('open')
    } else this.#failures++
  }

  /** 0 too when the clock was set back since: it is not known then how long ago that was. */
  get #msLeft(): number {
    const passedMs = this.#now() - this.#since
    return passedMs < 0 ? 0 : Math.max(0, this.#lengthMs - passedMs)
  }

  #hold(milliseconds: number): void {
    this.#since = this.#now()
    this.#lengthMs = milliseconds
  }

  #change(state: CircuitState): void {
    if (state === this.#state) return
    this.#state = state
    this.#onChange(state)
  }
}
