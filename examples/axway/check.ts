// Starts a server that issues tokens as Axway's filter does, and the API, and tries every kind of token; then a client in all three ways.
import { generateKeyPairSync } from 'node:crypto'
import { checkSystem } from '@oauth-introspect/testkit/check-system'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const publicKeys = { app: publicKey.export({ format: 'jwk' }) }

await checkSystem({
  name: 'axway',
  dialect: 'axway',
  settings: { axway: true },
  app: new URL('./app.js', import.meta.url),
  client: new URL('./client.js', import.meta.url),
  variables: (origin) => ({ AXWAY_URL: origin }),
  refusesRefresh: 'token_inactive',
  flows: [
    { what: 'a client gets a token with its credentials in the header', settings: { axway: true }, variables: {} },
    {
      what: 'a client gets a token with its credentials in the query string',
      settings: { axway: { clientInformation: 'query' } },
      variables: { CREDENTIALS_IN: 'query' },
    },
    {
      what: 'a client gets a token by its key pair',
      settings: { axway: { clientInformation: 'keyPair', publicKeys } },
      variables: { CREDENTIALS_IN: 'keyPair', PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    },
  ],
})
