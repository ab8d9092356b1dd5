// Program: the development server, as Friendly OAuth2 Server. What it has issued lies in a Redis of its own, so that it can be killed and
// come back. A logout there is told to one instance, and its introspection goes on saying `active`: only marks end those tokens.
import { createDevServer, redisTokenStore } from '@oauth-introspect/dev-server'
import { createClient } from '@redis/client'
import { clock, obey } from './fleet-orders.mjs'

const [redis, users, logoutUri, port, friendlyPort] = process.argv.slice(2)
const client = await createClient({ url: redis }).connect()
const server = await createDevServer({
  clients: [
    { clientId: 'app', clientSecret: 'app-secret', scopes: ['read'] },
    { clientId: 'api', clientSecret: 'api-secret' },
  ],
  port: Number(port),
  console: true,
  store: redisTokenStore(client),
  dialects: {
    friendly: {
      port: Number(friendlyPort),
      users: Array.from({ length: Number(users) }, (_, number) => ({ username: `user-${number}`, password: 'password', roles: ['read'] })),
      introspectAny: true,
      logoutEndsTokens: false,
      backchannelLogoutUris: { api: logoutUri },
    },
  },
})
const friendly = server.dialect('friendly')

const orders = {
  /** A token of each of these users. */
  issue: ({ from, count }) => Promise.all(Array.from({ length: count }, (_, number) => logIn(`user-${from + number}`))),
  /** Ends a token here, and tells nobody. */
  revoke: async ({ token }) => {
    await server.revoke(token)
    return { at: clock() }
  },
  /** How often it was asked about tokens, by its own count. */
  asked: async () => {
    const response = await fetch(new URL('/usage', server.issuer))
    const { totals } = await response.json()
    return totals.api?.asked ?? 0
  },
}

async function logIn(username) {
  const response = await fetch(friendly.tokenEndpoint, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa('app:app-secret')}` },
    body: new URLSearchParams({ grant_type: 'password', username, password: 'password' }),
  })
  const { access_token: token } = await response.json()
  return token
}

obey(orders)
process.send({ origin: friendly.origin, port: new URL(server.issuer).port, friendlyPort: new URL(friendly.origin).port })
