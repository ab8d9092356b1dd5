import { beforeEach, describe, expect, test } from '@jest/globals'
import type { DevServer, DialectServers, Wso2Settings } from '@oauth-introspect/dev-server'
import { start } from '../start.ts'
import { ask, movableClock, type Reply } from './wire.ts'

const clients = [
  { clientId: 'rgf', clientSecret: 'BRe:b', scopes: ['read'] },
  { clientId: 'foo', clientSecret: 'foo-secret', scopes: ['read'] },
  { clientId: 'api', clientSecret: 'api-secret' },
]
const standard: Wso2Settings = { tenants: ['foo.com'], clientTenants: { foo: 'foo.com' } }

let clock: ReturnType<typeof movableClock>
let server: DevServer
let wso2: NonNullable<DialectServers['wso2']>

async function restart(settings: Wso2Settings): Promise<void> {
  clock = movableClock()
  server = await start({ clients, dialects: { wso2: { ...standard, ...settings } }, now: clock.now })
  wso2 = server.dialect('wso2')
}
beforeEach(() => restart({}))

const getToken = async (user = 'rgf:BRe:b', form: Record<string, string> = {}): Promise<Reply> =>
  ask(wso2.tokenEndpoint, { form: { grant_type: 'client_credentials', ...form }, user, ca: wso2.ca })
const introspect = (token: string, user = 'admin:admin', url = wso2.introspectionEndpoint): Promise<Reply> =>
  ask(url, { form: { token }, user, ca: wso2.ca })
const foo = (): string => wso2.tenantIntrospectionEndpoint('foo.com')

describe('TLS', () => {
  test('is trusted by the authority that was made at the start, and by nobody else', async () => {
    expect(wso2.origin).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    expect(wso2.ca).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
    expect((await introspect('x')).status).toBe(200)
    await expect(ask(wso2.introspectionEndpoint, { form: { token: 'x' } })).rejects.toThrow(/certificate/)
    const other = await start({ dialects: { wso2: true } })
    await expect(ask(wso2.introspectionEndpoint, { form: { token: 'x' }, ca: other.dialect('wso2').ca })).rejects.toThrow()
  })

  test('holds for localhost by name', async () => {
    const byName = wso2.introspectionEndpoint.replace('127.0.0.1', 'localhost')
    expect((await introspect('x', 'admin:admin', byName)).json).toEqual({ active: false })
  })
})

describe('the token endpoint', () => {
  test('answers as the page does, with a scope and without', async () => {
    const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    const { status, json } = await getToken()
    expect({ status, json }).toEqual({ status: 200, json: { token_type: 'Bearer', expires_in: 3600, access_token: uuid } })
    expect((await getToken('rgf:BRe:b', { scope: 'test1 test2' })).json).toEqual({
      access_token: uuid,
      scope: 'test1 test2',
      token_type: 'Bearer',
      expires_in: 3600,
    })
  })

  test.each([
    ['a wrong secret', 'rgf:wrong', {}, 401, 'invalid_client'],
    ['another grant', 'rgf:BRe:b', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['a client that only introspects', 'api:api-secret', {}, 400, 'unauthorized_client'],
    ['a refresh token that is none', 'rgf:BRe:b', { grant_type: 'refresh_token', refresh_token: 'x' }, 400, 'invalid_grant'],
  ])('refuses %s', async (_what, user, form, status, error) => {
    expect(await getToken(user, form)).toMatchObject({ status, json: { error } })
  })
})

describe('introspection', () => {
  test('tells the members of the page, to a user and to a client', async () => {
    const token = String((await getToken('rgf:BRe:b', { scope: 'test1 test2' })).json['access_token'])
    const iat = clock.now() / 1000
    const json = {
      active: true,
      scope: 'test1 test2',
      username: 'admin@carbon.super',
      token_type: 'Bearer',
      client_id: 'rgf',
      exp: iat + 3600,
      iat,
    }
    for (const user of ['admin:admin', 'admin@carbon.super:admin', 'rgf:BRe:b', 'api:api-secret'])
      expect(await introspect(token, user)).toMatchObject({ status: 200, json })
    const bare = await introspect(await wso2.issueToken({ scope: 'x' }))
    expect(bare.json).toMatchObject({ scope: 'x' })
    expect((await introspect(String((await getToken()).json['access_token']))).json).not.toHaveProperty('scope')
  })

  test('says {"active":false} of what it does not know, and 400 of nothing', async () => {
    expect(await introspect('unknown')).toMatchObject({ status: 200, text: '{"active":false}' })
    for (const blank of ['', '   ']) expect(await introspect(blank)).toMatchObject({ status: 400, text: '{"error":"Invalid input"}' })
  })

  test('takes any hint', async () => {
    const form = { token: await wso2.issueToken(), token_type_hint: 'bearer' }
    const { json } = await ask(wso2.introspectionEndpoint, { form, user: 'admin:admin', ca: wso2.ca })
    expect(json).toMatchObject({ active: true })
  })

  test.each(['admin:wrong', 'nobody:admin', 'rgf:BRe%3Ab', 'admin@foo.com:admin', 'foo:foo-secret'])('refuses %s', async (user) => {
    const { status, challenge } = await introspect('x', user)
    expect({ status, challenge }).toEqual({ status: 401, challenge: 'Basic realm="localhost"' })
  })

  test('is by POST', async () => {
    expect((await ask(`${wso2.introspectionEndpoint}?token=x`, { user: 'admin:admin', ca: wso2.ca })).status).toBe(405)
  })
})

describe('a tenant', () => {
  test('is asked by its users and clients, who have its name behind an @', async () => {
    const token = await wso2.issueToken({ clientId: 'foo' })
    for (const user of ['admin@foo.com:admin', 'foo:foo-secret'])
      expect((await introspect(token, user, foo())).json).toMatchObject({ active: true, client_id: 'foo', username: 'admin@foo.com' })
  })

  test.each(['admin:admin', 'admin@carbon.super:admin', 'rgf:BRe:b', 'admin@bar.com:admin'])('does not know %s', async (user) => {
    expect((await introspect('x', user, foo())).status).toBe(401)
  })

  test('is told of the tokens of other tenants unless that is switched off', async () => {
    expect((await introspect(await wso2.issueToken(), 'admin@foo.com:admin', foo())).json).toMatchObject({ active: true })
    await restart({ crossTenantIntrospection: false })
    const [ofSuper, ofFoo] = [await wso2.issueToken(), await wso2.issueToken({ clientId: 'foo' })]
    expect((await introspect(ofSuper, 'admin@foo.com:admin', foo())).json).toEqual({ active: false })
    expect((await introspect(ofFoo, 'admin@foo.com:admin', foo())).json).toMatchObject({ active: true })
    expect((await introspect(ofFoo)).json).toEqual({ active: false })
  })

  test('may have users of its own, also with an @ in their names', async () => {
    await restart({
      users: [
        { username: 'jo@mail.com', password: 'p:w' },
        { username: 'jo@mail.com', password: 'pw', tenant: 'foo.com' },
      ],
    })
    expect((await introspect('x', 'jo@mail.com:p:w')).status).toBe(200)
    expect((await introspect('x', 'jo@mail.com@foo.com:pw', foo())).status).toBe(200)
    expect((await introspect('x', 'admin:admin')).status).toBe(401)
  })
})

describe('states', () => {
  const stateOf = async (): Promise<string | undefined> => (await wso2Store())?.state
  const wso2Store = async (): Promise<{ readonly state: string } | undefined> => (await server.store.latest(1))[0]

  test('a token is ACTIVE, though its time is over, until somebody has asked: that one is told "active" with the past "exp"', async () => {
    const token = await wso2.issueToken()
    clock.passSeconds(3600)
    expect(await stateOf()).toBe('ACTIVE')
    expect((await introspect(token)).json).toMatchObject({ active: true, exp: clock.now() / 1000 })
    expect(await stateOf()).toBe('EXPIRED')
    expect((await introspect(token)).json).toEqual({ active: false })
  })

  test('the first is told the truth when that is asked for', async () => {
    await restart({ activeOnceAfterExpiry: false })
    const token = await wso2.issueToken()
    clock.passSeconds(3600)
    expect((await introspect(token)).json).toEqual({ active: false })
  })

  test('a token that was refreshed is INACTIVE, a revoked one REVOKED with its refresh token', async () => {
    await restart({ refreshTokens: true })
    const first = (await getToken()).json
    expect((await introspect(String(first['refresh_token']))).json).toMatchObject({
      active: true,
      token_type: 'refresh_token',
      client_id: 'rgf',
    })
    const second = (await getToken('rgf:BRe:b', { grant_type: 'refresh_token', refresh_token: String(first['refresh_token']) })).json
    expect((await introspect(String(first['access_token']))).json).toEqual({ active: false })
    const token = String(second['access_token'])
    expect((await introspect(token)).json).toMatchObject({ active: true })
    expect((await ask(wso2.revocationEndpoint, { form: { token }, user: 'foo:foo-secret', ca: wso2.ca })).status).toBe(200)
    expect((await introspect(token)).json).toMatchObject({ active: true })
    expect((await ask(wso2.revocationEndpoint, { form: { token }, user: 'rgf:BRe:b', ca: wso2.ca })).status).toBe(200)
    for (const each of [token, String(second['refresh_token'])]) expect((await introspect(each)).json).toEqual({ active: false })
    const states = (await server.store.latest(4)).map(({ use, state }) => `${use} ${state}`)
    expect(states).toEqual(['refresh_token REVOKED', 'access_token REVOKED', 'refresh_token REVOKED', 'access_token REVOKED'])
  })
})
