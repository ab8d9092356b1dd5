// A client of the API: gets a token of the authorization server by client credentials, and calls each origin that it is given.
import { clientCredentials } from '@oauth-introspect/core'

const { AS_URL = 'http://localhost:8080', CLIENT_ID, CLIENT_SECRET } = process.env

const tokens = clientCredentials({
  tokenEndpoint: `${AS_URL}/oauth/token`,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  scope: 'read',
})

for (const origin of process.argv.slice(2)) {
  const response = await fetch(`${origin}/orders`, { headers: { authorization: `Bearer ${await tokens.token()}` } })
  console.log(response.status, await response.text())
}
