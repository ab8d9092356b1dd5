// A client of the API: gets a token of WSO2 Identity Server by client credentials, and calls each origin that it is given.
import { readFileSync } from 'node:fs'
import { clientCredentials } from '@oauth-introspect/core'

const { WSO2_URL = 'https://localhost:9443', WSO2_CA_FILE = 'ca.pem', CLIENT_ID, CLIENT_SECRET } = process.env

const tokens = clientCredentials({
  tokenEndpoint: `${WSO2_URL}/oauth2/token`,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  scope: 'read',
  http: { ca: readFileSync(WSO2_CA_FILE, 'utf8') },
})

for (const origin of process.argv.slice(2)) {
  const response = await fetch(`${origin}/orders`, { headers: { authorization: `Bearer ${await tokens.token()}` } })
  console.log(response.status, await response.text())
}
