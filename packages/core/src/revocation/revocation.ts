/**
 * Revocation of one resource server: what it has heard of it, and what it tells the other instances.
 *
 * @module
 */
import { runtime } from '#runtime'
import type { ClientAuthentication } from '../client-authentication/client-authentication.ts'
import type { EventSink } from '../events.ts'
import type { HttpSettings } from '../http-options.ts'
import { within } from '../patience.ts'
import { connectByFetch, type Transport } from '../runtime/fetch-connection.ts'
import type { Connection } from '../runtime/runtime.ts'
import { type BusSubscription, subscribeToBus } from './bus-subscription.ts'
import { createMarks, type Marks } from './marks.ts'
import { OwnMarks } from './own-marks.ts'
import { type RevocationBus, type RevocationMark, readRevocationMark } from './revocation-mark.ts'
import type { RevocationRules } from './revocation-options.ts'
import { createSignalIntake, type SignalIntake } from './signal-intake.ts'

/** An authorization server, as far as revocation has to know of it. */
interface KnownServer {
  readonly issuer: string | undefined
  readonly clientAuthentication: ClientAuthentication
  readonly http: () => HttpSettings
  readonly timeoutMs: number
}

/** What revocation rests on. */
export interface RevocationParts {
  readonly rules: RevocationRules
  readonly servers: readonly KnownServer[]
  readonly transport: Transport | undefined
  readonly clockToleranceSeconds: number
  /** Milliseconds that an answer counts at most, wherever it is kept. */
  readonly maxAnswerAgeMs: number
  readonly now: () => number
  /** Milliseconds by a clock that nobody sets, where there is one. */
  readonly elapsed: (() => number) | undefined
  readonly events: EventSink
  /** Told when marks have arrived, of several at once no more than once: which ones; `undefined` where there are many. */
  readonly onMarks: (marks: readonly RevocationMark[] | undefined) => void
}

/** Revocation of one resource server. */
export interface Revocation {
  readonly marks: Marks
  readonly intake: SignalIntake
  /** Applies a mark here, and resolves once the other instances will hear of it. @throws {TypeError} when it is none. */
  revoke(mark: RevocationMark): Promise<void>
  /** Resolves when the bus can be heard, and signals can be verified; rejects when they cannot. */
  ready(): Promise<void>
  close(): Promise<void>
}

// Each is held against whatever is held on to.
const fewMarks = 16

/** Makes it, and begins to listen to the bus. */
export function createRevocation(parts: RevocationParts): Revocation {
  const { rules, servers, now, elapsed, events, maxAnswerAgeMs } = parts
  const { bus } = rules
  const timeoutMs = Math.max(...servers.map((server) => server.timeoutMs))
  const connections = new Connections(servers, parts.transport)
  const marks = createMarks({
    rules: { ...rules, maxAnswerAgeMs },
    now,
    elapsed,
    onCollapse: () => {
      events.warn('REVOCATION_MARKS_COLLAPSED')
    },
  })
  const own = new OwnMarks()
  const subscription = bus === undefined ? undefined : listen(bus)

  function listen(heard: RevocationBus): BusSubscription {
    // Nothing has been heard yet of what others have stored.
    marks.lost()
    return subscribeToBus(heard, {
      hear(mark) {
        if (!own.has(mark)) hear(mark)
      },
      lost() {
        marks.lost()
        events.warn('REVOCATION_BUS_LOST')
      },
      restored() {
        marks.restored()
      },
    })
  }

  let arrived: RevocationMark[] = []

  function hear(mark: RevocationMark): void {
    marks.receive(mark)
    if (arrived.push(mark) === 1) queueMicrotask(tell)
    if (events.listening)
      events.emit({ type: 'revoked', names: Object.keys(mark).filter((name) => !['eventTime', 'effect', 'id'].includes(name)) })
  }

  function tell(): void {
    const told = arrived
    arrived = []
    parts.onMarks(told.length > fewMarks ? undefined : told)
  }

  async function revoke(said: RevocationMark): Promise<void> {
    const mark = readRevocationMark(said)
    if (mark === undefined)
      throw new TypeError(
        'revoke() takes a mark: "issuer", "subject", "session", "client", "jti" or "tokenDigest", and not more than 1024 characters each',
      )
    // Whoever hears of it later must not take that for the time when it happened.
    const timed = { eventTime: Math.floor(now() / 1000), ...mark }
    hear(timed)
    if (bus !== undefined) await publish(bus, own.name(timed), timeoutMs)
  }

  const clientIds = servers.flatMap(({ clientAuthentication: { method, identity } }) =>
    // Whoever shows a token of his own is not a client that logout tokens could name.
    method !== 'bearer_token' && typeof identity === 'string' && identity !== '' ? [identity] : [],
  )
  const connection = (issuer?: string): Connection => connections.find(issuer)
  const intake = createSignalIntake({ ...parts, timeoutMs, clientIds, connection, revoke })
  return {
    marks,
    intake,
    revoke,
    async ready() {
      await Promise.all([subscription?.ready(), intake.ready()])
    },
    async close() {
      await Promise.all([intake.close(), subscription?.close()])
      await connections.close()
    },
  }
}

/** The ways to transmitters, opened when they are needed: as to the authorization server of the same issuer, but for our certificate. */
class Connections {
  readonly #servers: readonly KnownServer[]
  readonly #transport: Transport | undefined
  readonly #open = new Map<KnownServer | undefined, Connection>()

  constructor(servers: readonly KnownServer[], transport: Transport | undefined) {
    this.#servers = servers
    this.#transport = transport
  }

  find(issuer: string | undefined): Connection {
    const server = this.#servers.find((one) => one.issuer === issuer) ?? this.#servers[0]
    const connection = this.#open.get(server) ?? this.#connect(server)
    this.#open.set(server, connection)
    return connection
  }

  #connect(server: KnownServer | undefined): Connection {
    if (this.#transport !== undefined || server === undefined) return connectByFetch(this.#transport ?? fetch)
    return runtime.connect({ ...server.http(), connectTimeoutMs: server.timeoutMs })
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((connection) => connection.close()))
  }
}

/** Not for ever: who has sent the signal waits for it. What a client of a store throws may hold anything, and is not passed on. */
async function publish(bus: RevocationBus, mark: RevocationMark, timeoutMs: number): Promise<void> {
  try {
    await within(timeoutMs, bus.publish(mark))
  } catch {
    throw new Error('the mark is in force here, but the revocation bus has not taken it')
  }
}
