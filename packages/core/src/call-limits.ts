/**
 * Whether an endpoint may be asked now: not past so many questions at once, not in a pause that it has asked for, not after the close.
 *
 * @module
 */
import { IntrospectionError } from './errors.ts'
import { Pause } from './pause.ts'
import { Deadline } from './runtime/runtime.ts'

/** The questions under way to one endpoint. */
export class CallLimits {
  readonly #maxConcurrentCalls: number
  readonly #timeoutMs: number
  readonly #pause: Pause
  #callsInFlight = 0
  #closing: Promise<void> | undefined
  #whenIdle: (() => void) | undefined

  constructor(maxConcurrentCalls: number, timeoutMs: number, now: () => number) {
    this.#maxConcurrentCalls = maxConcurrentCalls
    this.#timeoutMs = timeoutMs
    this.#pause = new Pause(now)
  }

  /** Lets a question begin. @throws {IntrospectionError} `ENDPOINT_UNAVAILABLE` after the close and in a pause, `OVERLOADED`. */
  enter(): void {
    if (this.#closing !== undefined) throw new IntrospectionError('ENDPOINT_UNAVAILABLE', 'this resource server has been closed')
    const { secondsLeft } = this.#pause
    if (secondsLeft > 0)
      throw new IntrospectionError('ENDPOINT_UNAVAILABLE', 'the introspection endpoint has asked for a pause', secondsLeft)
    if (this.#callsInFlight >= this.#maxConcurrentCalls) {
      throw new IntrospectionError('OVERLOADED', `${this.#maxConcurrentCalls} introspection calls are under way`)
    }
    this.#callsInFlight++
  }

  leave(): void {
    this.#callsInFlight--
    if (this.#callsInFlight === 0) this.#whenIdle?.()
  }

  /** Begins the pause that an error asks for, if it does. */
  heed(error: unknown): void {
    if (IntrospectionError.is(error) && error.retryAfterSeconds !== undefined) this.#pause.begin(error.retryAfterSeconds)
  }

  /** Lets no further question begin; resolves when those under way have ended, each by its deadline at the latest. */
  close(): Promise<void> {
    return (this.#closing ??= this.#callsInFlight === 0 ? Promise.resolve() : this.#drain())
  }

  async #drain(): Promise<void> {
    // On Workers a question can be lost with the request that it was for, and never leaves.
    const deadline = new Deadline(this.#timeoutMs)
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve
      deadline.whenExpired(resolve)
    })
    deadline.clear()
  }
}
