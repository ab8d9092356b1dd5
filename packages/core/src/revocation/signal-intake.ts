/**
 * Takes signals of others: verified, applied here and handed to the other instances before anybody is told that they were taken, and each
 * of them once.
 *
 * @module
 */
import { IntrospectionError } from '../errors.ts'
import type { EventSink } from '../events.ts'
import { type Connection, Deadline } from '../runtime/runtime.ts'
import type { RevocationMark } from './revocation-mark.ts'
import type { RevocationRules, Transmitter } from './revocation-options.ts'
import type { Signal, SignalFault } from './signal-fault.ts'
import type { SignedSignals } from './signed-signal.ts'
import { readWebhook, type Webhook } from './webhook.ts'

/** It has been taken, it has been taken before, or it cannot be now; else what is wrong with it. */
export type Taken = 'taken' | 'repeated' | 'unavailable' | SignalFault

/** Takes signals. */
export interface SignalIntake {
  readonly parts: IntakeParts
  /** A Security Event Token; `isAllowed`: whether who has brought it may speak for that transmitter. */
  takeEvent(jwt: Uint8Array, isAllowed?: (transmitter: Transmitter) => boolean): Promise<Taken>
  takeLogout(jwt: Uint8Array): Promise<Taken>
  takeWebhook(webhook: Webhook): Promise<Taken>
  /** Resolves when what verifies signals is loaded, so that the first of them does not wait for it. */
  ready(): Promise<void>
  /** Says what is to end with it. */
  whenClosed(end: () => Promise<void>): void
  close(): Promise<void>
}

/** What taking rests on. */
export interface IntakeParts {
  readonly rules: RevocationRules
  /** Our client ids at the authorization servers. */
  readonly clientIds: readonly string[]
  readonly clockToleranceSeconds: number
  /** Milliseconds for the keys of a transmitter. */
  readonly timeoutMs: number
  readonly now: () => number
  readonly events: EventSink
  /** The way to a transmitter. */
  readonly connection: (issuer?: string) => Connection
  /** Resolves once this instance holds the mark, and the others will. */
  readonly revoke: (mark: RevocationMark) => Promise<void>
}

// Signatures being verified at once: more than a transmitter has on the way, too few to take the processor from those who are guarded.
const maxInHand = 64
const maxRemembered = 10_000

/** Makes the intake of one resource server. */
export function createSignalIntake(parts: IntakeParts): SignalIntake {
  const { rules, now, events, revoke, timeoutMs } = parts
  const taken = new Set<string>()
  let signed: Promise<SignedSignals> | undefined
  const ends: (() => Promise<void>)[] = []
  let inHand = 0

  function load(): Promise<SignedSignals> {
    signed ??= import('./signed-signal.ts').then(({ createSignedSignals }) =>
      createSignedSignals({ ...parts, transmitters: rules.transmitters }),
    )
    return signed
  }

  async function take(read: () => Promise<Signal | SignalFault>): Promise<Taken> {
    if (inHand >= maxInHand) return 'unavailable'
    inHand++
    try {
      const signal = await read()
      return 'fault' in signal ? signal : await apply(signal)
    } catch (error) {
      if (!IntrospectionError.is(error)) throw error
      events.fault(error)
      return 'unavailable'
    } finally {
      inHand--
    }
  }

  function takeSigned(read: (signals: SignedSignals, deadline: Deadline) => Promise<Signal | SignalFault>): Promise<Taken> {
    return take(async () => {
      const signals = await load()
      const deadline = new Deadline(timeoutMs)
      try {
        return await read(signals, deadline)
      } finally {
        deadline.clear()
      }
    })
  }

  async function apply({ id, marks }: Signal): Promise<Taken> {
    if (taken.has(id)) return 'repeated'
    const stored = await Promise.allSettled(marks.map(revoke))
    if (stored.some(({ status }) => status === 'rejected')) return 'unavailable'
    const [oldest] = taken
    if (taken.size >= maxRemembered && oldest !== undefined) taken.delete(oldest)
    taken.add(id)
    return 'taken'
  }

  return {
    parts,
    takeEvent: (jwt, isAllowed) => takeSigned((signals, deadline) => signals.readEvent(jwt, deadline, isAllowed)),
    takeLogout: (jwt) => takeSigned((signals, deadline) => signals.readLogout(jwt, deadline)),
    takeWebhook: (webhook) => take(() => readWebhook(webhook, rules.webhookSecrets, now() / 1000)),
    async ready() {
      if (rules.transmitters.length > 0) await load()
    },
    whenClosed(end) {
      ends.push(end)
    },
    async close() {
      await Promise.all(ends.map((end) => end()))
    },
  }
}

const intakes = new WeakMap<object, SignalIntake>()

/** Says by what a resource server takes signals. */
export function setIntake(server: object, intake: SignalIntake): void {
  intakes.set(server, intake)
}

/** By what a resource server takes signals. @throws {TypeError} when it is not one of ours, or takes none. */
export function intakeOf(server: object, who: string): SignalIntake {
  const intake = intakes.get(server)
  if (intake !== undefined) return intake
  throw new TypeError(`${who} takes a resource server that was made by createResourceServer() with the option "revocation"`)
}
