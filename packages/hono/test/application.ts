import { Readable } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import {
  type AdapterUnderTest,
  type Link,
  listen,
  type Route,
  type Served,
  type Surroundings,
  serverOf,
  streamEvents,
} from '@oauth-introspect/testkit'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import * as adapter from '../src/index.ts'

/** The adapter in a Hono application on Node's sockets. */
export function inHono(name: string): AdapterUnderTest {
  return { name, RefusalError: adapter.RefusalError, exports: adapter, serve }
}

function serve(routes: readonly Route[], { ownErrors = false, ...serving }: Surroundings = {}): Promise<Served> {
  const application = new Hono()
  const errors: unknown[] = []
  const made: unknown[] = []
  let handled = 0
  application.onError((error, c) => {
    errors.push(error)
    if (ownErrors) return c.json({ own: true }, ((error as { readonly status?: number }).status ?? 500) as 500)
    return 'getResponse' in error ? (error as { getResponse(): Response }).getResponse() : c.text('Internal Server Error', 500)
  })
  for (const route of routes) {
    const steps = route.chain.map(toMiddleware)
    made.push(...steps)
    const router = route.mount === undefined ? application : new Hono()
    router.on('ALL', [route.path], ...[...steps, toHandler(route, () => handled++)])
    if (route.mount !== undefined) application.route(route.mount, router)
  }
  const listener = getRequestListener(application.fetch)
  const server = serverOf((request, response) => void listener(request, response), serving)
  return listen(server).then((listening) => ({ ...listening, errors, made, handled: () => handled }))
}

function toMiddleware(link: Link): MiddlewareHandler {
  if ('introspect' in link) return adapter.introspect(...(link.introspect as Parameters<typeof adapter.introspect>)) as MiddlewareHandler
  if ('requireScopes' in link) return adapter.requireScopes(...link.requireScopes)
  if ('requireToken' in link) return adapter.requireToken(link.requireToken)
  if ('endpoint' in link) return endpoints[link.endpoint]?.(...link.of) ?? missing(link.endpoint)
  return async (c, next) => {
    if ('sets' in link) {
      c.header('WWW-Authenticate', 'Basic realm="earlier"')
      c.header('Vary', 'Origin')
      c.header('X-Earlier', 'kept')
    }
    if ('plants' in link) c.set('auth', { planted: true })
    if ('answers' in link) c.res = new Response(null, { status: link.answers })
    if ('parses' in link) await c.req.parseBody()
    await next()
  }
}

// Not built yet, so not typed yet.
const endpoints = adapter as Partial<Record<string, unknown>> as Partial<
  Record<string, (...values: readonly unknown[]) => MiddlewareHandler>
>

function missing(name: string): never {
  throw new Error(`"${name}" is not exported`)
}

function toHandler(route: Route, count: () => void): (c: Context) => Promise<Response> {
  return async (c) => {
    count()
    if (route.handler === 'throws') throw new Error('the handler failed')
    if (route.handler === 'needsAuth') adapter.getAuth(c)
    if (route.handler === 'needsOtherAuth') adapter.getAuth(c, route.server as never)
    if (route.handler === 'streams') {
      const events = Readable.toWeb(Readable.from(streamEvents(adapter.getAuth(c).signal)).map((event: string) => Buffer.from(event)))
      return new Response(events as unknown as ReadableStream)
    }
    const found = adapter.findAuth(c)
    if (route.tell !== undefined) {
      route.tell({ auth: found, body: await readBody(c) })
      return c.json({ subject: found?.subject ?? null })
    }
    const attached: unknown = c.get('auth')
    return c.json({
      found: found ?? null,
      attached: attached ?? null,
      token: found?.token ?? null,
      hasRead: found?.hasScope('read') ?? null,
    } as never)
  }
}

// The request itself, unless the application has parsed it before: then Hono remembers it.
async function readBody(c: Context): Promise<string | undefined> {
  if (!c.req.raw.bodyUsed) return await c.req.raw.clone().text()
  return Object.keys(c.req.bodyCache).length > 0 ? await c.req.text() : undefined
}
