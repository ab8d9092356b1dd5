import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createResourceServer, webRequest } from '@oauth-introspect/core'
import { createDevServer, type DevServer } from '@oauth-introspect/dev-server'
import { app, get, post } from './requests.ts'
import { start } from './start.ts'

let server: DevServer
beforeAll(async () => {
  server = await createDevServer()
})
afterAll(() => server.close())

test('both discovery documents say the same, and nothing but what is served', async () => {
  const documents = await Promise.all(
    ['openid-configuration', 'oauth-authorization-server'].map((name) => get(`${server.issuer}/.well-known/${name}`)),
  )
  for (const { status, json } of documents) {
    expect(status).toBe(200)
    expect(json).toEqual({
      issuer: server.issuer,
      token_endpoint: server.tokenEndpoint,
      introspection_endpoint: server.introspectionEndpoint,
      revocation_endpoint: server.revocationEndpoint,
      jwks_uri: server.jwksUri,
      scopes_supported: ['read', 'write', 'admin'],
      response_types_supported: [],
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    })
  }
})

test('the endpoints they name answer', async () => {
  const { json } = await get(`${server.issuer}/.well-known/oauth-authorization-server`)
  const issued = await post(String(json['token_endpoint']), { grant_type: 'client_credentials', scope: 'read' }, app)
  expect(issued.json).toEqual({ access_token: expect.any(String), expires_in: 3600, scope: 'read', token_type: 'Bearer' })
  const token = String(issued.json['access_token'])
  expect((await post(String(json['introspection_endpoint']), { token }, app)).json).toMatchObject({ active: true })
  expect((await post(String(json['revocation_endpoint']), { token }, app)).status).toBe(200)
  expect((await post(String(json['introspection_endpoint']), { token }, app)).json).toEqual({ active: false })
})

test('a resource server needs the issuer alone', async () => {
  const [clientId, clientSecret] = ['api', 'api-secret']
  const resourceServer = createResourceServer({ issuer: server.issuer, clientId, clientSecret, audience: null })
  try {
    await resourceServer.ready()
    const authorization = `Bearer ${await server.issueToken({ scope: 'read' })}`
    const outcome = await resourceServer.authorize(webRequest(new Request('https://api.example', { headers: { authorization } })))
    expect(outcome).toMatchObject({ outcome: 'granted', auth: { authorizationServer: server.issuer, scopes: ['read'] } })
  } finally {
    await resourceServer.close()
  }
})

test('the keys are public ones, and new ones on each start', async () => {
  const { json } = await get(server.jwksUri)
  const [key] = json['keys'] as readonly Readonly<Record<string, unknown>>[]
  expect(Object.keys(key ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  const other = await start()
  expect((await get(other.jwksUri)).json).not.toEqual(json)
})

test.each(['/', '/auth', '/me', '/session/end', '/request', '/reg'])('%s is not served', async (path) => {
  expect((await fetch(server.issuer + path)).status).toBe(404)
})
