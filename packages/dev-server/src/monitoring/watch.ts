/**
 * Sees every request to every server here, and what happens to tokens: counts both in the store, and tells those who listen.
 * No query, no header and no body goes in: only what is known here by name.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Endpoint } from '../endpoint.ts'
import type { Fault } from '../faults.ts'
import type { Place } from '../front.ts'
import { noteOf } from '../note.ts'
import type { UsageKind } from '../token-store/token-store.ts'
import type { TokenEvent, Tokens } from '../tokens.ts'

/** A request that was answered, or broken off. */
interface WatchedRequest {
  readonly type: 'request'
  /** Milliseconds since the epoch. */
  readonly at: number
  /** `standard`, or a dialect's name. */
  readonly server: string
  readonly endpoint: Endpoint
  readonly method: string
  readonly path: string
  /** 0 when the connection ended before an answer. */
  readonly status: number
  readonly durationMs: number
  /** A client that is known here, or `unknown`. */
  readonly clientId: string
  readonly outcome?: string
  /** What went wrong on purpose. */
  readonly fault?: string
}

/** Something that happened to a token. */
interface WatchedToken {
  readonly type: 'token'
  readonly at: number
  readonly what: TokenEvent['what']
  readonly digest: string
  readonly clientId: string
}

/** What those who listen are told. */
export type WatchedEvent = WatchedRequest | WatchedToken

/** How long the requests to an endpoint took, since the start. */
export interface Durations {
  readonly count: number
  readonly sumMs: number
}

const remembered = 200

/** Watches; `now` is the clock, in milliseconds since the epoch. */
export class Watch {
  readonly #tokens: Tokens
  readonly #now: () => number
  readonly #listeners = new Set<(event: WatchedEvent) => void>()
  readonly #recent: WatchedEvent[] = []
  readonly #durations = new Map<Endpoint, Durations>()
  readonly #counting = new Set<Promise<unknown>>()

  constructor(tokens: Tokens, now: () => number) {
    this.#tokens = tokens
    this.#now = now
    tokens.onEvent(({ what, record: { digest, clientId, use } }) => {
      if (use === 'access_token' && what !== 'expired') this.#count(clientId, what)
      this.#tell({ type: 'token', at: now(), what, digest, clientId })
    })
  }

  /** What happened last, oldest first. */
  get recent(): readonly WatchedEvent[] {
    return [...this.#recent]
  }

  get durations(): ReadonlyMap<Endpoint, Durations> {
    return this.#durations
  }

  /** Tells of what happens from now on, until the function that is returned is called. */
  listen(listener: (event: WatchedEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Follows a request to its end. */
  follow(request: IncomingMessage, response: ServerResponse, server: string, { endpoint, path }: Place, fault: Fault | undefined): void {
    const [at, started] = [this.#now(), performance.now()]
    response.once('close', () => {
      const { clientId = 'unknown', outcome } = noteOf(request)
      const status = response.writableFinished ? response.statusCode : 0
      const durationMs = Math.round((performance.now() - started) * 10) / 10
      const { count = 0, sumMs = 0 } = this.#durations.get(endpoint) ?? {}
      this.#durations.set(endpoint, { count: count + 1, sumMs: sumMs + durationMs })
      if (endpoint === 'introspection') this.#count(clientId, 'asked')
      if (outcome === 'inactive') this.#count(clientId, 'inactive')
      else if (status >= 400 && (endpoint === 'introspection' || endpoint === 'token')) this.#count(clientId, 'refused')
      this.#tell({
        ...{ type: 'request', at, server, endpoint, method: request.method ?? '', path, status, durationMs, clientId },
        ...(outcome === undefined ? {} : { outcome }),
        ...(fault === undefined ? {} : { fault: describeFault(fault) }),
      })
    })
  }

  /** Waits until all that was counted is in the store. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#counting)
  }

  /** A store that is away must not keep anybody from an answer: what it does not take is not counted. */
  #count(clientId: string, kind: UsageKind): void {
    for (const minute of [Math.floor(this.#now() / 60_000), 0]) {
      const counting = this.#tokens.store
        .tally(minute, clientId, kind)
        .catch(() => undefined)
        .finally(() => this.#counting.delete(counting))
      this.#counting.add(counting)
    }
  }

  #tell(event: WatchedEvent): void {
    this.#recent.push(event)
    if (this.#recent.length > remembered) this.#recent.shift()
    for (const listener of this.#listeners) listener(event)
  }
}

function describeFault({ delayMs, reset, status, body, contentType }: Fault): string {
  const parts = [
    ...(delayMs === undefined ? [] : [`delay ${delayMs} ms`]),
    ...(reset === true ? ['reset'] : []),
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(body === undefined ? [] : ['body']),
    ...(contentType === undefined ? [] : ['content type']),
  ]
  return parts.join(', ')
}
