/**
 * The routes of a row's application.
 *
 * @module
 */
import type { Handled, Link, Route } from '../adapter-suite/bench.ts'
import type { Protection } from './protection.ts'
import type { Row } from './row.ts'

/** Where security event tokens and logout tokens go. */
const receivers = { events: '/events', logout: '/backchannel-logout' }

/** Those with requirements of their own, and one for everything else; `guard` is a resource server, or its options. */
export function routesOf(row: Row, protection: Protection, guard: object, tell: (seen: Handled) => void): readonly Route[] {
  const { routes = {}, adapterOptions, endpoints = [], answersEarly = false } = protection
  const front: readonly Link[] = [
    ...(answersEarly ? [{ answers: 200 }] : []),
    ...(row.setup.includes('urlencoded') ? [{ parses: 'form' } as const] : []),
    ...endpoints.map((endpoint) => ({ endpoint, of: endpoint === 'securityEvents' ? [guard, receivers] : [guard] })),
  ]
  const more = adapterOptions === undefined ? [] : [adapterOptions]
  const route = (path: string, introspect: readonly unknown[]): Route => ({
    path,
    chain: [...front, { introspect }],
    tell,
    ...(row.request.path?.startsWith('/api/') === true ? { mount: '/api' } : {}),
  })
  const special = Object.entries(routes).map(([path, given]) =>
    route(path, 'requirements' in given ? [guard, given.requirements] : [given.options]),
  )
  return '*' in routes ? special : [...special, route('*', [guard, ...more])]
}
