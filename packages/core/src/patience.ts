/**
 * Bounds for how long something is waited for.
 *
 * @module
 */

/** Runs out when for so many milliseconds nobody has renewed it. */
export class Patience {
  /** Rejects then. */
  readonly over: Promise<never>
  readonly #milliseconds: number
  #runOut: (() => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
    this.over = new Promise<never>((_resolve, reject) => {
      this.#runOut = () => {
        reject(new Error('too late'))
      }
    })
    this.renew()
  }

  renew(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#runOut?.(), this.#milliseconds)
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}

/** What comes of work, or a rejection when it takes longer. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const patience = new Patience(milliseconds)
  try {
    return await Promise.race([work, patience.over])
  } finally {
    patience.end()
  }
}
