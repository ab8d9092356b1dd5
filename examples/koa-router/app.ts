// An API of orders in Koa with a router: reading takes the scope "read", writing "write", and deleting asks the authorization server afresh.
import type { AddressInfo } from 'node:net'
import Router from '@koa/router'
import { introspect, requireScopes, requireToken } from '@oauth-introspect/koa'
import Koa from 'koa'

const guard = introspect({
  introspectionEndpoint: process.env.INTROSPECTION_ENDPOINT,
  clientId: process.env.CLIENT_ID,
  clientSecret: process.env.CLIENT_SECRET,
  audience: process.env.AUDIENCE,
})

const router = new Router()
router.get('/orders', guard, requireScopes('read'), (ctx) => {
  ctx.body = { client: ctx.state.auth.clientId, orders: ['tea', 'coffee'] }
})
router.post('/orders', guard, requireScopes('read', 'write'), (ctx) => {
  ctx.status = 201
  ctx.body = { client: ctx.state.auth.clientId }
})
router.delete('/orders', guard, requireToken({ requiredScopes: 'read', maxAnswerAgeSeconds: 0 }), (ctx) => {
  ctx.status = 204
})

const app = new Koa()
app.use(router.routes())

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
