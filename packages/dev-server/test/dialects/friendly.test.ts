import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { DevServer, DialectServers, FriendlySettings } from '@oauth-introspect/dev-server'
import { createLocalJWKSet, exportJWK, generateKeyPair, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose'
import { start } from '../start.ts'
import { ask, movableClock, type Reply } from './wire.ts'

const clients = [
  { clientId: 'client1', clientSecret: 'secret1', scopes: ['user', 'admin'] },
  { clientId: 'client 2', clientSecret: 'p&q:r', scopes: ['user'] },
  { clientId: 'api', clientSecret: 'api-secret' },
]

let clock: ReturnType<typeof movableClock>
let server: DevServer
let friendly: NonNullable<DialectServers['friendly']>

async function restart(settings: FriendlySettings): Promise<void> {
  clock = movableClock()
  server = await start({ clients, dialects: { friendly: settings }, now: clock.now })
  friendly = server.dialect('friendly')
}
beforeEach(() => restart({}))

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** As the page's curl does: everything in the query, nothing in the body. */
const send = (url: string, parameters: Record<string, string>, user = 'client1:secret1'): Promise<Reply> =>
  ask(`${url}?${new URLSearchParams(parameters).toString()}`, { method: 'POST', user })
const introspect = (token: string, user?: string): Promise<Reply> =>
  send(friendly.introspectionEndpoint, { token, token_type_hint: 'access_token' }, user)
const signIn = async (username = 'admin@example.com', password = 'admin'): Promise<Reply> =>
  send(friendly.tokenEndpoint, { grant_type: 'password', username, password })

describe('introspection', () => {
  test('tells the members of the page, and no others', async () => {
    const token = String((await signIn()).json['access_token'])
    expect(token).toMatch(/^[A-Za-z0-9]{255}$/)
    const { status, json } = await introspect(token)
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        active: true,
        scope: 'user admin',
        client_id: 'client1',
        username: 'admin@example.com',
        token_type: 'Bearer',
        exp: clock.now() / 1000 + 3600,
      },
    })
  })

  test('takes the form of RFC 7662 as well', async () => {
    const form = { token: await friendly.issueToken() }
    expect((await ask(friendly.introspectionEndpoint, { form, user: 'client1:secret1' })).json).toMatchObject({ active: true })
  })

  test('says {"active":false} of a token that is over or revoked', async () => {
    const [one, other] = [await friendly.issueToken(), await friendly.issueToken()]
    expect((await send(friendly.revocationEndpoint, { token: one, token_type_hint: 'access_token' })).status).toBe(200)
    expect(await introspect(one)).toMatchObject({ status: 200, text: '{"active":false}' })
    clock.passSeconds(3599)
    expect((await introspect(other)).json).toMatchObject({ active: true })
    clock.passSeconds(1)
    expect(await introspect(other)).toMatchObject({ status: 200, text: '{"active":false}' })
  })

  test('repeats the whole token of another server, with the status that was chosen', async () => {
    const bad = { error: 'invalid_grant', error_description: 'Bad access token P1fcL6 uMp' }
    expect(await introspect('P1fcL6 uMp')).toMatchObject({ status: 400, json: bad })
    await restart({ badTokenStatus: 200 })
    expect(await introspect('P1fcL6 uMp')).toMatchObject({ status: 200, json: bad })
  })

  test('is for the client to which the token is attached, unless that is switched off', async () => {
    const token = await friendly.issueToken()
    expect((await introspect(token, 'client+2:p%26q%3Ar')).json).toEqual({ active: false })
    await restart({ introspectAny: true })
    expect((await introspect(await friendly.issueToken(), 'api:api-secret')).json).toMatchObject({ active: true, client_id: 'client1' })
  })

  test.each(['client1:wrong', 'nobody:secret1', ''])('refuses the client "%s"', async (user) => {
    expect(await introspect('x', user)).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
  })
})

describe('the token endpoint', () => {
  test('gives client credentials the scopes of the client', async () => {
    const { json } = await send(friendly.tokenEndpoint, { grant_type: 'client_credentials', scope: 'user' })
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'user' })
    expect((await introspect(String(json['access_token']))).json).not.toHaveProperty('username')
  })

  test.each([
    ['a wrong password', { grant_type: 'password', username: 'admin@example.com', password: 'x' }, 'invalid_grant'],
    ['an unknown user', { grant_type: 'password', username: 'x', password: 'x' }, 'invalid_grant'],
    ['a scope too many', { grant_type: 'client_credentials', scope: 'user root' }, 'invalid_scope'],
    ['another grant', { grant_type: 'authorization_code' }, 'unsupported_grant_type'],
  ])('refuses %s', async (_what, parameters, error) => {
    expect(await send(friendly.tokenEndpoint, parameters)).toMatchObject({ status: 400, json: { error } })
  })
})

describe('a client', () => {
  const assertion = 'client_assertion_type'

  test.each<[NonNullable<FriendlySettings['clientAuthentication']>, Record<string, string>, string | undefined]>([
    ['client_secret_basic', {}, 'client1:secret1'],
    ['client_secret_post', { client_id: 'client1', client_secret: 'secret1' }, undefined],
    ['none', { client_id: 'client1' }, undefined],
  ])('is taken by %s when that is chosen, and by nothing else', async (clientAuthentication, credentials, user) => {
    await restart({ clientAuthentication })
    const grant = { grant_type: 'client_credentials' }
    const get = (form: Record<string, string>, as?: string): Promise<Reply> =>
      ask(friendly.tokenEndpoint, { form: { ...grant, ...form }, ...(as === undefined ? {} : { user: as }) })
    const { status, json } = await get(credentials, user)
    expect(status).toBe(200)
    const inQuery = `${friendly.introspectionEndpoint}?token=${String(json['access_token'])}`
    expect((await ask(inQuery, { form: credentials, ...(user === undefined ? {} : { user }) })).json).toMatchObject({ active: true })
    const wrong = await get(
      { ...credentials, client_id: 'nobody', client_secret: 'wrong' },
      user === undefined ? undefined : 'client1:wrong',
    )
    expect(wrong).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
    expect(wrong.challenge).toBe(user === undefined ? undefined : 'Basic realm="oauth2"')
    if (user === undefined) expect((await get({}, 'client1:secret1')).status).toBe(401)
    else expect((await get({ client_id: 'client1', client_secret: 'secret1' })).status).toBe(401)
    const metadata = (await ask(`${friendly.origin}/.well-known/openid-configuration`)).json
    expect(metadata).toMatchObject({ introspection_endpoint_auth_methods_supported: [clientAuthentication] })
  })

  test.each(['client_secret_jwt', 'private_key_jwt'] as const)('proves itself by %s', async (clientAuthentication) => {
    const pair = await generateKeyPair('ES256')
    const publicKeys = { client1: await exportJWK(pair.publicKey) }
    await restart({ clientAuthentication, ...(clientAuthentication === 'private_key_jwt' ? { publicKeys } : {}) })
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
    const [alg, key, other] =
      clientAuthentication === 'private_key_jwt'
        ? (['ES256', pair.privateKey, (await generateKeyPair('ES256')).privateKey] as const)
        : (['HS256', bytes('secret1'), bytes('wrong')] as const)
    const present = async (signedBy: typeof key): Promise<Reply> => {
      const claims = { iss: 'client1', sub: 'client1', aud: friendly.origin, exp: clock.now() / 1000 + 60, jti: randomUUID() }
      const form = {
        [assertion]: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await new SignJWT(claims).setProtectedHeader({ alg }).sign(signedBy),
      }
      return ask(`${friendly.introspectionEndpoint}?token=${await friendly.issueToken()}`, { form })
    }
    expect(await present(key)).toMatchObject({ status: 200, json: { active: true } })
    expect(await present(other)).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
    expect((await introspect('x')).status).toBe(401)
  })

  test('without a name is told of any token where nobody has to say who they are', async () => {
    await restart({ clientAuthentication: 'none' })
    expect((await ask(`${friendly.introspectionEndpoint}?token=${await friendly.issueToken()}`, { method: 'POST' })).json).toMatchObject({
      active: true,
      client_id: 'client1',
    })
  })
})

describe('a refresh token', () => {
  test('comes only when that is chosen', async () => {
    expect((await signIn()).json).not.toHaveProperty('refresh_token')
  })

  test('is active with a type of its own, gets new tokens once, and the old ones end', async () => {
    await restart({ refreshTokens: true })
    const { access_token: token, refresh_token: refreshToken } = (await signIn()).json
    expect((await introspect(String(refreshToken))).json).toMatchObject({ active: true, token_type: 'refresh_token' })
    const refresh = (user?: string): Promise<Reply> =>
      send(friendly.tokenEndpoint, { grant_type: 'refresh_token', refresh_token: String(refreshToken) }, user)
    expect((await refresh('client+2:p%26q%3Ar')).json).toMatchObject({ error: 'invalid_grant' })
    const { json } = await refresh()
    expect((await introspect(String(json['access_token']))).json).toMatchObject({ active: true, username: 'admin@example.com' })
    for (const old of [token, refreshToken]) expect((await introspect(String(old))).json).toEqual({ active: false })
    expect(await refresh()).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
  })
})

test('.well-known names the endpoints, at every place where clients look', async () => {
  for (const path of [
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/oauth2/.well-known/openid-configuration',
  ])
    expect((await ask(friendly.origin + path)).json).toMatchObject({
      issuer: friendly.origin,
      introspection_endpoint: friendly.introspectionEndpoint,
      jwks_uri: `${friendly.origin}/oauth2/jwks.json`,
      backchannel_logout_supported: true,
    })
})

describe('back-channel logout', () => {
  /** A client's back-channel logout URI, and the logout tokens that came. */
  async function receive(): Promise<{ readonly uri: string; readonly came: readonly string[] }> {
    const came: string[] = []
    const receiver = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        came.push(new URLSearchParams(body).get('logout_token') ?? '')
        response.end()
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    closing.push(() => receiver.close().closeAllConnections())
    return { uri: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/logout`, came }
  }

  test("ends the user's tokens, and tells clients by a logout token that the keys prove", async () => {
    const { uri, came } = await receive()
    await restart({ backchannelLogoutUris: { client1: uri, api: 'http://127.0.0.1:1/nobody-there' } })
    const [ofUser, ofClient] = [String((await signIn()).json['access_token']), await friendly.issueToken()]
    const { json } = await send(`${friendly.origin}/oauth2/backchannel_logout`, { username: 'admin@example.com' })
    expect(json).toEqual({ tokens_revoked: 1, clients_told: 1 })
    expect((await introspect(ofUser)).json).toEqual({ active: false })
    expect((await introspect(ofClient)).json).toMatchObject({ active: true })
    const { json: keys } = await ask(`${friendly.origin}/oauth2/jwks.json`)
    const { payload } = await jwtVerify(came[0] ?? '', createLocalJWKSet(keys as unknown as JSONWebKeySet), {
      issuer: friendly.origin,
      audience: 'client1',
      typ: 'logout+jwt',
      currentDate: new Date(clock.now()),
    })
    expect(payload).toMatchObject({
      sub: 'admin@example.com',
      jti: expect.any(String),
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    })
    expect(payload).not.toHaveProperty('nonce')
  })

  test('can leave it to those who are told to take the tokens no more', async () => {
    const { uri, came } = await receive()
    await restart({ backchannelLogoutUris: { client1: uri }, logoutEndsTokens: false })
    const token = String((await signIn()).json['access_token'])
    expect(await friendly.logOut('admin@example.com')).toEqual({ tokensRevoked: 0, clientsTold: 1 })
    expect((await introspect(token)).json).toMatchObject({ active: true })
    expect(came).toHaveLength(1)
  })

  test('may be asked for in the program, and tells how many tokens ended', async () => {
    await signIn()
    expect(await friendly.logOut('admin@example.com')).toEqual({ tokensRevoked: 1, clientsTold: 0 })
    expect(await friendly.logOut('admin@example.com')).toEqual({ tokensRevoked: 0, clientsTold: 0 })
  })
})
