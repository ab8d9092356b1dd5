import { beforeEach, describe, expect, test } from '@jest/globals'
import type { CheckTokenSettings, DevServer, DialectServer } from '@oauth-introspect/dev-server'
import { start } from '../start.ts'
import { ask, movableClock, type Reply } from './wire.ts'

let clock: ReturnType<typeof movableClock>
let server: DevServer
let spring: DialectServer

async function restart(settings: CheckTokenSettings): Promise<void> {
  clock = movableClock()
  server = await start({ dialects: { checkToken: settings }, now: clock.now })
  spring = server.dialect('checkToken')
}
beforeEach(() => restart({}))

const check = (token: string, method: 'GET' | 'POST' = 'GET', user = 'api:api-secret'): Promise<Reply> =>
  ask(`${spring.introspectionEndpoint}?token=${token}`, { method, user })

describe('check_token', () => {
  test.each(['GET', 'POST'] as const)(
    'describes a token by %s with the token in the query, and says nothing of "active"',
    async (method) => {
      const { status, json } = await check(await spring.issueToken({ scope: 'read write' }), method)
      const exp = clock.now() / 1000 + 43_200
      expect({ status, json }).toEqual({
        status: 200,
        json: { scope: ['read', 'write'], exp, authorities: ['ROLE_CLIENT'], client_id: 'app' },
      })
    },
  )

  test('takes the token in the form', async () => {
    const form = { token: await spring.issueToken() }
    expect((await ask(spring.introspectionEndpoint, { form, user: 'api:api-secret' })).json).toMatchObject({ client_id: 'app' })
  })

  test('tells resource ids as "aud"', async () => {
    await restart({ resourceIds: ['orders'], authorities: ['ROLE_A'] })
    expect((await check(await spring.issueToken())).json).toMatchObject({ aud: ['orders'], authorities: ['ROLE_A'] })
  })

  test('answers 400 invalid_token to what is not good', async () => {
    const unknown = { error: 'invalid_token', error_description: 'Token was not recognised' }
    expect(await check('unknown')).toMatchObject({ status: 400, json: unknown })
    const [one, other] = [await spring.issueToken(), await spring.issueToken()]
    await server.revoke(one)
    expect(await check(one)).toMatchObject({ status: 400, json: unknown })
    clock.passSeconds(43_200)
    expect(await check(other)).toMatchObject({ status: 400, json: { error: 'invalid_token', error_description: 'Token has expired' } })
  })

  test('wants a client', async () => {
    const { status, challenge } = await check('x', 'POST', 'api:wrong')
    expect({ status, challenge }).toEqual({ status: 401, challenge: 'Basic realm="oauth2/client"' })
  })
})

test('the token endpoint gives what is asked for, or all, and refuses the rest', async () => {
  const get = (form: Record<string, string>, user = 'app:app-secret'): Promise<Reply> => ask(spring.tokenEndpoint, { form, user })
  expect((await get({ grant_type: 'client_credentials' })).json).toMatchObject({
    token_type: 'bearer',
    expires_in: 43_200,
    scope: 'read write admin',
  })
  expect((await get({ grant_type: 'client_credentials', scope: 'x' })).json).toMatchObject({ error: 'invalid_scope' })
  expect((await get({ grant_type: 'password' })).json).toMatchObject({ error: 'unsupported_grant_type' })
  expect(await get({ grant_type: 'client_credentials' }, 'api:api-secret')).toMatchObject({
    status: 401,
    json: { error: 'invalid_client' },
  })
  const token = String((await get({ grant_type: 'client_credentials' })).json['access_token'])
  expect((await ask(spring.revocationEndpoint, { form: { token }, user: 'app:app-secret' })).status).toBe(200)
  expect((await check(token)).status).toBe(400)
})

test('a refresh token is not recognised, and gets new tokens once', async () => {
  await restart({ refreshTokens: true })
  const get = (form: Record<string, string>): Promise<Reply> => ask(spring.tokenEndpoint, { form, user: 'app:app-secret' })
  const { access_token: token, refresh_token: refreshToken } = (await get({ grant_type: 'client_credentials', scope: 'read' })).json
  expect(await check(String(refreshToken))).toMatchObject({ status: 400, json: { error_description: 'Token was not recognised' } })
  const refresh = { grant_type: 'refresh_token', refresh_token: String(refreshToken) }
  const { json } = await get(refresh)
  expect((await check(String(json['access_token']))).json).toMatchObject({ scope: ['read'], client_id: 'app' })
  expect((await check(String(token))).status).toBe(400)
  expect(await get(refresh)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
})
