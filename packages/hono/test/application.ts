import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { type AdapterUnderTest, type Link, listen, type Route } from '@oauth-introspect/testkit'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import * as adapter from '../src/index.ts'

/** The routes in a Hono application, with what reached its error handling. */
function honoApplication(routes: readonly Route[]): {
  readonly application: Hono
  readonly errors: unknown[]
  readonly handled: () => number
} {
  const application = new Hono()
  const errors: unknown[] = []
  let handled = 0
  for (const route of routes) application.on('GET', [route.path], ...[...route.chain.map(toMiddleware), toHandler(route, () => handled++)])
  application.onError((error, c) => {
    errors.push(error)
    return 'getResponse' in error ? (error as { getResponse(): Response }).getResponse() : c.text('Internal Server Error', 500)
  })
  return { application, errors, handled: () => handled }
}

/** The adapter in a Hono application on Node's sockets. */
export function inHono(name: string): AdapterUnderTest {
  return {
    name,
    RefusalError: adapter.RefusalError,
    serve(routes) {
      const { application, errors, handled } = honoApplication(routes)
      return listen(createAdaptorServer({ fetch: application.fetch }) as Server).then((listening) => ({ ...listening, errors, handled }))
    },
  }
}

function toMiddleware(link: Link): MiddlewareHandler {
  if ('introspect' in link) return adapter.introspect(...(link.introspect as Parameters<typeof adapter.introspect>)) as MiddlewareHandler
  if ('requireScopes' in link) return adapter.requireScopes(...link.requireScopes)
  if ('requireToken' in link) return adapter.requireToken(link.requireToken)
  return async (c, next) => {
    if ('sets' in link) {
      c.header('WWW-Authenticate', 'Basic realm="earlier"')
      c.header('Vary', 'Origin')
      c.header('X-Earlier', 'kept')
    }
    if ('plants' in link) c.set('auth', { planted: true })
    if ('answers' in link) c.res = new Response(null, { status: 418 })
    await next()
  }
}

function toHandler(route: Route, count: () => void): (c: Context) => Response {
  return (c) => {
    count()
    if (route.handler === 'throws') throw new Error('the handler failed')
    if (route.handler === 'needsAuth') adapter.getAuth(c)
    if (route.handler === 'needsOtherAuth') adapter.getAuth(c, route.server as never)
    const found = adapter.findAuth(c)
    const attached: unknown = c.get('auth')
    return c.json({
      found: found ?? null,
      attached: attached ?? null,
      token: found?.token ?? null,
      hasRead: found?.hasScope('read') ?? null,
    } as never)
  }
}
