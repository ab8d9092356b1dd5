import { createServer } from 'node:http'
import { type AdapterUnderTest, type Link, listen, type Route } from '@oauth-introspect/testkit'
import type Koa from 'koa'
import * as adapter from '../src/index.ts'

/** The adapter in an application of one version of Koa. */
export function inKoa(name: string, Application: typeof Koa): AdapterUnderTest {
  return {
    name,
    RefusalError: adapter.RefusalError,
    serve(routes) {
      const application = new Application()
      const errors: unknown[] = []
      let handled = 0
      application.silent = true
      application.use(async (_ctx, next) => {
        try {
          await next()
        } catch (error) {
          errors.push(error)
          throw error
        }
      })
      for (const route of routes) {
        for (const step of [...route.chain.map(toMiddleware), toHandler(route, () => handled++)]) {
          application.use((ctx, next) => (ctx.path === route.path ? (step(ctx, next) as unknown) : next()))
        }
      }
      const serve = application.callback()
      return listen(createServer((request, response) => void serve(request, response))).then((listening) => ({
        ...listening,
        errors,
        handled: () => handled,
      }))
    },
  }
}

function toMiddleware(link: Link): Koa.Middleware {
  if ('introspect' in link) return adapter.introspect(...(link.introspect as Parameters<typeof adapter.introspect>)) as Koa.Middleware
  if ('requireScopes' in link) return adapter.requireScopes(...link.requireScopes)
  if ('requireToken' in link) return adapter.requireToken(link.requireToken)
  return (ctx, next) => {
    if ('sets' in link) ctx.set({ 'WWW-Authenticate': 'Basic realm="earlier"', Vary: 'Origin', 'X-Earlier': 'kept' })
    if ('plants' in link) ctx.state['auth'] = { planted: true }
    if ('answers' in link) {
      ctx.respond = false
      ctx.res.writeHead(418).end()
    }
    return next()
  }
}

function toHandler(route: Route, count: () => void): Koa.Middleware {
  return (ctx) => {
    count()
    if (route.handler === 'throws') throw new Error('the handler failed')
    if (route.handler === 'needsAuth') adapter.getAuth(ctx)
    if (route.handler === 'needsOtherAuth') adapter.getAuth(ctx, route.server as never)
    const found = adapter.findAuth(ctx)
    const { auth: attached } = ctx.state as { auth?: unknown }
    ctx.body = { found: found ?? null, attached: attached ?? null, token: found?.token ?? null, hasRead: found?.hasScope('read') ?? null }
  }
}
