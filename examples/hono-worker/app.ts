// An API of orders in Hono as a Worker: its settings are bindings, which are at hand only with a request.
import { introspect, requireScopes, requireToken } from '@oauth-introspect/hono'
import { Hono } from 'hono'

interface Bindings {
  readonly INTROSPECTION_ENDPOINT: string
  readonly CLIENT_ID: string
  readonly CLIENT_SECRET: string
  readonly AUDIENCE: string
}

const app = new Hono<{ Bindings: Bindings }>()
const guard = introspect((c) => {
  const bindings = c.env as Bindings
  return {
    introspectionEndpoint: bindings.INTROSPECTION_ENDPOINT,
    clientId: bindings.CLIENT_ID,
    clientSecret: bindings.CLIENT_SECRET,
    audience: bindings.AUDIENCE,
  }
})

app.get('/orders', guard, requireScopes('read'), (c) => c.json({ client: c.var.auth.clientId, orders: ['tea', 'coffee'] }))
app.post('/orders', guard, requireScopes('read', 'write'), (c) => c.json({ client: c.var.auth.clientId }, 201))
app.delete('/orders', guard, requireToken({ requiredScopes: 'read', maxAnswerAgeSeconds: 0 }), (c) => c.body(null, 204))

export default app
