import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createDevServer, type DevServer } from '@oauth-introspect/dev-server'
import { api, app, basic, introspectAt, post } from './requests.ts'
import { start } from './start.ts'

let server: DevServer
beforeAll(async () => {
  server = await createDevServer()
})
afterAll(() => server.close())

const introspect = (token: string): Promise<Readonly<Record<string, unknown>>> => introspectAt(server, token)

describe('introspection', () => {
  test('tells all about a token it issued', async () => {
    const before = Math.floor(Date.now() / 1000)
    const token = await server.issueToken({ scope: 'read write' })
    const answer = await introspect(token)
    expect(answer).toEqual({
      active: true,
      scope: 'read write',
      client_id: 'app',
      iss: server.issuer,
      token_type: 'Bearer',
      iat: expect.any(Number),
      exp: expect.any(Number),
    })
    expect(answer['iat']).toBeGreaterThanOrEqual(before)
    expect(Number(answer['exp']) - Number(answer['iat'])).toBe(3600)
  })

  test('says exactly that a revoked token is not active', async () => {
    const token = await server.issueToken()
    await server.revoke(token)
    expect(await introspect(token)).toEqual({ active: false })
  })

  test('says exactly that an unknown token is not active', async () => {
    expect(await introspect('no-such-token')).toEqual({ active: false })
  })

  test('takes credentials in the body as well', async () => {
    const form = { token: await server.issueToken(), client_id: 'api', client_secret: 'api-secret' }
    expect((await post(server.introspectionEndpoint, form)).json).toMatchObject({ active: true })
  })

  test('is open to the client that got the token too', async () => {
    const { json } = await post(server.introspectionEndpoint, { token: await server.issueToken() }, app)
    expect(json).toMatchObject({ active: true })
  })

  test.each([
    ['in the header', {}, basic('api', 'wrong')],
    ['in the body', { client_id: 'api', client_secret: 'wrong' }, {}],
    ['of nobody', {}, basic('nobody', 'api-secret')],
  ])('answers 401 to a wrong secret %s', async (_where, form, headers) => {
    const { status, json } = await post(server.introspectionEndpoint, { token: 'any', ...form }, { ...headers })
    expect(status).toBe(401)
    expect(json).toMatchObject({ error: 'invalid_client' })
  })
})

describe('the token endpoint', () => {
  test('gives all scopes of the client through issueToken(), unless told which', async () => {
    expect(await introspect(await server.issueToken())).toMatchObject({ scope: 'read write admin' })
    expect(await introspect(await server.issueToken({ scope: 'admin' }))).toMatchObject({ scope: 'admin' })
  })

  test('gives no scope to who asks for none', async () => {
    const { json } = await post(server.tokenEndpoint, { grant_type: 'client_credentials' }, app)
    expect(await introspect(String(json['access_token']))).not.toHaveProperty('scope')
  })

  test.each(['delete', 'read delete', 'openid', 'offline_access'])('refuses the unknown scope in "%s"', async (scope) => {
    const { status, json } = await post(server.tokenEndpoint, { grant_type: 'client_credentials', scope }, app)
    expect(status).toBe(400)
    expect(json).toMatchObject({ error: 'invalid_scope' })
    await expect(server.issueToken({ scope, resource: 'urn:x:y' })).rejects.toThrow('the token endpoint answered 400 invalid_scope')
  })

  test("refuses another client's scope", async () => {
    const two = await start({
      clients: [
        { clientId: 'one', clientSecret: 's', scopes: ['read'] },
        { clientId: 'two', clientSecret: 's', scopes: ['write'] },
      ],
    })
    await expect(two.issueToken({ clientId: 'two', scope: 'read' })).rejects.toThrow('400 invalid_scope')
    expect(await two.issueToken({ clientId: 'two' })).toEqual(expect.any(String))
  })

  test('refuses a client without scopes', async () => {
    const { status, json } = await post(server.tokenEndpoint, { grant_type: 'client_credentials' }, api)
    expect(status).toBe(400)
    expect(json['access_token']).toBeUndefined()
  })

  test.each(['https://api.example/orders', 'urn:example:orders', 'http://127.0.0.1:3000'])(
    'puts the resource %s into "aud"',
    async (resource) => {
      const answer = await introspect(await server.issueToken({ resource }))
      expect(answer).toMatchObject({ aud: resource, scope: 'read write admin' })
    },
  )

  test('refuses a resource that is no absolute URI', async () => {
    await expect(server.issueToken({ resource: 'orders' })).rejects.toThrow('400 invalid_target')
  })
})

describe('the revocation endpoint', () => {
  test('makes a token inactive for the client that got it', async () => {
    const token = await server.issueToken()
    expect((await post(server.revocationEndpoint, { token }, app)).status).toBe(200)
    expect(await introspect(token)).toEqual({ active: false })
  })

  test('leaves the tokens of others alone', async () => {
    const token = await server.issueToken()
    expect((await post(server.revocationEndpoint, { token }, api)).status).toBe(200)
    expect(await introspect(token)).toMatchObject({ active: true })
  })
})

describe('issueToken()', () => {
  test('names all that is wrong with what it is given', async () => {
    const wish = { clientId: 7, scop: 'read', resource: undefined } as never
    await expect(server.issueToken(wish)).rejects.toThrow(
      new TypeError(
        'issueToken: unknown option "scop": did you mean "scope"?; "resource" is undefined: is an environment variable missing?; "clientId" must be a string that is not empty, got 7',
      ),
    )
    await expect(server.issueToken({ clientId: 'nobody' })).rejects.toThrow(
      new TypeError('issueToken: "clientId" must be that of a known client'),
    )
  })
})
