import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { createResourceServer } from '@oauth-introspect/core'
import { type AuthorizationServer, json, startAuthorizationServer } from '@oauth-introspect/testkit'
import express, { type NextFunction, type Request, type Response } from 'express'
import request from 'supertest'
import { getAuth, introspect, RefusalError, requireScopes } from '../src/index.ts'

let as: AuthorizationServer
beforeEach(async () => {
  as = await startAuthorizationServer()
  as.behave(json({ active: true, scope: 'read', client_id: 'app' }))
})
afterEach(() => as.close())

const server = (more: object = {}): ReturnType<typeof createResourceServer> =>
  createResourceServer({ introspectionEndpoint: as.introspectionEndpoint, clientId: 'id', clientSecret: 'secret', audience: null, ...more })

it('guards a router that is mounted under a path, and tells the path that the client sent', async () => {
  const seen: unknown[] = []
  const router = express.Router()
  router.use(introspect(server({ onEvent: (event: { request?: { url: string } }) => seen.push(event.request?.url) })))
  router.get('/orders', requireScopes('read'), (req, res) => {
    res.json({ client: getAuth(req).clientId })
  })
  const app = express().use('/api', router)
  app.get('/open', (_req, res) => {
    res.send('open')
  })

  await request(app).get('/open').expect(200, 'open')
  await request(app).get('/api/orders').expect(401).expect('WWW-Authenticate', 'Bearer realm="api"')
  await request(app).get('/api/orders?page=2').auth('tok', { type: 'bearer' }).expect(200, { client: 'app' })
  expect(seen).toContain('/api/orders?page=2')
})

it('lets an error handler answer refusals in its own way, headers kept', async () => {
  const app = express()
  app.use(introspect(server(), {}, { onRefusal: 'throw' }))
  app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (RefusalError.is(error)) res.status(error.status).send(`<h1>${error.reason}</h1>`)
    else next(error)
  })
  await request(app).get('/').expect(401, '<h1>token_missing</h1>').expect('WWW-Authenticate', 'Bearer realm="api"')
})

it('is answered by the default error handler as the refusal asks', async () => {
  const app = express().set('env', 'test')
  app.use(introspect(server(), {}, { onRefusal: 'throw' }))
  await request(app).get('/').expect(401).expect('WWW-Authenticate', 'Bearer realm="api"').expect('Cache-Control', 'no-store')
})

it('attaches where it is told', async () => {
  const app = express()
  app.use(introspect(server(), {}, { property: 'accessToken' }))
  app.get('/', (req, res) => {
    res.json({ here: 'accessToken' in req, there: 'auth' in req })
  })
  await request(app).get('/').auth('tok', { type: 'bearer' }).expect(200, { here: true, there: false })
})
