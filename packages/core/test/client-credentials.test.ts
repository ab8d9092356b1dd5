import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  type AuthorizationServer,
  type Behaviour,
  bytes,
  certifiedClient,
  findClosedPort,
  json,
  raw,
  reset,
  silence,
  startAuthorizationServer,
} from '@oauth-introspect/testkit'
import {
  bearerToken,
  clientCredentials,
  clientSecretJwt,
  clientSecretPost,
  createResourceServer,
  IntrospectionError,
  type TokenSource,
  tlsClientAuth,
} from '../src/index.ts'
import { bearer } from './server-bench.ts'

const clientSecret = 'CANARY-secret-5b21e0c79a'
const issued = (token: string, more: object = {}): Behaviour =>
  json({ access_token: token, token_type: 'Bearer', expires_in: 300, ...more })

let as: AuthorizationServer
let clock: number

beforeEach(async () => {
  as = await startAuthorizationServer()
  clock = Date.parse('2026-11-21T12:00:00Z')
})
afterEach(() => as.close())

function make(more: object = {}): TokenSource {
  const options = { tokenEndpoint: `${as.origin}/token`, clientId: 'rs-client', clientSecret, now: () => clock, ...more }
  return clientCredentials(options)
}

async function faultOf(source: TokenSource): Promise<IntrospectionError> {
  const thrown: unknown = await source.token().then(
    () => 'a token',
    (error: unknown) => error,
  )
  if (IntrospectionError.is(thrown)) return thrown
  throw new Error(`expected an IntrospectionError, not ${inspect(thrown)}`)
}

describe('a token of our own', () => {
  it('is asked for by the client credentials grant, credentials in the header', async () => {
    as.behave(issued('ours'))
    expect(await make().token()).toBe('ours')
    const [call] = as.calls
    expect(call).toMatchObject({ method: 'POST', url: '/token', body: 'grant_type=client_credentials' })
    expect(call?.headers.authorization).toBe(`Basic ${btoa(`rs-client:${clientSecret}`)}`)
    expect(call?.headers).toMatchObject({ accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' })
  })

  it('is asked for with credentials in the form, or in the query behind what is there', async () => {
    as.behave(issued('ours'))
    await make({ credentialsIn: 'form' }).token()
    await make({ credentialsIn: 'query', tokenEndpoint: `${as.origin}/token?a=b%20c`, clientSecret: 'a&b+c' }).token()
    expect(as.calls.map(({ url, body }) => [url, body])).toEqual([
      ['/token', `grant_type=client_credentials&client_id=rs-client&client_secret=${clientSecret}`],
      ['/token?a=b%20c&client_id=rs-client&client_secret=a%26b%2Bc', 'grant_type=client_credentials'],
    ])
    expect(as.calls.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
  })

  it('is asked for with scope, resources, parameters and another client authentication', async () => {
    as.behave(issued('ours'))
    const more = { scope: 'introspect a', resource: ['https://a.example', 'https://b.example'], parameters: { tenant: 't 1' } }
    const source = clientCredentials({
      tokenEndpoint: `${as.origin}/token`,
      clientAuthentication: clientSecretPost('other', clientSecret),
      ...more,
    })
    await source.token()
    expect([...(as.calls[0]?.form ?? [])]).toEqual([
      ['grant_type', 'client_credentials'],
      ['scope', 'introspect a'],
      ['resource', 'https://a.example'],
      ['resource', 'https://b.example'],
      ['tenant', 't 1'],
      ['client_id', 'other'],
      ['client_secret', clientSecret],
    ])
  })

  it('is kept until shortly before its expiry, and then renewed while it is still handed out', async () => {
    as.behave(issued('first'), issued('second'))
    const source = make()
    await source.token()
    clock += 269_999
    expect(await source.token()).toBe('first')
    expect(as.calls).toHaveLength(1)
    clock += 1
    expect(await source.token()).toBe('first')
    await until(() => as.calls.length === 2)
    await until(async () => (await source.token()) === 'second')
    expect(as.calls).toHaveLength(2)
  })

  it('is waited for once it has expired', async () => {
    as.behave(issued('first'), issued('second'))
    const source = make()
    await source.token()
    clock += 300_000
    expect(await source.token()).toBe('second')
  })

  it.each([
    ['half of a short life', { expires_in: 40 }, 20, {}],
    ['a life of no length', { expires_in: 0 }, 0, {}],
    ['five minutes where nothing is said', { expires_in: undefined }, 270, {}],
    ['what is written as text', { expires_in: '100' }, 70, {}],
    ['a time of its own choice', { expires_in: 100 }, 90, { renewAheadSeconds: 10 }],
  ])('is used for %s before the next is fetched', async (_what, more, seconds, options) => {
    as.behave(issued('first', more), issued('second', more))
    const source = make(options)
    await source.token()
    clock += seconds * 1000 - 1
    if (seconds > 0) await source.token()
    expect(as.calls).toHaveLength(1)
    clock += 1
    await source.token()
    await until(() => as.calls.length === 2)
  })

  it('is fetched once for any number of callers', async () => {
    as.behave(issued('ours'))
    const source = make()
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => source.token())))).toEqual(new Set(['ours']))
    expect(as.calls).toHaveLength(1)
  })

  it('is forgotten when it was refused', async () => {
    as.behave(issued('first'), issued('second'))
    const source = make()
    await source.token()
    source.invalidate()
    expect(await source.token()).toBe('second')
  })

  it('is still handed out when renewing ahead of time fails, and the failure is told when it has expired', async () => {
    as.behave(issued('first'), json({}, 503))
    const source = make()
    await source.token()
    clock += 280_000
    expect(await source.token()).toBe('first')
    await until(() => as.calls.length === 2)
    expect(await source.token()).toBe('first')
    clock += 20_000
    expect((await faultOf(source)).code).toBe('ENDPOINT_UNAVAILABLE')
    as.behave(issued('second'))
    expect(await source.token()).toBe('second')
  })

  it('is asked for where the metadata of the issuer say, found once [MD-15] [MD-16]', async () => {
    const calls = (): string[] => as.calls.map(({ method, url }) => `${method} ${url}`)
    const metadata = json({ issuer: as.origin, token_endpoint: `${as.origin}/oauth/token?tenant=a` })
    as.behave(metadata, issued('ours', { expires_in: 60 }), issued('next'))
    const clientAuthentication = clientSecretJwt('rs-client', clientSecret.repeat(2))
    const source = clientCredentials({ issuer: as.origin, clientAuthentication, now: () => clock })
    expect(await source.token()).toBe('ours')
    clock += 60_000
    expect(await source.token()).toBe('next')
    expect(calls()).toEqual(['GET /.well-known/oauth-authorization-server', 'POST /oauth/token?tenant=a', 'POST /oauth/token?tenant=a'])
    const [, payload = ''] = as.calls[1]?.form.get('client_assertion')?.split('.') ?? []
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ aud: as.origin })
  })

  it('is asked for at the endpoint where issuer and endpoint are given: nothing is discovered', async () => {
    as.behave(issued('ours'))
    expect(await make({ issuer: 'https://as.example' }).token()).toBe('ours')
    expect(as.calls.map(({ url }) => url)).toEqual(['/token'])
  })

  it.each([
    ["another issuer's", { issuer: 'https://other.example', token_endpoint: 'https://other.example/token' }],
    ['without the endpoint', {}],
    ['that turn our method away', { token_endpoint_auth_methods_supported: ['private_key_jwt'] }],
  ])('is not asked for by metadata %s', async (_what, more) => {
    as.behave(json({ issuer: as.origin, ...(Object.keys(more).length > 0 ? { token_endpoint: `${as.origin}/token` } : {}), ...more }))
    const source = clientCredentials({ issuer: as.origin, clientId: 'rs-client', clientSecret, now: () => clock })
    expect((await faultOf(source)).code).toBe('DISCOVERY_FAILED')
    expect(as.calls.every(({ method }) => method === 'GET')).toBe(true)
  })

  it('comes over a transport of the application too', async () => {
    as.behave(issued('ours'))
    expect(await make({ transport: fetch }).token()).toBe('ours')
  })
})

/** Waits until something on the other side of a socket has happened. */
async function until(happened: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await happened())) await new Promise(setImmediate)
}

describe('a token that cannot be had', () => {
  const told = 'CANARY of the server'
  it.each<[string, Behaviour, string, string]>([
    ['401', json({ error: 'invalid_client', error_description: told }, 401), 'CLIENT_REJECTED', 'refused our client credentials'],
    [
      '400 about the client',
      json({ error: 'invalid_client', error_description: told }, 400),
      'CLIENT_REJECTED',
      'refused our client credentials',
    ],
    ['400 about its rights', json({ error: 'unauthorized_client' }, 400), 'CLIENT_REJECTED', 'refused our client credentials'],
    [
      '400 about the scope',
      json({ error: 'invalid_scope', error_description: told }, 400),
      'REQUEST_REJECTED',
      'refused our request with status 400',
    ],
    ['404', raw(told, 404), 'REQUEST_REJECTED', 'refused our request with status 404'],
    ['503 with Retry-After', json({}, 503, { 'retry-after': '7' }), 'ENDPOINT_UNAVAILABLE', 'answered with status 503'],
    ['429', json({}, 429), 'ENDPOINT_UNAVAILABLE', 'answered with status 429'],
    ['a redirect', raw('', 307, { location: 'https://evil.example' }), 'RESPONSE_NOT_CONFORM', 'its status is 307'],
    ['201', json({ access_token: 'ours', token_type: 'Bearer' }, 201), 'RESPONSE_NOT_CONFORM', 'its status is 201'],
    ['HTML', raw(`<p>${told}`, 200, { 'content-type': 'text/html' }), 'RESPONSE_NOT_CONFORM', 'its media type is not application/json'],
    ['no JSON', raw(told, 200, { 'content-type': 'application/json' }), 'RESPONSE_NOT_CONFORM', 'it is not JSON'],
    ['no token', json({ token_type: 'Bearer' }), 'RESPONSE_NOT_CONFORM', '"access_token" is not a bearer token'],
    ['a token that is none', issued(`${told}\r\n`), 'RESPONSE_NOT_CONFORM', '"access_token" is not a bearer token'],
    ['another type', issued('ours', { token_type: 'DPoP' }), 'RESPONSE_NOT_CONFORM', '"token_type" is not "Bearer"'],
    ['no type', issued('ours', { token_type: undefined }), 'RESPONSE_NOT_CONFORM', '"token_type" is not "Bearer"'],
    ['a life that is no number', issued('ours', { expires_in: [told] }), 'RESPONSE_NOT_CONFORM', '"expires_in" is not a number'],
    ['a negative life', issued('ours', { expires_in: -1 }), 'RESPONSE_NOT_CONFORM', '"expires_in" is not a number'],
    ['a huge reply', issued('a'.repeat(70_000)), 'RESPONSE_TOO_LARGE', 'larger than 65536 bytes'],
    ['a reset', reset, 'ENDPOINT_UNREACHABLE', 'cannot be reached'],
    ['what is no HTTP', bytes(`220 ${told}\r\n`), 'ENDPOINT_UNREACHABLE', 'cannot be reached'],
  ])('because of %s is an IntrospectionError in constant words', async (_what, behaviour, code, message) => {
    as.behave(behaviour)
    const fault = await faultOf(make())
    expect(fault.code).toBe(code)
    expect(fault.message).toContain(message)
    expect(fault.message).toMatch(/^the (token endpoint|token reply|reply of the token endpoint) /)
    expect(inspect(fault, { depth: 9, showHidden: true })).not.toContain('CANARY')
    as.behave(issued('ours'))
  })

  it('says when to come again, where the server does', async () => {
    as.behave(json({}, 503, { 'retry-after': '7' }))
    expect((await faultOf(make())).retryAfterSeconds).toBe(7)
  })

  it('ends a wait at the deadline, and leaves nothing behind', async () => {
    as.behave(silence)
    const source = make({ timeoutMs: 50 })
    expect((await faultOf(source)).code).toBe('ENDPOINT_TIMEOUT')
    as.behave(issued('ours'))
    expect(await source.token()).toBe('ours')
  })

  it('fails all that wait for it, and nobody after', async () => {
    as.behave(json({}, 500), issued('ours'))
    const source = make()
    const waiting = await Promise.allSettled([source.token(), source.token()])
    expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(as.calls).toHaveLength(1)
    expect(await source.token()).toBe('ours')
  })

  it('is unreachable where nobody listens', async () => {
    expect((await faultOf(make({ tokenEndpoint: `http://127.0.0.1:${await findClosedPort()}/token` }))).code).toBe('ENDPOINT_UNREACHABLE')
  })
})

describe('options of clientCredentials()', () => {
  it.each<[string, object, string]>([
    ['nothing at all', { tokenEndpoint: undefined }, '"tokenEndpoint" is undefined: is an environment variable missing?'],
    ['http', { tokenEndpoint: 'http://as.example/token' }, '"tokenEndpoint" must be an https URL'],
    ['no secret', { clientSecret: undefined }, '"clientSecret" is undefined'],
    ['an empty secret', { clientSecret: '' }, '"clientSecret" must be a string that is not empty'],
    ['a number for a secret', { clientSecret: 8675309 }, '"clientSecret" must be a string that is not empty, got a number'],
    ['another place', { credentialsIn: 'cookie' }, '"credentialsIn" must be "header" or "form" or "query"'],
    [
      'two ways of authentication',
      { clientAuthentication: clientSecretPost('a', 'b') },
      '"clientId" must not stand beside "clientAuthentication"',
    ],
    ['a scope of no length', { scope: '' }, '"scope" must be'],
    ['a resource that is none', { resource: [] }, '"resource" must be'],
    ['a grant as a parameter', { parameters: { grant_type: 'password' } }, '"parameters" must not have "grant_type"'],
    ['a secret as a parameter', { parameters: { client_secret: 'CANARY' } }, '"parameters" must not have "client_secret"'],
    ['a parameter that is no text', { parameters: { a: 1 } }, '"parameters.a" must be a string'],
    ['parameters that are none', { parameters: 'a' }, '"parameters" must be an object of strings'],
    ['no time at all', { timeoutMs: 0 }, '"timeoutMs" must be'],
    ['connections that are none', { http: true }, '"http" must be an object'],
    ['another port for a proxy', { http: { proxy: 'CANARY:8080' } }, '"http.proxy" must be'],
    ['an authority that is none', { http: { ca: 'CANARY' } }, '"http.ca" cannot be read'],
    ['connections twice', { http: {}, transport: fetch }, '"http" must not stand beside "transport"'],
    ['an unknown name', { tokenEndPoint: 'x' }, 'did you mean "tokenEndpoint"?'],
  ])('are faults with %s', (_what, more, message) => {
    expect(() => make(more)).toThrow(TypeError)
    expect(() => make(more)).toThrow(message)
    expect(() => make(more)).not.toThrow(/CANARY|8675309/)
  })

  it('are faults with a method that cannot do its part there', () => {
    const tokenEndpoint = 'https://as.example/token'
    const assertion = clientSecretJwt('id', 'CANARY')
    const fault = '"issuer" is needed for client_secret_jwt, or an "audience" of its own'
    expect(() => clientCredentials({ tokenEndpoint, clientAuthentication: assertion })).toThrow(fault)
    const certificate = tlsClientAuth({ clientId: 'id', ...certifiedClient })
    expect(() => clientCredentials({ tokenEndpoint, clientAuthentication: certificate, transport: fetch })).toThrow(
      '"transport" must not stand beside tls_client_auth',
    )
    const broken = tlsClientAuth({ clientId: 'id', cert: certifiedClient.cert, key: 'CANARY' })
    expect(() => clientCredentials({ tokenEndpoint, clientAuthentication: broken })).toThrow('the client certificate cannot be used')
  })

  it('show no secret and no token when they are printed', async () => {
    as.behave(issued('CANARY-ours'))
    const source = make()
    await source.token()
    expect(inspect(source, { depth: 9, showHidden: true }) + JSON.stringify(source)).not.toContain('CANARY')
  })
})

describe('a resource server that authenticates by such a token', () => {
  const introspections = (): string[] =>
    as.calls.filter(({ url }) => url === '/introspect').map(({ headers }) => headers.authorization ?? '')

  function serve(source: TokenSource): ReturnType<typeof createResourceServer> {
    return createResourceServer({
      introspectionEndpoint: as.introspectionEndpoint,
      clientAuthentication: bearerToken(source),
      audience: null,
      cache: false,
      now: () => clock,
    })
  }

  it('presents it, and a new one once when it was refused, once a minute at most', async () => {
    let issuedSoFar = 0
    const good = new Set<string>()
    as.behave((call, response) => {
      if (call.url === '/token') issued(`t${++issuedSoFar}`)(call, response)
      else if (good.has(call.headers.authorization ?? '')) json({ active: true })(call, response)
      else json({ error: 'invalid_token' }, 401)(call, response)
    })
    const server = serve(make())
    good.add('Bearer t1').add('Bearer t2')
    expect(await server.authorize(bearer())).toMatchObject({ outcome: 'granted' })
    good.delete('Bearer t1')
    expect(await server.authorize(bearer())).toMatchObject({ outcome: 'granted' })
    expect(introspections()).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2'])
    good.delete('Bearer t2')
    expect(await server.authorize(bearer())).toMatchObject({ status: 500, reason: 'authorization_server_rejected_us' })
    expect(issuedSoFar).toBe(2)
    clock += 60_000
    good.add('Bearer t3')
    expect(await server.authorize(bearer())).toMatchObject({ outcome: 'granted' })
    expect(issuedSoFar).toBe(3)
    await server.close()
  })

  it('answers 503 when none can be had because of an outage, and 500 when our credentials are refused', async () => {
    as.behave(json({}, 502))
    const server = serve(make())
    expect(await server.authorize(bearer())).toMatchObject({ status: 503, reason: 'authorization_server_unavailable' })
    as.behave(json({ error: 'invalid_client' }, 401))
    expect(await server.authorize(bearer())).toMatchObject({ status: 500, reason: 'authorization_server_rejected_us' })
    expect(introspections()).toEqual([])
    await server.close()
  })
})
