import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { AxwaySettings, DevServer, DialectServer } from '@oauth-introspect/dev-server'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { introspectAt } from '../requests.ts'
import { start } from '../start.ts'
import { ask, movableClock, type Reply } from './wire.ts'

let clock: ReturnType<typeof movableClock>
let server: DevServer
let axway: DialectServer

async function restart(settings: AxwaySettings): Promise<void> {
  clock = movableClock()
  server = await start({ dialects: { axway: settings }, now: clock.now })
  axway = server.dialect('axway')
}
beforeEach(() => restart({}))

const user = 'app:app-secret'
const grant = { grant_type: 'client_credentials' }
const getToken = (form: Record<string, string> = {}): Promise<Reply> => ask(axway.tokenEndpoint, { form: { ...grant, ...form }, user })
const refresh = (token: unknown, form: Record<string, string> = {}): Promise<Reply> =>
  getToken({ grant_type: 'refresh_token', refresh_token: String(token), ...form })
const introspect = async (token: unknown): Promise<Reply['json']> =>
  (await ask(axway.introspectionEndpoint, { form: { token: String(token) }, user: 'api:api-secret' })).json

describe('a token', () => {
  test('is as the page says by default: 54 characters, an hour, Bearer, and a refresh token of 46', async () => {
    const { status, json } = await getToken()
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        access_token: expect.stringMatching(/^\w{54}$/),
        refresh_token: expect.stringMatching(/^\w{46}$/),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'read write admin',
      },
    })
    const iat = clock.now() / 1000
    const { access_token: token, refresh_token: refreshToken } = json
    expect(await introspect(token)).toEqual({
      active: true,
      scope: 'read write admin',
      client_id: 'app',
      token_type: 'Bearer',
      iat,
      exp: iat + 3600,
    })
    expect(await introspect(refreshToken)).toEqual({ active: false })
  })

  test('is as the settings say', async () => {
    await restart({ accessTokenLength: 30, accessTokenTtlSeconds: 60, accessTokenType: 'MAC', includeRefreshToken: false })
    const { json } = await getToken()
    expect(json).toEqual({ access_token: expect.stringMatching(/^\w{30}$/), token_type: 'MAC', expires_in: 60, scope: 'read write admin' })
    expect(await introspect(json['access_token'])).toMatchObject({ token_type: 'MAC' })
    clock.passSeconds(60)
    expect(await introspect(json['access_token'])).toEqual({ active: false })
  })

  test('has additional parameters, which introspection tells, here and at the standard server', async () => {
    const server2 = await start({ dialects: { axway: { additionalParameters: { Department: 'Engineering', active: 'no' } } } })
    axway = server2.dialect('axway')
    const { json } = await getToken()
    expect(json).toMatchObject({ Department: 'Engineering' })
    expect(await introspect(json['access_token'])).toMatchObject({ active: true, Department: 'Engineering' })
    expect(await introspectAt(server2, String(json['access_token']))).toMatchObject({
      active: true,
      Department: 'Engineering',
      client_id: 'app',
    })
  })
})

describe('the client', () => {
  test('is found in the query string when that is chosen, by the names that are chosen', async () => {
    await restart({ clientInformation: 'query' })
    expect((await ask(`${axway.tokenEndpoint}?client_id=app&client_secret=app-secret`, { form: grant })).status).toBe(200)
    expect((await getToken()).status).toBe(401)
    await restart({ clientInformation: 'query', clientIdParameter: 'id', clientSecretParameter: 'key' })
    expect((await ask(`${axway.tokenEndpoint}?id=app&key=app-secret`, { form: grant })).status).toBe(200)
    expect((await ask(`${axway.tokenEndpoint}?client_id=app&client_secret=app-secret`, { form: grant })).status).toBe(401)
  })

  test('is found in the header only, when that is chosen', async () => {
    expect(await ask(`${axway.tokenEndpoint}?client_id=app&client_secret=app-secret`, { form: grant })).toMatchObject({
      status: 401,
      challenge: 'Basic realm="API Gateway"',
      json: { error: 'invalid_client' },
    })
  })

  test.each(['query', 'keyPair'] as const)(
    'that introspects may stand in the header, whatever the filter says: %s',
    async (clientInformation) => {
      const { publicKey } = await generateKeyPair('ES256')
      const keys = clientInformation === 'keyPair' ? { publicKeys: { app: await exportJWK(publicKey) } } : {}
      await restart({ clientInformation, ...keys })
      expect(await introspect(await axway.issueToken())).toMatchObject({ active: true })
      const wrong = await ask(axway.introspectionEndpoint, { form: { token: 'x' }, user: 'api:wrong' })
      expect(wrong).toMatchObject({ status: 401, challenge: 'Basic realm="API Gateway"' })
      const inQuery = await ask(`${axway.introspectionEndpoint}?client_id=api&client_secret=api-secret`, { form: { token: 'x' } })
      expect(inQuery.status).toBe(clientInformation === 'query' ? 200 : 401)
    },
  )

  test('that only introspects gets no token', async () => {
    expect((await ask(axway.tokenEndpoint, { form: grant, user: 'api:api-secret' })).json).toMatchObject({ error: 'unauthorized_client' })
  })
})

describe.each(['ES256', 'RS256', 'EdDSA'])('a key pair (%s)', (alg) => {
  test('proves the client once for each assertion, for this server, for a while', async () => {
    const { publicKey, privateKey } = await generateKeyPair(alg)
    await restart({ clientInformation: 'keyPair', publicKeys: { app: await exportJWK(publicKey) } })
    const other = await generateKeyPair(alg)
    const now = clock.now() / 1000
    const sign = (key = privateKey, claims: { aud?: string; iss?: string; exp?: number } = {}): Promise<string> =>
      new SignJWT({ iss: 'app', sub: 'app', aud: axway.tokenEndpoint, exp: now + 60, jti: randomUUID(), ...claims })
        .setProtectedHeader({ alg })
        .sign(key)
    const send = async (assertion: string): Promise<number | undefined> => {
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      return (await ask(axway.tokenEndpoint, { form: { ...grant, client_assertion_type: type, client_assertion: assertion } })).status
    }
    const assertion = await sign()
    expect(await send(assertion)).toBe(200)
    expect(await send(assertion)).toBe(401)
    expect(await send(await sign(privateKey, { aud: axway.origin }))).toBe(200)
    const wrong = [
      sign(other.privateKey),
      ...[{ aud: 'https://elsewhere' }, { iss: 'api' }, { exp: now }, { exp: now + 3600 }].map((claims) => sign(privateKey, claims)),
    ]
    for (const each of [...(await Promise.all(wrong)), 'x.y.z', '']) expect(await send(each)).toBe(401)
    expect((await getToken()).status).toBe(401)
  })
})

describe('a refresh token', () => {
  test('gets new tokens once, and the old ones end', async () => {
    const first = (await getToken()).json
    const second = (await refresh(first['refresh_token'])).json
    expect(second).toMatchObject({ refresh_token: expect.stringMatching(/^\w{46}$/), scope: 'read write admin' })
    expect(await introspect(first['access_token'])).toEqual({ active: false })
    expect(await introspect(second['access_token'])).toMatchObject({ active: true })
  })

  test('that comes twice ends all tokens of its grant', async () => {
    const first = (await getToken()).json
    const second = (await refresh(first['refresh_token'])).json
    expect(await refresh(first['refresh_token'])).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
    expect(await introspect(second['access_token'])).toEqual({ active: false })
    expect((await refresh(second['refresh_token'])).status).toBe(400)
  })

  test('of two requests at once serves one', async () => {
    const { refresh_token: token } = (await getToken()).json
    const replies = await Promise.all([refresh(token), refresh(token), refresh(token)])
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 400, 400])
  })

  test('lives 43 200 seconds, or as long as is said', async () => {
    const { refresh_token: token } = (await getToken()).json
    clock.passSeconds(43_199)
    const { status, json } = await refresh(token)
    expect(status).toBe(200)
    clock.passSeconds(43_200)
    expect((await refresh(json['refresh_token'])).status).toBe(400)
    await restart({ refreshTokenTtlSeconds: 10, refreshTokenLength: 64 })
    const short = (await getToken()).json['refresh_token']
    expect(short).toMatch(/^\w{64}$/)
    clock.passSeconds(10)
    expect((await refresh(short)).status).toBe(400)
  })

  test('may ask for less, never for more; and is good for its client only', async () => {
    const { refresh_token: token } = (await getToken({ scope: 'read write' })).json
    expect((await refresh(token, { scope: 'read admin' })).json).toMatchObject({ error: 'invalid_scope' })
    const stolen = { grant_type: 'refresh_token', refresh_token: String(token) }
    expect((await ask(axway.tokenEndpoint, { form: stolen, user: 'api:api-secret' })).json).toMatchObject({ error: 'invalid_grant' })
    expect((await refresh(token, { scope: 'read' })).json).toMatchObject({ scope: 'read' })
  })
})

describe('scopes', () => {
  test.each([
    ['any', undefined, 'read write admin'],
    ['any', 'read', 'read'],
    ['any', 'admin unknown read', 'read admin'],
    ['any', 'unknown', undefined],
    ['all', undefined, 'read write admin'],
    ['all', 'admin write read', 'read write admin'],
    ['all', 'read write admin unknown', 'read write admin'],
    ['all', 'read write', undefined],
  ] as const)('match %s of the registered ones: %s gets %s', async (scopesMustMatch, scope, granted) => {
    await restart({ scopesMustMatch })
    const { status, json } = await getToken(scope === undefined ? {} : { scope })
    expect({ status, scope: json['scope'] }).toEqual({ status: granted === undefined ? 400 : 200, scope: granted })
    if (granted === undefined) expect(json).toMatchObject({ error: 'invalid_scope' })
  })

  test('come from a policy, in the attribute scopes.for.token', async () => {
    const seen: unknown[] = []
    await restart({
      scopePolicy: (message) => {
        seen.push(Object.fromEntries(message))
        message.set('scopes.for.token', new Set(['by-policy', 'read']))
      },
    })
    expect((await getToken({ scope: 'x y' })).json).toMatchObject({ scope: 'by-policy read' })
    expect(seen).toEqual([
      {
        'authentication.subject.id': 'app',
        'oauth.client.id': 'app',
        'oauth.client.scopes': new Set(['read', 'write', 'admin']),
        'oauth.request.scopes': new Set(['x', 'y']),
      },
    ])
  })

  test.each([
    ['none', (): void => undefined, 400],
    ['an empty set', (message: Map<string, unknown>): void => void message.set('my.scopes', new Set()), 400],
    ['a string', (message: Map<string, unknown>): void => void message.set('my.scopes', 'read'), 500],
    ['two scopes in one', (message: Map<string, unknown>): void => void message.set('my.scopes', ['a b']), 500],
    ['an error', (): Promise<void> => Promise.reject(new Error('s3cret')), 500],
    ['a list', (message: Map<string, unknown>): void => void message.set('my.scopes', ['a', 'a']), 200],
  ])('of a policy in an attribute of another name: %s', async (_what, scopePolicy, expected) => {
    await restart({ scopePolicy, scopesAttribute: 'my.scopes' })
    const { status, text } = await getToken()
    expect(status).toBe(expected)
    expect(text).not.toContain('s3cret')
  })
})
