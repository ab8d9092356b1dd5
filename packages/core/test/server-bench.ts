/** A resource server over a scripted authorization server, with a clock moved by hand. */
import { afterEach, beforeEach } from '@jest/globals'
import { type AuthorizationServer, startAuthorizationServer } from '@oauth-introspect/testkit'
import type { IntrospectEvent } from '../src/events.ts'
import {
  type ClientAuthentication,
  createResourceServer,
  type Options,
  type Outcome,
  type ResourceRequest,
  type ResourceServer,
} from '../src/index.ts'

export const token = 'CANARY-token-9f3b6c2d81e4'
export const clientSecret = 'CANARY-secret-5b21e0c79a'

export interface ServerBench {
  as: AuthorizationServer
  clock: number
  readonly events: IntrospectEvent[]
  options(more?: object): Options
  make(more?: object): ResourceServer<unknown>
  /** With these options and no others. */
  makeOf(options: object): ResourceServer<unknown>
  /** The options of `make()`, but with another client authentication. */
  optionsAs(clientAuthentication: ClientAuthentication, more?: object): object
  /** A reply as good as any, five minutes to live. */
  good(more?: object): object
}

export function bearer(presented: string = token): ResourceRequest {
  return { method: 'GET', url: '/', header: (name) => (name === 'authorization' ? [`Bearer ${presented}`] : []), native: undefined }
}

export const nothing: ResourceRequest = { method: 'GET', url: '/', header: () => [], native: undefined }

/** The `auth` of an outcome that must be a grant. */
export async function granted<C>(outcome: Outcome<C> | Promise<Outcome<C>>): Promise<Extract<Outcome<C>, { outcome: 'granted' }>['auth']> {
  const settled = await outcome
  if (settled.outcome !== 'granted')
    throw new Error(`expected a grant, not ${settled.outcome === 'refused' ? settled.reason : settled.outcome}`)
  return settled.auth
}

export function setUpServer(): ServerBench {
  const made: ResourceServer<unknown>[] = []
  const bench: Omit<ServerBench, 'as'> & { as?: AuthorizationServer } = {
    clock: 0,
    events: [],
    options: (more = {}) => ({
      introspectionEndpoint: bench.as?.introspectionEndpoint,
      clientId: 'rs-client',
      clientSecret,
      audience: null,
      now: () => bench.clock,
      onEvent: (event: IntrospectEvent) => bench.events.push(event),
      ...more,
    }),
    make: (more) => bench.makeOf(bench.options(more)),
    makeOf(options) {
      const server: ResourceServer<unknown> = createResourceServer(options as Options)
      made.push(server)
      return server
    },
    optionsAs(clientAuthentication, more) {
      const ours = Object.entries(bench.options(more)).filter(([name]) => name !== 'clientId' && name !== 'clientSecret')
      return { ...Object.fromEntries(ours), clientAuthentication }
    },
    good: (more = {}) => ({
      active: true,
      scope: 'read write',
      client_id: 'client-1',
      sub: 'user-1',
      aud: 'https://api.example',
      exp: bench.clock / 1000 + 300,
      ...more,
    }),
  }
  beforeEach(async () => {
    bench.as = await startAuthorizationServer()
    bench.clock = Date.parse('2026-11-21T12:00:00Z')
    bench.events.length = 0
  })
  afterEach(async () => {
    await Promise.all([...made.splice(0).map((server) => server.close()), bench.as?.close()])
  })
  return bench as ServerBench
}
