import { describe, expect, test } from '@jest/globals'
import { createResourceServer, type Outcome } from '@oauth-introspect/core'
import { createDevServer } from '@oauth-introspect/dev-server'
import { introspectAt } from '../requests.ts'
import { start } from '../start.ts'
import { ask } from './wire.ts'

const all = { wso2: true, friendly: true, checkToken: true, axway: true } as const

test('each listens on a port of its own, and the standard server knows the tokens of all', async () => {
  const server = await start({ dialects: all })
  const origins = (['wso2', 'friendly', 'checkToken', 'axway'] as const).map((name) => server.dialect(name).origin)
  expect(new Set([server.issuer, ...origins]).size).toBe(5)
  for (const name of ['wso2', 'friendly', 'checkToken', 'axway'] as const) {
    const token = await server.dialect(name).issueToken({ scope: 'read' })
    expect(await introspectAt(server, token)).toMatchObject({ active: true, scope: 'read', client_id: 'app' })
    await server.revoke(token)
    expect(await introspectAt(server, token)).toEqual({ active: false })
  }
})

test('none listens when one cannot, nor the standard server', async () => {
  const occupied = await start()
  const port = Number(new URL(occupied.issuer).port)
  await expect(createDevServer({ dialects: { friendly: true, axway: { port } } })).rejects.toMatchObject({ code: 'EADDRINUSE', port })
})

test('what is not served is 404, a long body 413', async () => {
  const { origin, introspectionEndpoint } = (await start({ dialects: { axway: true } })).dialect('axway')
  expect((await ask(`${origin}/elsewhere`)).status).toBe(404)
  expect((await ask(introspectionEndpoint, { form: { token: 'x'.repeat(70_000) }, user: 'api:api-secret' })).status).toBe(413)
})

test('one that was not asked for is a TypeError, and so is a wrong wish', async () => {
  const server = await start({ dialects: { axway: true } })
  expect(() => server.dialect('wso2')).toThrow(new TypeError('dialect: "wso2" is not among the option "dialects"'))
  expect(() => server.dialect('axway').issueToken({ clientId: 'nobody' })).toThrow(
    new TypeError('issueToken: "clientId" must be that of a known client'),
  )
})

describe('a resource server of ours in front of', () => {
  type Options = Parameters<typeof createResourceServer>[0]

  /** What becomes of a good token, one that is revoked, and one of somebody else. */
  async function judge(name: 'friendly' | 'checkToken' | 'axway', more: Partial<Options>): Promise<readonly string[]> {
    const server = await start({ dialects: all })
    const dialect = server.dialect(name)
    const clientId = name === 'friendly' ? 'app' : 'api'
    const api = createResourceServer({
      ...more,
      ...{
        introspectionEndpoint: dialect.introspectionEndpoint,
        clientId,
        clientSecret: `${clientId}-secret`,
        audience: null,
        requiredScopes: 'read',
      },
    } as Options)
    const [good, revoked] = [await dialect.issueToken(), await dialect.issueToken()]
    await server.revoke(revoked)
    const tell = async (token: string): Promise<string> => {
      const header = (field: string): string[] => (field === 'authorization' ? [`Bearer ${token}`] : [])
      const outcome: Outcome<unknown> = await api.authorize({ method: 'GET', url: '/', header, native: undefined })
      return outcome.outcome === 'refused' ? `${outcome.status} ${outcome.reason}` : outcome.outcome
    }
    const told = [await tell(good), await tell(revoked), await tell('foreign')]
    await api.close()
    return told
  }

  const expected = ['granted', '401 token_inactive', '401 token_inactive']

  test('Friendly OAuth2 Server', async () => {
    const introspectionReply = { inactiveErrors: ['invalid_grant'] }
    expect(await judge('friendly', { introspectionRequest: { tokenIn: 'query' }, introspectionReply })).toEqual(expected)
  })

  test.each(['GET', 'POST'] as const)('check_token by %s', async (method) => {
    const introspectionReply = { missingActive: 'checkToken', inactiveErrors: ['invalid_token'] } as const
    const told = await judge('checkToken', { introspectionRequest: { method, tokenIn: 'query' }, introspectionReply, scopeSeparator: ' ' })
    expect(told.slice(1)).toEqual(expected.slice(1))
    expect(told[0]).toBe('granted')
  })

  test('Axway API Gateway', async () => {
    expect(await judge('axway', {})).toEqual(expected)
  })
})

describe('wrong settings', () => {
  test('are all named in one TypeError, without secrets', async () => {
    const dialects = {
      wso: true,
      wso2: { tenants: 'foo.com', users: [{ username: '', pasword: 's3cret' }], refreshTokens: 1 },
      friendly: { badTokenStatus: 99, backchannelLogoutUris: { app: 'ftp://x' } },
      checkToken: false,
      axway: { clientInformation: 'body', accessTokenLength: 5, publicKeys: { app: { kty: 'EC', d: 's3cret' } }, scopePolicy: 's3cret' },
    }
    const message = await createDevServer({ dialects: dialects as never }).then(String, String)
    expect(message).not.toContain('s3cret')
    for (const fault of [
      'unknown option "dialects.wso": did you mean "dialects.wso2"?',
      '"dialects.wso2.tenants" must be a list of strings that are not empty, got another string',
      'unknown option "dialects.wso2.users[0].pasword": did you mean "dialects.wso2.users[0].password"?',
      '"dialects.wso2.users[0].username" must be a string that is not empty, got an empty string',
      '"dialects.wso2.users[0].password" is missing',
      '"dialects.wso2.refreshTokens" must be true or false, got 1',
      '"dialects.friendly.badTokenStatus" must be a whole number from 200 to 599, got 99',
      '"dialects.friendly.backchannelLogoutUris.app" must be an http or https URL',
      '"dialects.checkToken" must be an object, got false',
      '"dialects.axway.clientInformation" must be "header" or "query" or "keyPair", got another string',
      '"dialects.axway.accessTokenLength" must be a whole number of characters from 22 to 4096, got 5',
      '"dialects.axway.publicKeys" must be an object of public keys (JWK) by client id, got an object',
      '"dialects.axway.scopePolicy" must be a function, got another string',
    ])
      expect(message).toContain(fault)
  })

  test('include key pairs without keys', async () => {
    await expect(createDevServer({ dialects: { axway: { clientInformation: 'keyPair' } } })).rejects.toThrow(
      `"dialects.axway.publicKeys" must hold the clients' keys when "dialects.axway.clientInformation" is "keyPair"`,
    )
  })
})
