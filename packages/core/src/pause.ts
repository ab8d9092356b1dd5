/**
 * Leaves an endpoint alone for as long as it has asked for (`Retry-After`, RFC 9110 §10.2.3), within bounds.
 *
 * @module
 */

// Longer than this nobody is turned away without a new question, whatever the endpoint says.
const longestMs = 10_000

/** A pause that an endpoint has asked for. */
export class Pause {
  readonly #now: () => number
  #since = 0
  #lengthMs = 0

  constructor(now: () => number) {
    this.#now = now
  }

  begin(seconds: number): void {
    this.#since = this.#now()
    this.#lengthMs = Math.min(seconds * 1000, longestMs)
  }

  /** Whole seconds that are left; 0 when there is no pause, or when the clock was set back since. */
  get secondsLeft(): number {
    const passedMs = this.#now() - this.#since
    return passedMs < 0 || passedMs >= this.#lengthMs ? 0 : Math.ceil((this.#lengthMs - passedMs) / 1000)
  }
}
