import { Readable } from 'node:stream'
import { type AdapterUnderTest, type Link, listen, type Route, readBody, serverOf, streamEvents } from '@oauth-introspect/testkit'
import type Koa from 'koa'
import * as adapter from '../src/index.ts'

/** The adapter in an application of one version of Koa. */
export function inKoa(name: string, Application: typeof Koa): AdapterUnderTest {
  return {
    name,
    RefusalError: adapter.RefusalError,
    exports: adapter,
    serve(routes, { ownErrors = false, ...serving } = {}) {
      const application = new Application()
      const errors: unknown[] = []
      const made: unknown[] = []
      let handled = 0
      application.silent = true
      application.use(async (ctx, next) => {
        try {
          await next()
        } catch (error) {
          errors.push(error)
          if (!ownErrors) throw error
          ctx.status = (error as { readonly status?: number }).status ?? 500
          ctx.body = { own: true }
        }
      })
      for (const route of routes) {
        const steps = route.chain.map(toMiddleware)
        made.push(...steps)
        for (const step of [...steps, toHandler(route, () => handled++)]) {
          application.use((ctx, next) => (route.path === '*' || pathIn(route, ctx) === route.path ? (step(ctx, next) as unknown) : next()))
        }
      }
      const serve = application.callback()
      const server = serverOf((request, response) => void serve(request, response), serving)
      return listen(server).then((listening) => ({ ...listening, errors, made, handled: () => handled }))
    },
  }
}

// As koa-mount does: what is mounted sees the rest of the path.
function pathIn({ mount = '' }: Route, ctx: Koa.Context): string {
  return ctx.path.startsWith(`${mount}/`) ? ctx.path.slice(mount.length) : ctx.path
}

function toMiddleware(link: Link): Koa.Middleware {
  if ('introspect' in link) return adapter.introspect(...(link.introspect as Parameters<typeof adapter.introspect>)) as Koa.Middleware
  if ('requireScopes' in link) return adapter.requireScopes(...link.requireScopes)
  if ('requireToken' in link) return adapter.requireToken(link.requireToken)
  if ('endpoint' in link) return endpoints[link.endpoint]?.(...link.of) ?? missing(link.endpoint)
  if ('parses' in link) return parseForm
  return (ctx, next) => {
    if ('sets' in link) ctx.set({ 'WWW-Authenticate': 'Basic realm="earlier"', Vary: 'Origin', 'X-Earlier': 'kept' })
    if ('plants' in link) ctx.state['auth'] = { planted: true }
    if ('answers' in link) {
      ctx.respond = false
      ctx.res.writeHead(link.answers).end()
    }
    return next()
  }
}

// Not built yet, so not typed yet.
const endpoints = adapter as Partial<Record<string, unknown>> as Partial<Record<string, (...values: readonly unknown[]) => Koa.Middleware>>

function missing(name: string): never {
  throw new Error(`"${name}" is not exported`)
}

const parseForm: Koa.Middleware = async (ctx, next) => {
  Object.assign(ctx.request, { body: Object.fromEntries(new URLSearchParams(await readBody(ctx.req, undefined))) })
  await next()
}

function toHandler(route: Route, count: () => void): Koa.Middleware {
  return async (ctx) => {
    count()
    if (route.handler === 'throws') throw new Error('the handler failed')
    if (route.handler === 'needsAuth') adapter.getAuth(ctx)
    if (route.handler === 'needsOtherAuth') adapter.getAuth(ctx, route.server as never)
    if (route.handler === 'streams') {
      ctx.body = Readable.from(streamEvents(adapter.getAuth(ctx).signal))
      return
    }
    const found = adapter.findAuth(ctx)
    if (route.tell !== undefined) {
      route.tell({ auth: found, body: await readBody(ctx.req, (ctx.request as { readonly body?: unknown }).body) })
      ctx.body = { subject: found?.subject ?? null }
      return
    }
    const { auth: attached } = ctx.state as { auth?: unknown }
    ctx.body = { found: found ?? null, attached: attached ?? null, token: found?.token ?? null, hasRead: found?.hasScope('read') ?? null }
  }
}
