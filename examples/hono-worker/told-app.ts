// The API of orders as a Worker that is told which tokens have ended: by Security Event Tokens, pushed to /events.
import { createResourceServer, type ResourceServer } from '@oauth-introspect/core'
import { introspect, requireScopes, securityEvents } from '@oauth-introspect/hono'
import { type Context, Hono } from 'hono'

interface Bindings {
  readonly INTROSPECTION_ENDPOINT: string
  readonly CLIENT_ID: string
  readonly CLIENT_SECRET: string
  readonly AUDIENCE: string
  readonly ISSUER: string
  readonly JWKS_URI: string
}

// What was heard is in the memory of the isolate: one resource server for all its requests.
let api: ResourceServer | undefined
function apiOf({ env }: Context): ResourceServer {
  const bindings = env as Bindings
  api ??= createResourceServer({
    introspectionEndpoint: bindings.INTROSPECTION_ENDPOINT,
    clientId: bindings.CLIENT_ID,
    clientSecret: bindings.CLIENT_SECRET,
    audience: bindings.AUDIENCE,
    revocation: { transmitters: [{ issuer: bindings.ISSUER, audience: bindings.AUDIENCE, jwksUri: bindings.JWKS_URI }] },
  })
  return api
}

const app = new Hono<{ Bindings: Bindings }>()
app.use((c, next) => securityEvents(apiOf(c))(c, next))
app.get('/orders', introspect(apiOf), requireScopes('read'), (c) => c.json({ orders: ['tea', 'coffee'] }))

export default app
