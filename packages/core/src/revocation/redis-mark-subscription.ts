/**
 * One who listens to the marks in Redis. That they are heard is proved again and again: a pulse is published on a channel of this
 * subscription's own by the connection that publishes marks, and comes back by the one that hears them. So a broken connection is noticed,
 * and also one that hangs, or that leads to another server than it used to.
 *
 * @module
 */
import { Patience, within } from '../patience.ts'
import type { RedisCommands } from '../redis-client.ts'
import { type ChannelSubscription, listenOn, type RedisSubscriber } from '../redis-subscriber.ts'
import type { RevocationListener, RevocationMark } from './revocation-mark.ts'
import { readStoredMarks, readWrittenMark } from './stored-marks.ts'

/** What a subscription rests on. */
export interface RedisMarkSubscriptionParts {
  readonly commands: RedisCommands
  readonly subscriber: RedisSubscriber
  /** Of the key and of the channel. */
  readonly name: string
  readonly lifetimeMs: number
  readonly listener: RevocationListener
}

const pulseScript = `
local time = redis.call('TIME')
redis.call('PUBLISH', ARGV[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))`

const pulseEveryMs = 300
// So many pulses without an echo are silence.
const toleratedPulses = 2
const beginWithinMs = 2000
const endWithinMs = 1000
// Read again beyond what was missed: the clock of another server that has taken over may be behind.
const overlapMs = 60_000

export class RedisMarkSubscription {
  readonly #parts: RedisMarkSubscriptionParts
  readonly #pulseChannel: string
  readonly #channels: ChannelSubscription
  #state: 'beginning' | 'heard' | 'lost' | 'ended' = 'beginning'
  #timer: ReturnType<typeof setInterval> | undefined
  #whenHeard: (() => void) | undefined
  #patience: Patience | undefined
  #losses = 0
  #silentPulses = 0
  #isPulsing = false
  #isSubscribing = false
  #isReading = false
  /** Every mark that Redis took before this time, by its clock, has been handed over. */
  #heardUntil: number | undefined

  constructor(parts: RedisMarkSubscriptionParts) {
    this.#parts = parts
    this.#pulseChannel = `${parts.name}:${crypto.randomUUID()}`
    this.#channels = listenOn(parts.subscriber, [parts.name, this.#pulseChannel], {
      onMessage: (channel, message) => (channel === this.#pulseChannel ? this.#hearPulse(message) : this.#hearMark(message)),
      onDown: () => this.#lose(),
    })
  }

  /** Resolves when the stored marks have been handed over and later ones are heard; rejects when nothing comes for too long. */
  async begin(): Promise<void> {
    this.#timer = setInterval(() => this.#tick(), pulseEveryMs)
    // Nobody's process is kept alive by it.
    if (typeof this.#timer === 'object') this.#timer.unref()
    const heard = new Promise<void>((resolve) => (this.#whenHeard = resolve))
    const patience = new Patience(beginWithinMs)
    this.#patience = patience
    this.#tick()
    try {
      await Promise.race([heard, patience.over])
    } catch {
      await this.end()
      throw new Error(`Redis: marks were not heard within ${beginWithinMs} ms`)
    } finally {
      patience.end()
      this.#patience = undefined
    }
  }

  async end(): Promise<void> {
    this.#state = 'ended'
    this.#losses++
    clearInterval(this.#timer)
    await within(endWithinMs, this.#channels.end()).catch(() => undefined)
  }

  #tick(): void {
    if (++this.#silentPulses > toleratedPulses) this.#lose()
    void (this.#state === 'heard' ? this.#sendPulse() : this.#subscribe())
  }

  async #subscribe(): Promise<void> {
    if (this.#isSubscribing) return
    this.#isSubscribing = true
    try {
      await this.#channels.begin()
    } catch {
      // Tried again at the next turn.
      return
    } finally {
      this.#isSubscribing = false
    }
    await this.#sendPulse()
  }

  async #sendPulse(): Promise<void> {
    if (this.#isPulsing) return
    this.#isPulsing = true
    const { commands, name } = this.#parts
    try {
      await commands.evaluate(pulseScript, name, this.#pulseChannel)
    } catch {
      // No echo will come.
    } finally {
      this.#isPulsing = false
    }
  }

  #hearPulse(message: string): void {
    if (!/^\d{1,15}$/.test(message)) return
    this.#silentPulses = 0
    if (this.#state === 'heard') this.#heardUntil = Number(message)
    else void this.#restore(Number(message))
  }

  #lose(): void {
    this.#losses++
    if (this.#state !== 'heard') return
    this.#state = 'lost'
    this.#parts.listener.onLost()
  }

  /** Reads what was stored while nothing was heard. */
  async #restore(at: number): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    const { commands, name, lifetimeMs, listener } = this.#parts
    const losses = this.#losses
    const since = Math.max(at - lifetimeMs, this.#heardUntil === undefined ? 0 : this.#heardUntil - overlapMs)
    try {
      for await (const marks of readStoredMarks(commands, name, since)) {
        for (const mark of marks) this.#handOver(mark)
        // Lost again meanwhile, or ended: the next pulse that comes back begins anew.
        if (this.#losses > losses) return
        this.#patience?.renew()
      }
      this.#heardUntil = at
      const isFirst = this.#state === 'beginning'
      this.#state = 'heard'
      if (isFirst) this.#whenHeard?.()
      else listener.onRestored()
    } catch {
      // Tried again with the next pulse.
    } finally {
      this.#isReading = false
    }
  }

  #hearMark(message: string): void {
    const [head, at] = /^(\d{1,15}) /.exec(message) ?? []
    const mark = head === undefined ? undefined : readWrittenMark(message.slice(head.length), Number(at))
    if (mark !== undefined) this.#handOver(mark)
  }

  #handOver(mark: RevocationMark): void {
    if (this.#state !== 'ended') this.#parts.listener.onMark(mark)
  }
}
