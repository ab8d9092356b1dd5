// The code of docs/authorization-servers.md. Compiled; what it stands on is above each region.
import { readFileSync } from 'node:fs'
import { clientCredentials, createResourceServer, fromGravitee, privateKeyJwt, wso2 } from '@oauth-introspect/core'

const baseUrl = 'https://is.example.com:9443'
const { CLIENT_ID: id, CLIENT_SECRET: secret } = process.env

// #region presets
const behindGravitee = createResourceServer({ ...fromGravitee(readFileSync('resource.json', 'utf8')), audience: null })
const behindWso2 = createResourceServer({ ...wso2({ baseUrl, client: { id, secret } }), audience: null, requiredScopes: 'orders' })
// #endregion presets

const secrets: Readonly<Record<string, string>> = {}
const json: unknown = {}

// #region expressions
const withSecrets = createResourceServer({ ...fromGravitee(json, { resolve: (expression) => secrets[expression] ?? '' }), audience: null })

// #endregion expressions

const tokenEndpoint = 'https://gateway.example.com:8089/api/oauth/token'
const [clientId, clientSecret] = [id, secret]
const key = readFileSync('client-key.pem', 'utf8')

// #region axway
const inHeader = clientCredentials({ tokenEndpoint, clientId, clientSecret })
const inQuery = clientCredentials({ tokenEndpoint, clientId, clientSecret, credentialsIn: 'query' }) // ends up in logs
const byKeyPair = clientCredentials({
  tokenEndpoint,
  clientAuthentication: privateKeyJwt({ clientId, key, algorithm: 'RS256', audience: tokenEndpoint }),
})

// #endregion axway

export { behindGravitee, behindWso2, byKeyPair, inHeader, inQuery, withSecrets }
