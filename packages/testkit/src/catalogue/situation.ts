/**
 * One row on one adapter: the authorization server, the stand-in for any other host, the application, the clock, and all that is observed.
 *
 * @module
 */
import { createResourceServer, type IntrospectEvent, type Options, type ResourceServer } from '@oauth-introspect/core'
import type { AdapterUnderTest, Handled, Served } from '../adapter-suite/bench.ts'
import {
  type AuthorizationServer,
  type Behaviour,
  type IntrospectionCall,
  json,
  reset,
  startAuthorizationServer,
} from '../authorization-server.ts'
import { untrusted } from '../certificates.ts'
import { behaviourOf, metadataOf, type Stage } from './behaviours.ts'
import { printed } from './canaries.ts'
import { keySet } from './keys.ts'
import { fillRow } from './placeholders.ts'
import { pollPath, transmitter } from './poll.ts'
import { protectionOf } from './profiles.ts'
import type { Protection } from './protection.ts'
import { routesOf } from './routes.ts'
import type { Members, Row } from './row.ts'
import { openUnansweredPort } from './unanswered-port.ts'

/** When every row begins. */
export const start: number = Date.parse('2026-11-21T12:00:00Z')

/** Milliseconds of a deadline in rows that wait for one: the default is 2000, which the tests of core hold. */
export const deadlineMs = 300

const waiting = /silence|drip|hang|endless|big_content_length/

/** One row, set up. */
export interface Situation {
  readonly row: Row
  readonly variant: number
  readonly token: string
  readonly clientSecret: string
  readonly protection: Protection
  readonly as: AuthorizationServer
  readonly elsewhere: AuthorizationServer
  readonly served: Served
  /** Where the row is about more than a guard. */
  readonly resourceServer: ResourceServer<unknown> | undefined
  readonly events: readonly IntrospectEvent[]
  readonly handled: readonly Handled[]
  readonly store: ReadonlyMap<string, string>
  /** What `util.inspect` and `JSON.stringify` show of all that the product has made. */
  readonly shown: readonly string[]
  /** Milliseconds since epoch. */
  now(): number
  advance(seconds: number): void
  /** The introspection calls so far, and all other requests. */
  calls(): readonly IntrospectionCall[]
  strays(): readonly IntrospectionCall[]
  /** Another behaviour from now on; none: that of the row again. */
  override(behaviour?: Behaviour): void
  close(): Promise<void>
}

/** What a row is set up with. */
export interface Occasion {
  readonly variant: number
  /** Options on top of the row's own. */
  readonly options: Members
}

const isIntrospection = ({ url }: IntrospectionCall): boolean => /^(?:\/[ab])?\/introspect(?:\?|$)/.test(url)

/** Sets a row up. @throws what the creation of the middleware throws. */
export async function setUp(template: Row, adapter: AdapterUnderTest, { variant, options }: Occasion): Promise<Situation> {
  const token = `CANARY-${template.id}-9f3b6c2d81e4a705`
  const clientSecret = `SECRET-${template.id}-5b21e0c79a4d`
  const row = fillRow(template, { token, start: start / 1000 })
  const kind = row.as.kind
  const events: IntrospectEvent[] = []
  const handled: Handled[] = []
  const shown: string[] = []
  const store = new Map<string, string>()
  const show = (value: unknown): void => {
    shown.push(printed(value))
  }
  let clock = start
  const now = (): number => clock

  const secure = kind === 'tls_untrusted_ca' || kind === 'tls_old_version'
  const as = await startAuthorizationServer(
    secure ? { ...untrusted, ...(kind === 'tls_old_version' ? { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } : {}) } : undefined,
  )
  const elsewhere = await startAuthorizationServer()
  const hang = kind === 'connect_hang' ? await openUnansweredPort() : undefined
  const stage: Stage = { origin: as.origin, elsewhere: elsewhere.origin, start: start / 1000 }
  const own = behaviourOf(row.as, stage)
  let behaviour = own
  const stranger = row.as.target === undefined ? json({ active: true, scope: 'admin' }) : behaviourOf(row.as.target, stage)
  elsewhere.behave(stranger)
  const polled = transmitter(now)
  as.behave((call, response) => {
    if (isIntrospection(call)) behaviour(call, response)
    else if (call.url === pollPath) polled(call, response)
    else if (call.url === '/jwks') (row.expected.jwks === 'down' ? reset : json(keySet(row.what)))(call, response)
    else if (call.url.startsWith('/.well-known/')) metadataOf(row.as, stage)(call, response)
    else stranger(call, response)
  })

  let served: Served | undefined
  let resourceServer: ResourceServer<unknown> | undefined
  const close = async (): Promise<void> => {
    await Promise.all([resourceServer?.close(), served?.close(), as.close(), elsewhere.close(), hang?.close()])
  }
  try {
    const protection = protectionOf({
      row,
      variant,
      endpoint: endpointOf(kind, as.origin, hang?.port),
      clientSecret,
      now,
      onEvent: (event) => {
        events.push(event as IntrospectEvent)
        if (row.id === 'LOG-014') throw new Error('the logger failed')
      },
      store,
    })
    const whole = {
      ...protection.options,
      ...(waiting.test(kind) ? { timeoutMs: deadlineMs } : {}),
      ...options,
      ...(row.request.kind === 'configure' ? row.request.options : {}),
    } as unknown as Options
    if (protection.routes !== undefined || protection.endpoints !== undefined) resourceServer = createResourceServer(whole)
    if (resourceServer !== undefined) show(resourceServer)
    served = await adapter.serve(
      routesOf(row, protection, resourceServer ?? whole, (seen) => {
        handled.push(seen)
        if (seen.auth !== undefined) show(seen.auth)
      }),
      {
        ...(protection.tls === true ? { tls: untrusted } : {}),
        ...(row.platforms.includes('fetch') ? { maxHeaderSize: 2 ** 20 } : {}),
        ...(protection.ownErrors === true ? { ownErrors: true } : {}),
      },
    )
    for (const middleware of served.made) show(middleware)
    if (kind === 'connect_refused') await as.close()
    return {
      ...{
        row,
        variant,
        token,
        clientSecret,
        protection,
        as,
        elsewhere,
        served,
        resourceServer,
        events,
        handled,
        store,
        shown,
        now,
        close,
      },
      advance(seconds) {
        clock += seconds * 1000
      },
      calls: () => as.calls.filter(isIntrospection),
      strays: () => as.calls.filter((call) => !isIntrospection(call)),
      override(next = own) {
        behaviour = next
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

function endpointOf(kind: string, origin: string, unanswered = 0): string {
  if (kind === 'connect_hang') return `http://127.0.0.1:${unanswered}/introspect`
  if (kind === 'dns_nxdomain') return 'https://nxdomain.invalid/introspect'
  if (kind === 'dns_hang') return 'https://hang.example/introspect'
  return `${kind === 'tls_plaintext' ? origin.replace('http:', 'https:') : origin}/introspect`
}
