/**
 * Polls a transmitter for Security Event Tokens, RFC 8936: for receivers that cannot be reached from outside. What has been stored is
 * acknowledged with the next poll, which follows at once; what cannot be stored now is not, and comes again.
 *
 * @module
 */
import { IntrospectionError } from '../errors.ts'
import { Deadline } from '../runtime/runtime.ts'
import { type PollOptions, type PollSettings, readPollOptions } from './poll-options.ts'
import { type Polled, readPollResponse } from './poll-response.ts'
import { intakeOf, type SignalIntake } from './signal-intake.ts'

/** A poll that goes on. */
export interface Polling {
  /** Ends it, once what has been taken is acknowledged. `resourceServer.close()` does it, too. */
  stop(): Promise<void>
}

/**
 * Begins to poll, for the transmitters of the option `revocation`.
 *
 * @throws {TypeError} naming every wrong option.
 */
export function pollSecurityEvents(resourceServer: object, options: PollOptions): Polling {
  const intake = intakeOf(resourceServer, 'pollSecurityEvents()')
  const settings = readPollOptions(options)
  const poll = new Poll(intake, settings)
  const done = poll.run()
  const stop = async (): Promise<void> => {
    poll.stop()
    await done
  }
  intake.whenClosed(stop)
  return { stop }
}

const maxResponseBytes = 4_194_304
const shortestPauseMs = 1000
const longestPauseMs = 60_000
// Below this a poll has not waited at the transmitter.
const waitedMs = 1000
const lastWordMs = 2000
// Fewer than the intake has in hand at most.
const atOnce = 16

interface SetError {
  readonly err: string
  readonly description: string
}

class Poll {
  readonly #intake: SignalIntake
  readonly #settings: PollSettings
  #acknowledged: string[] = []
  #faults: [jti: string, error: SetError][] = []
  /** What the last poll has said something about. */
  #answered: ReadonlySet<string> = new Set()
  #isStopped = false
  #endWait: (() => void) | undefined

  constructor(intake: SignalIntake, settings: PollSettings) {
    this.#intake = intake
    this.#settings = settings
  }

  #hasStopped(): boolean {
    return this.#isStopped
  }

  stop(): void {
    this.#isStopped = true
    this.#endWait?.()
  }

  async run(): Promise<void> {
    const { now, events } = this.#intake.parts
    let pauseMs = shortestPauseMs
    while (!this.#hasStopped()) {
      const sentAt = now()
      try {
        const polled = await this.#ask(this.#settings.maxEvents)
        const hasWaited = this.#settings.longPolling && now() - sentAt >= waitedMs
        const isNews = await this.#take(polled)
        // Nobody is asked without a pause who always has more, and never anything new.
        if (!isNews && (polled.sets.length > 0 || polled.moreAvailable)) {
          await this.#wait(pauseMs)
          pauseMs = Math.min(pauseMs * 2, longestPauseMs)
        } else {
          pauseMs = shortestPauseMs
          if (!isNews && !hasWaited) await this.#wait(this.#settings.intervalMs)
        }
      } catch (error) {
        if (!IntrospectionError.is(error)) throw error
        if (this.#hasStopped()) break
        events.fault(error)
        await this.#wait(Math.max(pauseMs, (error.retryAfterSeconds ?? 0) * 1000))
        pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      }
    }
    // RFC 8936 §2.4.2: nothing is asked for any more.
    if (this.#acknowledged.length + this.#faults.length > 0) await this.#ask(0).catch(() => undefined)
  }

  async #ask(maxEvents: number): Promise<Polled> {
    const { endpoint, longPolling } = this.#settings
    // Nobody waits long for the last word.
    const timeoutMs = Math.min(this.#settings.timeoutMs, maxEvents === 0 ? lastWordMs : Infinity)
    const { connection, now } = this.#intake.parts
    const said = { acknowledged: this.#acknowledged, faults: this.#faults }
    const body = JSON.stringify({
      maxEvents,
      returnImmediately: !longPolling || maxEvents === 0,
      ack: said.acknowledged,
      ...(said.faults.length === 0 ? {} : { setErrs: Object.fromEntries(said.faults) }),
    })
    const authorization = await this.#authorize()
    const deadline = new Deadline(timeoutMs)
    if (maxEvents > 0) this.#endWait = () => deadline.expire()
    try {
      const headers = {
        ...{ 'content-type': 'application/json', accept: 'application/json' },
        ...(authorization === undefined ? {} : { authorization }),
      }
      const reply = await connection().exchange({ method: 'POST', url: endpoint, headers, body }, { deadline, maxBytes: maxResponseBytes })
      const polled = readPollResponse(reply, { timeoutMs, maxResponseBytes }, now())
      this.#acknowledged = this.#acknowledged.slice(said.acknowledged.length)
      this.#faults = this.#faults.slice(said.faults.length)
      this.#answered = new Set([...said.acknowledged, ...said.faults.map(([jti]) => jti)])
      return polled
    } finally {
      this.#endWait = undefined
      deadline.clear()
    }
  }

  async #authorize(): Promise<string | undefined> {
    try {
      return await this.#settings.authorization()
    } catch {
      throw new IntrospectionError('CLIENT_REJECTED', 'the function given as "authorization" has thrown')
    }
  }

  /** True when there is something to say about one of them that was not said just now. */
  async #take({ sets }: Polled): Promise<boolean> {
    let isNews = false
    for (let at = 0; at < sets.length; at += atOnce) {
      await Promise.all(
        sets.slice(at, at + atOnce).map(async ([jti, set]) => {
          const taken = await this.#intake.takeEvent(new TextEncoder().encode(set))
          if (taken === 'unavailable') return
          isNews ||= !this.#answered.has(jti)
          if (typeof taken === 'string') this.#acknowledged.push(jti)
          else this.#faults.push([jti, { err: taken.fault, description: taken.description }])
        }),
      )
    }
    return isNews
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      // Nobody's process is kept alive by it.
      if (typeof timer === 'object') timer.unref()
      this.#endWait = () => {
        clearTimeout(timer)
        resolve()
      }
      if (this.#isStopped) this.#endWait()
    })
  }
}
