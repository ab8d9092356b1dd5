// A client of the API: gets a token as Axway's filter "Access Token using Client Credentials" issues it, and calls each origin that it is
// given. The filter finds the client's credentials in the header, in the query string, or takes its key pair for them.
import { clientCredentials, privateKeyJwt } from '@oauth-introspect/core'

const { AXWAY_URL = 'http://localhost:8089', CLIENT_ID, CLIENT_SECRET, CREDENTIALS_IN = 'header', PRIVATE_KEY } = process.env
const tokenEndpoint = `${AXWAY_URL}/api/oauth/token`
const byName = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }

const ways = {
  header: () => clientCredentials({ tokenEndpoint, scope: 'read', ...byName }),
  query: () => clientCredentials({ tokenEndpoint, scope: 'read', ...byName, credentialsIn: 'query' }),
  keyPair: () =>
    clientCredentials({
      tokenEndpoint,
      scope: 'read',
      clientAuthentication: privateKeyJwt({ clientId: CLIENT_ID, key: PRIVATE_KEY, algorithm: 'ES256', audience: tokenEndpoint }),
    }),
}

const tokens = ways[CREDENTIALS_IN as keyof typeof ways]()

for (const origin of process.argv.slice(2)) {
  const response = await fetch(`${origin}/orders`, { headers: { authorization: `Bearer ${await tokens.token()}` } })
  console.log(response.status, await response.text())
}
