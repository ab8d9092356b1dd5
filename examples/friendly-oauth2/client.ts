// A client of the API: gets a token of Friendly OAuth2 Server by client credentials, and calls each origin that it is given.
import { clientCredentials } from '@oauth-introspect/core'

const { FRIENDLY_URL = 'http://localhost:9000', CLIENT_ID, CLIENT_SECRET } = process.env

const tokens = clientCredentials({
  tokenEndpoint: `${FRIENDLY_URL}/oauth2/token`,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  scope: 'read',
})

for (const origin of process.argv.slice(2)) {
  const response = await fetch(`${origin}/orders`, { headers: { authorization: `Bearer ${await tokens.token()}` } })
  console.log(response.status, await response.text())
}
