import { describe, expect, test } from '@jest/globals'
import {
  type ClientAuthentication,
  clientCredentials,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  createResourceServer,
  friendlyOAuth2,
  fromGravitee,
  none,
  type Outcome,
  privateKeyJwt,
  springCheckToken,
  wso2,
} from '@oauth-introspect/core'
import type { DevServer, FriendlySettings } from '@oauth-introspect/dev-server'
import { exportJWK, generateKeyPair } from 'jose'
import { start } from '../start.ts'
import { ask, movableClock } from './wire.ts'

const clock = movableClock()
type Preset = ReturnType<typeof wso2>

/** What a resource server of ours, with these options, makes of a token. */
async function judge(preset: Preset, ...tokens: readonly string[]): Promise<readonly string[]> {
  const api = createResourceServer({ ...preset, audience: null, requiredScopes: 'read', retries: 0, now: clock.now })
  const told: string[] = []
  for (const token of tokens) {
    const header = (field: string): string[] => (field === 'authorization' ? [`Bearer ${token}`] : [])
    const outcome: Outcome<unknown> = await api.authorize({ method: 'GET', url: '/', header, native: undefined })
    expect(JSON.stringify(outcome)).not.toContain(token)
    told.push(outcome.outcome === 'refused' ? `${outcome.status} ${outcome.reason}` : outcome.outcome)
  }
  await api.close()
  return told
}

const inactive = '401 token_inactive'
const good = ['granted', inactive]

describe('wso2()', () => {
  const client = { id: 'app', secret: 'app-secret' }
  const serve = (): Promise<DevServer> =>
    start({ dialects: { wso2: { tenants: ['foo.com'], refreshTokens: true, clientTenants: { api: 'foo.com' } } }, now: clock.now })

  test.each([
    ['a client', { client }],
    ['a user', { user: { name: 'admin', password: 'admin' } }],
    ["a tenant's user", { tenant: 'foo.com', user: { name: 'admin@foo.com', password: 'admin' } }],
    ["a tenant's client", { tenant: 'foo.com', client: { id: 'api', secret: 'api-secret' } }],
  ])('asks as %s, over TLS that it trusts by name', async (_who, who) => {
    const server = await serve()
    const { origin: baseUrl, ca, issueToken } = server.dialect('wso2')
    const [good, revoked] = [await issueToken(), await issueToken()]
    await server.revoke(revoked)
    expect(await judge(wso2({ baseUrl, ca, ...who }), good, revoked, 'unknown')).toEqual(['granted', inactive, inactive])
  })

  test('refuses a token that is called active past its time, and a refresh token', async () => {
    const { origin: baseUrl, ca, tokenEndpoint, issueToken } = (await serve()).dialect('wso2')
    const form = { grant_type: 'client_credentials', scope: 'read' }
    const { refresh_token: refreshToken } = (await ask(tokenEndpoint, { form, user: 'app:app-secret', ca })).json
    const over = await issueToken()
    clock.passSeconds(3600)
    expect(await judge(wso2({ baseUrl, ca, client }), over, String(refreshToken))).toEqual(['401 token_expired', '401 token_type_refused'])
  })

  test('does not speak to a server of another authority, nor as somebody whom it does not know', async () => {
    const [one, other] = [(await serve()).dialect('wso2'), (await serve()).dialect('wso2')]
    const token = await one.issueToken()
    expect(await judge(wso2({ baseUrl: one.origin, ca: other.ca, client }), token)).toEqual(['503 authorization_server_unavailable'])
    const wrong = { id: 'app', secret: 'wrong' }
    expect(await judge(wso2({ baseUrl: one.origin, ca: one.ca, client: wrong }), token)).toEqual(['500 authorization_server_rejected_us'])
  })
})

test.each([200, 400, 403])('friendlyOAuth2() takes "Bad access token" for inactive, with the status %d', async (badTokenStatus) => {
  const server = await start({ dialects: { friendly: { badTokenStatus } }, now: clock.now })
  const { origin: baseUrl, issueToken } = server.dialect('friendly')
  const [good, revoked, over] = [await issueToken(), await issueToken(), await issueToken()]
  await server.revoke(revoked)
  const preset = friendlyOAuth2({ baseUrl, clientId: 'app', clientSecret: 'app-secret' })
  expect(await judge(preset, good, revoked, 'of-another-server')).toEqual(['granted', inactive, inactive])
  clock.passSeconds(3600)
  expect(await judge(preset, over)).toEqual([inactive])
})

describe('friendlyOAuth2() asks as a client by', () => {
  const secret = 'a secret of more than 32 bytes & signs'
  const clients = [{ clientId: 'app', clientSecret: secret, scopes: ['read'] }]
  const audience = (baseUrl: string): { readonly audience: string } => ({ audience: baseUrl })

  /** What a good token and an unknown one come to, with these settings of the server and this method of ours. */
  async function judgeBy(settings: FriendlySettings, method: (baseUrl: string) => ClientAuthentication): Promise<readonly string[]> {
    const { origin: baseUrl, issueToken } = (await start({ clients, dialects: { friendly: settings }, now: clock.now })).dialect('friendly')
    const api = friendlyOAuth2({ baseUrl, clientAuthentication: method(baseUrl) })
    return judge(api, await issueToken(), 'of-another-server')
  }

  test('client_secret_post and client_secret_jwt', async () => {
    const post = await judgeBy({ clientAuthentication: 'client_secret_post' }, () => clientSecretPost('app', secret))
    const jwt = await judgeBy({ clientAuthentication: 'client_secret_jwt' }, (url) => clientSecretJwt('app', secret, audience(url)))
    expect([post, jwt]).toEqual([good, good])
  })

  test('private_key_jwt', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const settings = { clientAuthentication: 'private_key_jwt', publicKeys: { app: await exportJWK(publicKey) } } as const
    const key = await exportJWK(privateKey)
    const told = await judgeBy(settings, (url) => privateKeyJwt({ clientId: 'app', key, algorithm: 'ES256', ...audience(url) }))
    expect(told).toEqual(good)
  })

  test('none, and is trouble of our own by a method that the server does not take', async () => {
    expect(await judgeBy({ clientAuthentication: 'none' }, none)).toEqual(good)
    const rejected = '500 authorization_server_rejected_us'
    expect(await judgeBy({ clientAuthentication: 'client_secret_basic' }, none)).toEqual([rejected, rejected])
    expect(await judgeBy({ clientAuthentication: 'client_secret_post' }, () => clientSecretBasic('app', secret))).toEqual([
      rejected,
      rejected,
    ])
  })
})

describe('check_token', () => {
  const presets = (baseUrl: string): readonly Preset[] => {
    const credentials = { clientId: 'api', clientSecret: 'api-secret' }
    const byGravitee = (introspectionEndpointMethod: string): Preset => {
      const places = { tokenIsSuppliedByHttpHeader: false, tokenIsSuppliedByQueryParam: true, tokenQueryParamName: 'token' }
      const header = {
        useClientAuthorizationHeader: true,
        clientAuthorizationHeaderName: 'Authorization',
        clientAuthorizationHeaderScheme: 'Basic',
      }
      const introspectionEndpoint = `${baseUrl}/oauth/check_token`
      const configuration = { introspectionEndpoint, introspectionEndpointMethod, ...header, ...credentials, ...places }
      return fromGravitee({ configuration }, { checkToken: true })
    }
    return [springCheckToken({ baseUrl, ...credentials }), byGravitee('POST'), byGravitee('GET')]
  }

  test("is read by springCheckToken(), and by fromGravitee() with the example of Gravitee's page", async () => {
    const server = await start({ dialects: { checkToken: true }, now: clock.now })
    const { origin, issueToken } = server.dialect('checkToken')
    const [good, revoked] = [await issueToken(), await issueToken()]
    await server.revoke(revoked)
    for (const preset of presets(origin)) expect(await judge(preset, good, revoked, 'unknown')).toEqual(['granted', inactive, inactive])
  })
})

describe('clientCredentials() gets a token of axway', () => {
  test('in the header and in the query', async () => {
    for (const place of ['header', 'query'] as const) {
      const { tokenEndpoint } = (await start({ dialects: { axway: { clientInformation: place } } })).dialect('axway')
      const source = clientCredentials({ tokenEndpoint, clientId: 'app', clientSecret: 'app-secret', credentialsIn: place, scope: 'read' })
      expect(await source.token()).toMatch(/^\w{54}$/)
    }
  })

  test('by key pair', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const settings = { clientInformation: 'keyPair', publicKeys: { app: await exportJWK(publicKey) } } as const
    const { tokenEndpoint } = (await start({ dialects: { axway: settings } })).dialect('axway')
    const key = await exportJWK(privateKey)
    const source = clientCredentials({
      tokenEndpoint,
      clientAuthentication: privateKeyJwt({ clientId: 'app', key, algorithm: 'ES256', audience: tokenEndpoint }),
    })
    expect(await source.token()).toMatch(/^\w{54}$/)
  })
})
