import { createServer } from 'node:http'
import { type AdapterUnderTest, type Link, listen, type Route } from '@oauth-introspect/testkit'
import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express'
import * as adapter from '../src/index.ts'

/** The adapter in an application of one version of Express. */
export function inExpress(name: string, express: () => Express): AdapterUnderTest {
  return {
    name,
    RefusalError: adapter.RefusalError,
    serve(routes) {
      const application = express()
      const errors: unknown[] = []
      let handled = 0
      for (const route of routes)
        application.get(
          route.path,
          ...route.chain.map(toHandler),
          toLastHandler(route, () => handled++),
        )
      const keepError: ErrorRequestHandler = (error, _req, _res, next) => {
        errors.push(error)
        next(error)
      }
      application.use(keepError)
      return listen(createServer(application)).then((listening) => ({ ...listening, errors, handled: () => handled }))
    },
  }
}

function toHandler(link: Link): RequestHandler {
  if ('introspect' in link) return adapter.introspect(...(link.introspect as Parameters<typeof adapter.introspect>))
  if ('requireScopes' in link) return adapter.requireScopes(...link.requireScopes)
  if ('requireToken' in link) return adapter.requireToken(link.requireToken)
  return (req, res, next) => {
    if ('sets' in link) res.set({ 'WWW-Authenticate': 'Basic realm="earlier"', Vary: 'Origin', 'X-Earlier': 'kept' })
    if ('plants' in link) Object.assign(req, { auth: { planted: true } })
    if ('answers' in link) res.status(418).end()
    next()
  }
}

function toLastHandler(route: Route, count: () => void): (req: Request, res: Response) => void {
  return (req, res) => {
    count()
    if (route.handler === 'throws') throw new Error('the handler failed')
    if (route.handler === 'needsAuth') adapter.getAuth(req)
    if (route.handler === 'needsOtherAuth') adapter.getAuth(req, route.server as never)
    const found = adapter.findAuth(req)
    const { auth: attached } = req as { auth?: unknown }
    res.json({ found: found ?? null, attached: attached ?? null, token: found?.token ?? null, hasRead: found?.hasScope('read') ?? null })
  }
}
