import { describe, expect, it } from '@jest/globals'
import {
  clientSecretPost,
  createResourceServer,
  friendlyOAuth2,
  type Options,
  type PresetOptions,
  springCheckToken,
  wso2,
} from '../../src/index.ts'

const pem = '-----BEGIN CERTIFICATE-----'

describe('wso2()', () => {
  const client = { id: 'id', secret: 'CANARY' }

  it.each([
    ['https://localhost:9443', undefined, 'https://localhost:9443/oauth2/introspect'],
    ['https://localhost:9443/', 'carbon.super', 'https://localhost:9443/oauth2/introspect'],
    ['https://localhost:9443/is//', 'foo.com', 'https://localhost:9443/is/t/foo.com/oauth2/introspect'],
  ])('asks at %s for the tenant %s', (baseUrl, tenant, url) => {
    expect(wso2({ baseUrl, client, ...(tenant === undefined ? {} : { tenant }) }).introspectionEndpoint).toBe(url)
  })

  it('trusts the certificates it is given', () => {
    expect(wso2({ baseUrl: 'https://localhost:9443', client, ca: pem })).toMatchObject({ http: { ca: [pem] } })
  })

  it.each<[object, string]>([
    [{}, '"client" or "user" is needed, and not both'],
    [{ client, user: { name: 'a', password: 'b' } }, '"client" or "user" is needed, and not both'],
    [{ client: { id: 'id' } }, '"client.secret" is needed'],
    [{ client: { id: 'id', secret: undefined } }, '"client.secret" is undefined'],
    [{ client: { ...client, name: 'x' } }, 'unknown option "client.name"'],
    [{ user: { name: 'a:b', password: 'CANARY' } }, '"user.name" must not have a colon'],
    [{ user: { name: '', password: 'CANARY' } }, '"user.name" must be a string that is not empty'],
    [{ client, tenant: '' }, '"tenant" must be the domain of a tenant'],
    [{ client, tenant: undefined }, '"tenant" is undefined'],
    ...['a/b', '..', '.', 'a/../b', 'a?b', 'a#b', 'a%2fb', 'a b', '.a', 'a.'].map((tenant): [object, string] => [
      { client, tenant },
      '"tenant" must be the domain of a tenant',
    ]),
    [{ client, ca: [] }, '"ca" must be'],
    [{ client, baseUrl: 'localhost:9443' }, '"baseUrl" must be an absolute https URL'],
    [{ client, baseUrl: 'https://u:CANARY@as.example' }, '"baseUrl" must be an absolute https URL without user name'],
    [{ client, baseUrl: 'https://as.example/?' }, '"baseUrl" must be an absolute https URL'],
    [{ client, baseUrl: undefined }, '"baseUrl" is undefined'],
  ])('finds fault with %j', (given, message) => {
    const settings = { baseUrl: 'https://localhost:9443', ...given } as Parameters<typeof wso2>[0]
    expect(() => wso2(settings)).toThrow(TypeError)
    expect(() => wso2(settings)).toThrow(message)
    expect(() => wso2(settings)).not.toThrow(/CANARY/)
  })
})

describe('friendlyOAuth2()', () => {
  const baseUrl = 'http://localhost:9000'

  it('takes any client authentication', () => {
    const clientAuthentication = clientSecretPost('client1', 'secret1')
    expect(friendlyOAuth2({ baseUrl, clientAuthentication })).toMatchObject({ clientAuthentication })
  })

  it.each<[object, string]>([
    [{}, '"clientId" is needed'],
    [{ clientId: 'a', clientSecret: undefined }, '"clientSecret" is undefined'],
    [{ clientAuthentication: clientSecretPost('a', 'b'), clientId: 'a' }, '"clientAuthentication" must not stand beside'],
    [{ clientAuthentication: 'basic' }, '"clientAuthentication" must be a client authentication method'],
    [{ clientAuthentication: undefined }, '"clientAuthentication" is undefined'],
    [{ baseUrl: '/oauth2', clientId: 'a', clientSecret: 'b' }, '"baseUrl" must be an absolute https URL'],
  ])('finds fault with %j', (given, message) => {
    expect(() => friendlyOAuth2({ baseUrl, ...given } as Parameters<typeof friendlyOAuth2>[0])).toThrow(message)
  })
})

describe('springCheckToken()', () => {
  it.each<[object, string]>([
    [{ clientId: 'a' }, '"clientSecret" is needed'],
    [{ clientId: 'a:b', clientSecret: 'c' }, '"clientId" must not have a colon'],
    [{ clientId: 'a', clientSecret: 'c', baseUrl: '' }, '"baseUrl" must be an absolute https URL'],
    [{ clientId: 'a', clientSecret: 'c', url: '' }, 'unknown option "url"'],
  ])('finds fault with %j', (given, message) => {
    const settings = { baseUrl: 'https://as.example', ...given } as Parameters<typeof springCheckToken>[0]
    expect(() => springCheckToken(settings)).toThrow(message)
  })
})

describe('options of a preset', () => {
  const friendly = friendlyOAuth2({ baseUrl: 'https://as.example', clientId: 'a', clientSecret: 'b' })

  /** What becomes of a token about which the server says this, and how often it is asked in two requests. */
  async function judge(options: PresetOptions | Options, body: object, status = 200): Promise<string> {
    let calls = 0
    const transport = (): Promise<Response> => {
      calls++
      return Promise.resolve(Response.json(body, { status }))
    }
    const server = createResourceServer({ ...options, audience: null, retries: 0, transport })
    const ask = async (): Promise<string> => {
      const outcome = await server.authorize({ method: 'GET', url: '/', header: () => ['Bearer token-of-16-chars'], native: undefined })
      return outcome.outcome === 'refused' ? outcome.reason : outcome.outcome
    }
    await ask()
    return `${await ask()} after ${calls}`
  }

  it.each<[object, number, string]>([
    [{ error: 'invalid_grant' }, 200, 'token_inactive after 1'],
    [{ active: true, error: 'invalid_grant' }, 200, 'token_inactive after 1'],
    [{ error: 'invalid_grant' }, 503, 'token_inactive after 1'],
    [{ error: 'invalid_client' }, 401, 'authorization_server_rejected_us after 2'],
    [{ error: 'server_error' }, 200, 'authorization_server_unavailable after 2'],
    [{ error: ['invalid_grant'] }, 200, 'authorization_server_unavailable after 2'],
  ])('keep their habits when they are spread: %j with %i', async (body, status, outcome) => {
    expect(await judge({ ...friendly, audience: null }, body, status)).toBe(outcome)
  })

  it('leave other servers as they are', async () => {
    const standard = { introspectionEndpoint: 'https://as.example/i', clientId: 'a', clientSecret: 'b' }
    const options = { ...standard, introspectionReply: { inactiveErrors: ['invalid_grant'] } }
    expect(await judge(options, { error: 'invalid_grant' })).toBe('authorization_server_unavailable after 2')
    expect(await judge(options, { error: 'invalid_grant' }, 401)).toBe('authorization_server_rejected_us after 2')
    expect(await judge(options, { error: 'invalid_grant' }, 400)).toBe('token_inactive after 1')
  })

  it('are never written to', () => {
    expect(Object.isFrozen(friendly)).toBe(true)
    expect(Object.isFrozen(springCheckToken({ baseUrl: 'https://as.example', clientId: 'a', clientSecret: 'b' }))).toBe(true)
  })
})
