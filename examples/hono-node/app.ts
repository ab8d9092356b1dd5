// An API of orders in Hono on Node: reading takes the scope "read", writing "write", and deleting asks the authorization server afresh.
import { serve } from '@hono/node-server'
import { introspect, requireScopes, requireToken } from '@oauth-introspect/hono'
import { Hono } from 'hono'

const guard = introspect({
  introspectionEndpoint: process.env.INTROSPECTION_ENDPOINT,
  clientId: process.env.CLIENT_ID,
  clientSecret: process.env.CLIENT_SECRET,
  audience: process.env.AUDIENCE,
})

const app = new Hono()
app.get('/orders', guard, requireScopes('read'), (c) => c.json({ client: c.var.auth.clientId, orders: ['tea', 'coffee'] }))
app.post('/orders', guard, requireScopes('read', 'write'), (c) => c.json({ client: c.var.auth.clientId }, 201))
app.delete('/orders', guard, requireToken({ requiredScopes: 'read', maxAnswerAgeSeconds: 0 }), (c) => c.body(null, 204))

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}`)
})
