import { Readable } from 'node:stream'
import { type AdapterUnderTest, type Link, listen, type Route, readBody, serverOf, streamEvents } from '@oauth-introspect/testkit'
import { type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response, urlencoded } from 'express'
import * as adapter from '../src/index.ts'

/** The adapter in an application of one version of Express. */
export function inExpress(name: string, express: () => Express): AdapterUnderTest {
  return {
    name,
    RefusalError: adapter.RefusalError,
    exports: adapter,
    serve(routes, { ownErrors = false, ...serving } = {}) {
      const application = express()
      const errors: unknown[] = []
      const made: unknown[] = []
      let handled = 0
      for (const route of routes) {
        const steps = route.chain.map(toHandler)
        made.push(...steps)
        const router = route.mount === undefined ? application : express()
        const last = toLastHandler(route, () => handled++)
        if (route.path === '*') router.use(...steps, last)
        else router.all(route.path, ...steps, last)
        if (route.mount !== undefined) application.use(route.mount, router)
      }
      const keepError: ErrorRequestHandler = (error, _req, _res, next) => {
        errors.push(error)
        next(error)
      }
      application.use(keepError)
      if (ownErrors) application.use(answerError)
      return listen(serverOf(application, serving)).then((listening) => ({ ...listening, errors, made, handled: () => handled }))
    },
  }
}

function toHandler(link: Link): RequestHandler {
  if ('introspect' in link) return adapter.introspect(...(link.introspect as Parameters<typeof adapter.introspect>))
  if ('requireScopes' in link) return adapter.requireScopes(...link.requireScopes)
  if ('requireToken' in link) return adapter.requireToken(link.requireToken)
  if ('endpoint' in link) return endpoints[link.endpoint]?.(...link.of) ?? missing(link.endpoint)
  if ('parses' in link) return urlencoded({ extended: false })
  return (req, res, next) => {
    if ('sets' in link) res.set({ 'WWW-Authenticate': 'Basic realm="earlier"', Vary: 'Origin', 'X-Earlier': 'kept' })
    if ('plants' in link) Object.assign(req, { auth: { planted: true } })
    if ('answers' in link) res.status(link.answers).end()
    next()
  }
}

// Not built yet, so not typed yet.
const endpoints = adapter as Partial<Record<string, unknown>> as Partial<Record<string, (...values: readonly unknown[]) => RequestHandler>>

function missing(name: string): never {
  throw new Error(`"${name}" is not exported`)
}

const answerError: ErrorRequestHandler = (error: { readonly status?: number }, _req, res, _next) => {
  res.status(error.status ?? 500).json({ own: true })
}

function toLastHandler(route: Route, count: () => void): (req: Request, res: Response) => void | Promise<void> {
  return (req, res) => {
    count()
    if (route.handler === 'throws') throw new Error('the handler failed')
    if (route.handler === 'needsAuth') adapter.getAuth(req)
    if (route.handler === 'needsOtherAuth') adapter.getAuth(req, route.server as never)
    if (route.handler === 'streams') {
      Readable.from(streamEvents(adapter.getAuth(req).signal)).pipe(res.type('text/event-stream'))
      return
    }
    const found = adapter.findAuth(req)
    const { tell } = route
    if (tell !== undefined) {
      return readBody(req, req.body).then((body) => {
        tell({ auth: found, body })
        res.json({ subject: found?.subject ?? null })
      })
    }
    const { auth: attached } = req as { auth?: unknown }
    res.json({ found: found ?? null, attached: attached ?? null, token: found?.token ?? null, hasRead: found?.hasScope('read') ?? null })
  }
}
