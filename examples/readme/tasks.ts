// The parts of README.md that are not whole programs. Compiled; what they stand on is above each region.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { rootCertificates } from 'node:tls'
import {
  bearerToken,
  clientCredentials,
  clientSecretPost,
  createResourceServer,
  IntrospectionError,
  memoryStore,
  nodeRequest,
  type Options,
  privateKeyJwt,
  refusalResponse,
  webRequest,
  writeRefusal,
  wso2,
} from '@oauth-introspect/core'
import { getAuth, introspect, requireScopes, requireToken } from '@oauth-introspect/express'
import * as onHono from '@oauth-introspect/hono'
import express from 'express'
import { z } from 'zod'

const introspectionEndpoint = 'https://as.example.com/introspect'
const { CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = process.env
const options: Options = { introspectionEndpoint, clientId, clientSecret, audience: 'https://api.example.com' }
const app = express()
const log = (...what: unknown[]): void => console.log(...what)
const ordersUrl = 'https://orders.example.com/'
const readSession = ([cookie]: readonly string[]): string | undefined => /(?:^|; )session=([^;]+)/.exec(cookie ?? '')?.[1]

// #region routes
app.use(introspect(options))
app.get('/orders', requireScopes('orders:read'), (req, res) => {
  res.json({ for: getAuth(req).subject })
})
app.delete('/orders/:id', requireToken({ requiredScopes: 'orders:write', maxAnswerAgeSeconds: 0 }), (_req, res) => {
  res.sendStatus(204)
})
// #endregion routes

// #region discovery
const discovering = createResourceServer({ issuer: 'https://as.example.com', clientId, clientSecret, audience: 'https://api.example.com' })
await discovering.ready() // fails now, not on the first request
// #endregion discovery

// #region resource-server
const api = createResourceServer({
  introspectionEndpoint,
  clientId,
  clientSecret,
  audience: 'https://api.example.com',
  claims: z.object({ tenant: z.string() }),
})
app.get('/reports', introspect(api, { requiredScopes: { anyOf: ['reports', 'admin'] } }), (req, res) => {
  res.json({ tenant: getAuth(req, api).claims.tenant })
})
// #endregion resource-server

// #region several
const several = createResourceServer({
  audience: 'https://api.example.com',
  authorizationServers: [
    { name: 'staff', issuer: 'https://staff.example.com', clientId, clientSecret },
    { name: 'partners', ...wso2({ baseUrl: 'https://is.example.com', client: { id: clientId, secret: clientSecret } }), fallback: true },
  ],
})
// #endregion several

// #region worker
const guard = onHono.introspect((c) => {
  const env = c.env as Record<'INTROSPECTION_ENDPOINT' | 'CLIENT_ID' | 'CLIENT_SECRET', string>
  return {
    introspectionEndpoint: env.INTROSPECTION_ENDPOINT,
    clientId: env.CLIENT_ID,
    clientSecret: env.CLIENT_SECRET,
    audience: 'https://api.example.com',
  }
})
// #endregion worker

// #region client-authentication
const posting = createResourceServer({ introspectionEndpoint, clientAuthentication: clientSecretPost('api', 'secret'), audience: null })
const bearing = createResourceServer({ introspectionEndpoint, clientAuthentication: bearerToken(() => readTokenFile()), audience: null })
const signing = createResourceServer({
  introspectionEndpoint,
  issuer: 'https://as.example.com',
  clientAuthentication: privateKeyJwt({ clientId: 'api', key: readKey(), algorithm: 'ES256' }),
  audience: null,
})
// #endregion client-authentication
function readKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}
// #region http
const careful: Options = {
  ...options,
  http: { ca: readAuthorities(), proxy: 'http://proxy.internal:8080', http2: true },
}
// #endregion http
function readAuthorities(): string {
  return rootCertificates.join('\n')
}
function readTokenFile(): string {
  return 'a-token'
}

// #region signed-introspection
const signed = createResourceServer({
  ...options,
  issuer: 'https://as.example.com',
  signedIntrospection: { jwksUri: 'https://as.example.com/jwks', algorithms: ['ES256'] },
})
// #endregion signed-introspection

// #region token-sources
const forms = createResourceServer({ ...options, tokenSources: ['header', 'form'] })
const sessions = createResourceServer({ ...options, tokenSources: (request) => readSession(request.header('cookie')) })
// #endregion token-sources

// #region client-credentials
const ours = clientCredentials({ tokenEndpoint: 'https://as.example.com/token', clientId, clientSecret, scope: 'introspect' })
const asking = createResourceServer({ introspectionEndpoint, clientAuthentication: bearerToken(ours), audience: 'https://api.example.com' })
const orders = (): Promise<Response> => ours.token().then((token) => fetch(ordersUrl, { headers: { authorization: `Bearer ${token}` } }))
// #endregion client-credentials

const shared = memoryStore({ maxEntries: 10_000 })

// #region remembering
const remembering = createResourceServer({
  ...options,
  cache: { maxAgeSeconds: 60, store: shared, staleIfErrorSeconds: 300, refreshAhead: true },
})
// #endregion remembering

// #region outages
const steady = createResourceServer({
  ...options,
  breaker: { failures: 5, openSeconds: 5 },
  admission: (request) => (request.native as IncomingMessage).socket.remoteAddress ?? '',
})
process.once('SIGTERM', () => void steady.close())
// #endregion outages

// #region events
app.use(
  introspect({
    ...options,
    onEvent(event) {
      if (event.type === 'refused') log(event.status, event.reason, event.request?.url.split('?')[0]) // a query may hold a token
      if (event.type === 'fault') log(event.code, event.error.message, `${event.count} times`)
    },
  }),
)
// #endregion events

// #region any-server
async function fetchHandler(request: Request): Promise<Response> {
  const outcome = await api.authorize(webRequest(request))
  if (outcome.outcome === 'refused') return refusalResponse(outcome)
  return Response.json({ tenant: outcome.auth.claims.tenant })
}

async function nodeHandler(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const outcome = await api.authorize(nodeRequest(request))
  if (outcome.outcome === 'refused') writeRefusal(outcome, response)
  else response.end(outcome.auth.claims.tenant)
}
// #endregion any-server

// #region errors
app.use(introspect(options, { onRefusal: 'throw' }))
app.use((error: unknown, _req: express.Request, res: express.Response, next: express.NextFunction) => {
  if (error instanceof Error && IntrospectionError.is(error.cause)) log('the authorization server is in trouble:', error.cause.code)
  if (!res.headersSent) next(error)
})

// #endregion errors

export {
  asking,
  bearing,
  careful,
  fetchHandler,
  forms,
  guard,
  nodeHandler,
  orders,
  posting,
  remembering,
  sessions,
  several,
  signed,
  signing,
}
