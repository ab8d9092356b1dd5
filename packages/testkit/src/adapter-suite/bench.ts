/**
 * What every part of the adapter suite stands on: an application guarded by the adapter, a scripted authorization server, a clock.
 *
 * @module
 */
import { once } from 'node:events'
import { afterEach, beforeEach } from '@jest/globals'
import type { AuthInfo, IntrospectEvent, Options, Requirements, SignalEnd } from '@oauth-introspect/core'
import { type AuthorizationServer, startAuthorizationServer } from '../authorization-server.ts'
import type { Serving } from '../listen.ts'
import { type Received, type SentRequest, send } from '../send.ts'

/** One step of a route, in the words of every adapter. */
export type Link =
  | { readonly introspect: readonly unknown[] }
  | { readonly requireScopes: readonly [string, ...string[]] }
  | { readonly requireToken: Requirements | undefined }
  /** Sets `WWW-Authenticate: Basic realm="earlier"`, `Vary: Origin` and `X-Earlier: kept`, and goes on. */
  | { readonly sets: 'headers' }
  /** Attaches `{ planted: true }` where the adapter attaches. */
  | { readonly plants: 'auth' }
  /** Answers with this status and goes on all the same, as careless middleware does. */
  | { readonly answers: number }
  /** Parses the parameters of a form, as applications do. */
  | { readonly parses: 'form' }
  /** An endpoint of the adapter's own, made for a resource server. */
  | { readonly endpoint: 'protectedResourceMetadata' | 'securityEvents'; readonly of: readonly unknown[] }

/** What a handler that tells has seen: the grant, and the body, if it could still be read. */
export interface Handled {
  readonly auth: AuthInfo | undefined
  readonly body: string | undefined
}

/**
 * A route: the steps, and then a handler that answers what it sees as a `Seen`, or throws, or streams: an event `open`, and when
 * `auth.signal` aborts, its reason.
 */
export interface Route {
  /** `'*'`: every path. */
  readonly path: string
  /** The path at which the route stands in a router of its own. */
  readonly mount?: string
  readonly chain: readonly Link[]
  readonly handler?: 'shows' | 'throws' | 'needsAuth' | 'needsOtherAuth' | 'streams'
  /** For `needsOtherAuth`: what is given to `getAuth(req, server)`. */
  readonly server?: object
  /** In place of `handler`: reads the body, tells what it has seen, and answers the subject. */
  readonly tell?: (handled: Handled) => void
}

/** What an application is served with. */
export interface Surroundings extends Serving {
  /** The application answers errors itself, by their status, with `{ "own": true }` and no header of theirs. */
  readonly ownErrors?: boolean
}

/** What the handler saw: `found` by `findAuth()`, `attached` at the framework's own place. */
export interface Seen {
  readonly found: unknown
  readonly attached: unknown
  readonly token: string | null
  readonly hasRead: boolean | null
}

/** The events of a handler that streams, until its token ends. */
export async function* streamEvents(signal: AbortSignal): AsyncGenerator<string> {
  yield 'data: open\n\n'
  if (!signal.aborted) await once(signal, 'abort')
  yield `data: ${(signal.reason as SignalEnd).reason}\n\n`
}

/** An application that an adapter guards. */
export interface Served {
  readonly origin: string
  /** How often a handler has run. */
  handled(): number
  /** What reached the framework's error handling. */
  readonly errors: readonly unknown[]
  /** The middleware that the adapter made. */
  readonly made: readonly unknown[]
  close(): Promise<void>
}

/** What an adapter's tests provide. */
export interface AdapterUnderTest {
  readonly name: string
  serve(routes: readonly Route[], surroundings?: Surroundings): Promise<Served>
  readonly RefusalError: { is(value: unknown): boolean }
  /** Everything that the adapter exports. */
  readonly exports: Readonly<Record<string, unknown>>
}

/** The bench of one test. */
export interface Bench {
  readonly as: AuthorizationServer
  readonly events: IntrospectEvent[]
  /** Milliseconds since epoch, moved by hand. */
  clock: number
  /** Everything that came out anywhere. */
  readonly outputs: unknown[]
  options(more?: Record<string, unknown>): Options
  /** Serves one route at `/` guarded by these options. */
  guard(more?: Record<string, unknown>, adapterOptions?: object): Promise<Served>
  serve(routes: readonly Route[]): Promise<Served>
  /** Sends to the application served last. */
  send(request?: SentRequest): Promise<Received>
  /** Sends with a bearer token. */
  ask(token: string, request?: SentRequest): Promise<Received>
  seconds(): number
}

export const clientSecret = 'CANARY-secret-5b21e0c79a'

/** Sets up a bench before each test, and takes it down. */
export function setUpBench(adapter: AdapterUnderTest): Bench {
  let served: Served[] = []
  let server: AuthorizationServer
  const bench: Bench = {
    get as() {
      return server
    },
    events: [],
    outputs: [],
    clock: 0,
    seconds: () => Math.floor(bench.clock / 1000),
    options: (more = {}) => ({
      introspectionEndpoint: server.introspectionEndpoint,
      clientId: 'rs-client',
      clientSecret,
      now: () => bench.clock,
      onEvent: (event: IntrospectEvent) => bench.events.push(event),
      ...more,
    }),
    guard: (more, adapterOptions) =>
      bench.serve([
        {
          path: '/',
          chain: [{ introspect: adapterOptions === undefined ? [bench.options(more)] : [bench.options(more), adapterOptions] }],
        },
      ]),
    async serve(routes) {
      const application = await adapter.serve(routes)
      served.push(application)
      return application
    },
    async send(request = {}) {
      const received = await send(served.at(-1)?.origin ?? '', request)
      bench.outputs.push(received)
      return received
    },
    ask: (token, request = {}) => bench.send({ ...request, headers: [['Authorization', `Bearer ${token}`], ...(request.headers ?? [])] }),
  }
  beforeEach(async () => {
    server = await startAuthorizationServer()
    bench.clock = Date.parse('2026-11-21T12:00:00Z')
    bench.events.length = 0
    bench.outputs.length = 0
  })
  afterEach(async () => {
    await Promise.all([...served.map((application) => application.close()), server.close()])
    served = []
  })
  return bench
}

/** A token as good as any: two scopes, five minutes to live. */
export function goodReply(bench: Bench, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    active: true,
    scope: 'read write',
    client_id: 'client-1',
    sub: 'user-1',
    aud: 'https://api.example',
    iss: 'https://as.example',
    token_type: 'Bearer',
    exp: bench.seconds() + 300,
    ...more,
  }
}
