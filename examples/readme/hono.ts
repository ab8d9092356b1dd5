import { serve } from '@hono/node-server'
import { introspect } from '@oauth-introspect/hono'
import { Hono } from 'hono'

const { INTROSPECTION_ENDPOINT, CLIENT_ID, CLIENT_SECRET, PORT = '3000' } = process.env

const app = new Hono()
const guard = introspect({
  introspectionEndpoint: INTROSPECTION_ENDPOINT,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  audience: 'https://api.example.com',
})
app.get('/', guard, (c) => c.json({ client: c.var.auth.clientId, scopes: c.var.auth.scopes }))
serve({ fetch: app.fetch, port: Number(PORT) })
