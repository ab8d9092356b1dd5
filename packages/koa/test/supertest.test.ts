import { afterEach, beforeEach, it } from '@jest/globals'
import Router from '@koa/router'
import { type Claims, createResourceServer, type ResourceServer } from '@oauth-introspect/core'
import { type AuthorizationServer, json, startAuthorizationServer } from '@oauth-introspect/testkit'
import Koa from 'koa'
import request from 'supertest'
import { introspect, RefusalError, requireScopes } from '../src/index.ts'

let as: AuthorizationServer
beforeEach(async () => {
  as = await startAuthorizationServer()
  as.behave(json({ active: true, scope: 'read', client_id: 'app' }))
})
afterEach(() => as.close())

const server = (): ResourceServer<Claims, false> =>
  createResourceServer({ introspectionEndpoint: as.introspectionEndpoint, clientId: 'id', clientSecret: 'secret', audience: null })
const callback = (app: Pick<Koa, 'callback'>): ((...given: Parameters<ReturnType<Koa['callback']>>) => void) => {
  const handle = app.callback()
  return (incoming, response) => void handle(incoming, response)
}

it('guards single routes of a router, with its parameters and prefix', async () => {
  const api = server()
  const router = new Router({ prefix: '/api' })
  router.get('/open', (ctx) => {
    ctx.body = 'open'
  })
  router.get('/orders/:id', introspect(api), requireScopes('read'), (ctx) => {
    ctx.body = { id: ctx.params['id'], client: ctx.state.auth.clientId }
  })
  const app = callback(new Koa().use(router.routes()))

  await request(app).get('/api/open').expect(200, 'open')
  await request(app).get('/api/orders/7').expect(401).expect('WWW-Authenticate', 'Bearer realm="api"')
  await request(app).get('/api/orders/7').auth('tok', { type: 'bearer' }).expect(200, { id: '7', client: 'app' })
})

it('lets middleware in front answer refusals in its own way', async () => {
  const app = new Koa()
  app.use(async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      if (!RefusalError.is(error)) throw error
      ctx.status = error.status
      ctx.body = error.reason
    }
  })
  app.use(introspect(server(), {}, { onRefusal: 'throw' }))
  await request(callback(app)).get('/').expect(401, 'token_missing').expect('WWW-Authenticate', 'Bearer realm="api"')
})

it('is answered by the default error handler as the refusal asks', async () => {
  const app = new Koa()
  app.silent = true
  app.use(introspect(server(), {}, { onRefusal: 'throw' }))
  await request(callback(app)).get('/').expect(401).expect('WWW-Authenticate', 'Bearer realm="api"').expect('Cache-Control', 'no-store')
})

it('attaches where it is told', async () => {
  const app = new Koa()
  app.use(introspect(server(), {}, { property: 'accessToken' }))
  app.use((ctx) => {
    ctx.body = { here: 'accessToken' in ctx.state, there: 'auth' in ctx.state }
  })
  await request(callback(app)).get('/').auth('tok', { type: 'bearer' }).expect(200, { here: true, there: false })
})
