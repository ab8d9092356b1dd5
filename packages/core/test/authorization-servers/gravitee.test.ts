import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { createResourceServer, explainGravitee, fromGravitee, type GraviteeSettings } from '../../src/index.ts'

const secret = 'CANARY-secret'
const minimal = { introspectionEndpoint: 'https://as.example/introspect', clientId: 'id', clientSecret: secret }
const make = (more: object = {}, settings?: GraviteeSettings): ReturnType<typeof fromGravitee> =>
  fromGravitee({ ...minimal, ...more }, settings)
const codes = (resource: object, settings?: GraviteeSettings): readonly string[] =>
  explainGravitee(resource, settings).differences.map(({ code }) => code)

/** The message of the one TypeError. */
function faultOf(resource: unknown, settings?: unknown): string {
  try {
    fromGravitee(resource, settings as GraviteeSettings)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    const { message } = error as TypeError
    expect(message).toMatch(/^fromGravitee\(\): /)
    expect(inspect(error)).not.toContain('CANARY')
    return message
  }
  throw new Error('it was accepted')
}

describe('a configuration of Gravitee', () => {
  it('is an object or its JSON, with or without what API definitions have around it', () => {
    const expected = { introspectionEndpoint: 'https://as.example/introspect' }
    const wrapped = { name: 'as', type: 'oauth2', enabled: true, configuration: minimal }
    for (const given of [minimal, JSON.stringify(minimal), wrapped, { ...wrapped, configuration: JSON.stringify(minimal) }]) {
      expect(fromGravitee(given)).toMatchObject(expected)
    }
  })

  it('has the defaults of its documentation: GET, the token in the query, Basic', () => {
    const { introspectionRequest, clientAuthentication, introspectionReply, ...others } = make()
    expect(introspectionRequest).toEqual({ method: 'GET', tokenIn: ['query'], tokenParameter: 'token', tokenTypeHint: false })
    expect(clientAuthentication).toMatchObject({ method: 'client_secret_basic', identity: 'id', unencoded: true })
    expect(introspectionReply).toBeUndefined()
    expect(Object.keys(others)).toEqual(['introspectionEndpoint'])
  })

  it('takes null and the empty strings of forms for what was not said', () => {
    expect(make({ tokenQueryParamName: '', tokenHeaderName: null, ssl: null, http: null, authorizationServerUrl: '' })).toMatchObject({
      introspectionRequest: { tokenIn: ['query'], tokenParameter: 'token' },
    })
  })

  it.each([
    [{ authorizationServerUrl: 'https://as.example', introspectionEndpoint: '/introspect' }, 'https://as.example/introspect'],
    [{ authorizationServerUrl: 'https://as.example//realm//', introspectionEndpoint: '//a//b' }, 'https://as.example/realm/a/b'],
    [{ authorizationServerUrl: 'https://as.example', introspectionEndpoint: 'a?x=//y' }, 'https://as.example/a?x=//y'],
    [{ authorizationServerUrl: 'https://as.example', introspectionEndpoint: undefined }, 'https://as.example/oauth/check_token'],
    [{ authorizationServerUrl: 'https://authorization_server' }, 'https://as.example/introspect'],
    [{ authorizationServerUrl: 'https://other.example' }, 'https://as.example/introspect'],
  ])('finds where to ask: %j', (given, url) => {
    const whole = Object.fromEntries(Object.entries({ ...minimal, ...given }).filter(([, value]) => value !== undefined))
    expect(fromGravitee(whole).introspectionEndpoint).toBe(url)
  })

  it('puts the token where it says, in several places too', () => {
    const everywhere = {
      introspectionEndpointMethod: 'post',
      tokenIsSuppliedByFormUrlEncoded: true,
      tokenFormUrlEncodedName: 'access_token',
      tokenIsSuppliedByHttpHeader: true,
      tokenHeaderName: 'X-Token',
    }
    expect(make(everywhere).introspectionRequest).toEqual({
      method: 'POST',
      tokenIn: ['form', 'query', 'header'],
      tokenParameter: 'token',
      tokenHeader: 'X-Token',
      tokenTypeHint: false,
    })
    const onlyForm = { ...everywhere, tokenIsSuppliedByQueryParam: false, tokenIsSuppliedByHttpHeader: false }
    expect(make(onlyForm).introspectionRequest).toMatchObject({ tokenIn: ['form'], tokenParameter: 'access_token' })
  })

  it('has each place its own name for the token, on the wire', async () => {
    const requests: string[] = []
    const server = createResourceServer({
      ...make({ introspectionEndpointMethod: 'POST', tokenIsSuppliedByFormUrlEncoded: true, tokenFormUrlEncodedName: 'access_token' }),
      audience: null,
      transport: (url, init) => {
        requests.push(`${url} ${String(init.body)}`)
        return Promise.resolve(Response.json({ active: false }))
      },
    })
    await server.authorize({ method: 'GET', url: '/', header: (name) => (name === 'authorization' ? ['Bearer a+b'] : []), native: null })
    expect(requests).toEqual(['https://as.example/introspect?token=a%2Bb access_token=a%2Bb'])
  })

  it('authenticates as it says, or not at all', async () => {
    const odd = {
      clientAuthorizationHeaderName: 'X-Client',
      clientAuthorizationHeaderScheme: ' Custom ',
      clientId: 'a b',
      clientSecret: 'c:d%',
    }
    expect(await make(odd).clientAuthentication.credentials({ issuer: undefined, now: 0 })).toEqual({
      headers: { 'x-client': `Custom ${btoa('a b:c:d%')}` },
    })
    const nobody = fromGravitee({ introspectionEndpoint: 'https://as.example/i', useClientAuthorizationHeader: false })
    expect(nobody.clientAuthentication).toMatchObject({ method: 'none' })
  })

  it('hands expressions to "resolve" as they are written, within a text too', () => {
    const seen: string[] = []
    const resolve = (expression: string): string => {
      seen.push(expression)
      return expression.includes('host') ? 'as.example' : 'resolved'
    }
    const written = { introspectionEndpoint: "https://{#dictionaries['a}b']['host']}/{#x}/i", clientId: '{#secrets.get("/v:{id}")}' }
    expect(make(written, { resolve }).introspectionEndpoint).toBe('https://as.example/resolved/i')
    expect(seen).toEqual(["{#dictionaries['a}b']['host']}", '{#x}', '{#secrets.get("/v:{id}")}'])
  })

  it('honours scopeSeparator, checkToken and the scopes of the policy', () => {
    expect(make({ scopeSeparator: ',' })).toMatchObject({ scopeSeparator: ',' })
    expect(make({}, { checkToken: true })).toMatchObject({ introspectionReply: { missingActive: 'checkToken' } })
    const policy = { oauthResource: 'as', requiredScopes: ['a', 'b'], checkRequiredScopes: true }
    for (const given of [policy, JSON.stringify(policy), { oauth2: policy }, { policy: 'oauth2', configuration: policy }]) {
      expect(make({}, { policy: given })).toMatchObject({ requiredScopes: ['a', 'b'] })
    }
    expect(make({}, { policy: { ...policy, modeStrict: false } })).toMatchObject({ requiredScopes: { anyOf: ['a', 'b'] } })
    expect(make({}, { policy: { ...policy, checkRequiredScopes: false } })).not.toHaveProperty('requiredScopes')
    expect(make({}, { policy: { ...policy, requiredScopes: [] } })).not.toHaveProperty('requiredScopes')
  })

  it('goes on with options of your own, warnings included', () => {
    const events: string[] = []
    const options = { ...make(), audience: null, onEvent: (event: object) => events.push((event as { code: string }).code) }
    createResourceServer(options)
    expect(events).toEqual(['TOKEN_IN_URL', 'UNENCODED_CREDENTIALS', 'TLS_VERIFIED', 'TOKEN_ENCODED', 'ACTIVE_DEMANDED'])
  })
})

describe('connections of Gravitee', () => {
  const verified = { ssl: {} }

  it('have its deadline, number, protocol and proxy', () => {
    const http = { version: 'HTTP_2', readTimeout: 3000, connectTimeout: 1, idleTimeout: 1, maxConcurrentConnections: 7 }
    expect(make({ ...verified, http })).toMatchObject({ timeoutMs: 3000, http: { http2: true, maxConnections: 7 } })
    expect(make({ ...verified, http: {} })).toMatchObject({ timeoutMs: 10_000, http: { maxConnections: 20 } })
    expect(make({ ...verified, useSystemProxy: true })).toMatchObject({ http: { proxy: 'system' } })
    expect(make({ ...verified, proxy: { enabled: true, useSystemProxy: true } })).toMatchObject({ http: { proxy: 'system' } })
    expect(make({ ...verified, proxy: { enabled: false, useSystemProxy: true } })).not.toHaveProperty('http')
    expect(make({ ...verified, proxy: { enabled: true, host: '::1', port: 3128 } })).toMatchObject({ http: { proxy: 'http://[::1]:3128' } })
  })

  it('do not print the password of a proxy', () => {
    const options = make({ proxy: { enabled: true, type: 'HTTP', host: 'p', port: 1, username: 'a@b', password: 'CANARY' } })
    expect(options.http?.proxy).toBe('http://a%40b:CANARY@p:1')
    expect(inspect({ ...options }, { depth: 9 }) + JSON.stringify(options)).not.toContain('CANARY')
  })

  const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'

  it('trust what the trust store holds, as text or Base64', () => {
    for (const content of [pem, btoa(pem)]) {
      expect(make({ ssl: { trustStore: { type: 'pem', content } } })).toMatchObject({ http: { ca: [pem] } })
    }
    expect(make({ ssl: { trustStore: { type: 'NONE' }, keyStore: { type: '' } } })).not.toHaveProperty('http')
  })

  it('show the certificate of the key store, beside the credentials and without', () => {
    const keyStore = { type: 'PEM', certContent: pem, keyContent: 'CANARY -----BEGIN ', keyPassword: 'CANARY' }
    const both = make({ ssl: { keyStore } })
    expect(both.clientAuthentication).toMatchObject({ method: 'client_secret_basic' })
    expect(both.clientAuthentication.certificate?.()).toEqual({ cert: pem, key: 'CANARY -----BEGIN ', passphrase: 'CANARY' })
    const alone = make({
      useClientAuthorizationHeader: false,
      ssl: { keyStore: { type: 'PKCS12', content: btoa('p12'), password: 'CANARY' } },
    })
    expect(alone.clientAuthentication).toMatchObject({ method: 'tls_client_auth', identity: 'id' })
    expect(alone.clientAuthentication.certificate?.()).toEqual({ pfx: new TextEncoder().encode('p12'), passphrase: 'CANARY' })
    expect(inspect([both, alone], { depth: 9 }) + JSON.stringify([both, alone])).not.toContain('CANARY')
  })
})

describe('what is different here', () => {
  const quiet = {
    ...minimal,
    introspectionEndpointMethod: 'POST',
    tokenIsSuppliedByQueryParam: false,
    tokenIsSuppliedByHttpHeader: true,
    tokenHeaderName: 'X-Token',
    useClientAuthorizationHeader: false,
    clientSecret: null,
    ssl: { hostnameVerifier: true },
  }
  const checkToken = { checkToken: true }

  it('is nothing where everything means the same', () => {
    expect(explainGravitee(quiet, checkToken)).toMatchObject({ differences: [], faults: [] })
  })

  it.each<[string, object, GraviteeSettings, string]>([
    ['no ssl', { ssl: null }, checkToken, 'TLS_VERIFIED'],
    ['trustAll', { ssl: { trustAll: true } }, checkToken, 'TLS_VERIFIED'],
    ['no host name verified', { ssl: { hostnameVerifier: false } }, checkToken, 'TLS_VERIFIED'],
    ['replies without "active"', {}, {}, 'ACTIVE_DEMANDED'],
    ['http', { introspectionEndpoint: 'http://as.example/i' }, checkToken, 'ENDPOINT_INSECURE'],
    ['scopes nobody checks', {}, { ...checkToken, policy: { requiredScopes: ['a'] } }, 'SCOPES_NOT_CHECKED'],
    ['Authorization that stays', {}, { ...checkToken, policy: { propagateAuthHeader: false } }, 'HEADER_KEPT'],
    ['a cache', {}, { ...checkToken, policy: { oauthCacheResource: 'c' } }, 'OPTIONS_UNUSED'],
    ['a separator', { scopeSeparator: ',' }, checkToken, 'OPTIONS_REVIVED'],
    ['a deadline', { http: { readTimeout: 1 } }, checkToken, 'OPTIONS_REVIVED'],
    ['a dead option', { userInfoEndpoint: '/me' }, checkToken, 'OPTIONS_UNUSED'],
    ['a form of a GET', { introspectionEndpointMethod: 'GET', tokenIsSuppliedByFormUrlEncoded: true }, checkToken, 'OPTIONS_UNUSED'],
    ['an option of tomorrow', { somethingElseEntirely: 1 }, checkToken, 'OPTIONS_UNUSED'],
    ['a URL twice', { authorizationServerUrl: 'https://other.example' }, checkToken, 'OPTIONS_UNUSED'],
    ['ciphers', { ssl: { tlsCiphers: ['x'] } }, checkToken, 'OPTIONS_UNUSED'],
  ])('%s', (_what, more, settings, code) => {
    expect(codes({ ...quiet, ...more }, settings)).toEqual([code])
  })

  it('an odd scheme, the token in the query, credentials as they are', () => {
    const more = {
      useClientAuthorizationHeader: true,
      clientSecret: 's',
      clientAuthorizationHeaderScheme: 'Bearer',
      tokenIsSuppliedByQueryParam: true,
    }
    expect(codes({ ...quiet, ...more }, checkToken)).toEqual(['SCHEME_UNUSUAL', 'UNENCODED_CREDENTIALS', 'TOKEN_IN_URL', 'TOKEN_ENCODED'])
  })

  it('is explained without a secret', () => {
    const explained = explainGravitee({
      ...minimal,
      introspectionEndpoint: 'https://as.example/i?key=CANARY',
      proxy: { enabled: true, host: 'h', port: 1, username: 'CANARY', password: 'CANARY' },
    })
    expect(explained.understood).toContainEqual({ option: 'introspectionEndpoint', becomes: 'GET https://as.example/i' })
    expect(JSON.stringify(explained)).not.toContain('CANARY')
  })
})

describe('a fault in a configuration of Gravitee', () => {
  it.each<[string, object, string]>([
    ['a misspelt option', { tokenIsSuppliedByQueryPram: false }, 'did you mean "tokenIsSuppliedByQueryParam"?'],
    ['an option that is undefined', { clientSecret: undefined }, '"clientSecret" is undefined: is an environment variable missing?'],
    ['no endpoint', { introspectionEndpoint: null }, '"introspectionEndpoint" is needed'],
    ['a path without a base', { introspectionEndpoint: '/i' }, '"authorizationServerUrl" must be'],
    [
      'a path below a placeholder',
      { introspectionEndpoint: '/i', authorizationServerUrl: 'https://authorization_server/' },
      '"authorizationServerUrl" must be',
    ],
    [
      'user name in the URL',
      { introspectionEndpoint: 'https://u:CANARY@as.example/i' },
      '"introspectionEndpoint" must be a URL without user name',
    ],
    [
      'the token in the URL already',
      { introspectionEndpoint: 'https://as.example/i?token=1' },
      '"introspectionEndpoint" must not have "token"',
    ],
    ['another method', { introspectionEndpointMethod: 'PUT' }, '"introspectionEndpointMethod" must be "GET" or "POST"'],
    ['a method that is no text', { introspectionEndpointMethod: 1 }, '"introspectionEndpointMethod" must be a string'],
    ['the token nowhere', { tokenIsSuppliedByQueryParam: false }, '"tokenIsSuppliedByFormUrlEncoded" must send the token'],
    ['a flag that is text', { tokenIsSuppliedByQueryParam: 'true' }, '"tokenIsSuppliedByQueryParam" must be true or false'],
    ['no name of the header', { tokenIsSuppliedByHttpHeader: true }, '"tokenHeaderName" is needed'],
    [
      'the header of the credentials',
      { tokenIsSuppliedByHttpHeader: true, tokenHeaderName: 'authorization' },
      '"tokenHeaderName" must not be "clientAuthorizationHeaderName"',
    ],
    [
      'a header of the request',
      { tokenIsSuppliedByHttpHeader: true, tokenHeaderName: 'Host' },
      '"tokenHeaderName" must not be the name of a field',
    ],
    ['credentials in one', { clientAuthorizationHeaderName: 'Accept' }, '"clientAuthorizationHeaderName" must not be the name of a field'],
    ['a header that is none', { clientAuthorizationHeaderName: 'X Y' }, '"clientAuthorizationHeaderName" must be a token'],
    ['a scheme that is none', { clientAuthorizationHeaderScheme: 'a b' }, '"clientAuthorizationHeaderScheme" must be a token'],
    ['a parameter with a meaning', { tokenQueryParamName: 'client_id' }, '"tokenQueryParamName" must not be "client_id"'],
    ['no client', { clientId: '' }, '"clientId" is needed'],
    ['a colon in the client', { clientId: 'a:b' }, '"clientId" must not have a colon'],
    ['an expression', { clientSecret: '{#secrets.CANARY}' }, '"clientSecret" has an expression, {#…}'],
    ['an expression without an end', { clientSecret: 'x{#CANARY' }, '"clientSecret" has an expression, {#…}'],
    ['SOCKS', { proxy: { enabled: true, type: 'SOCKS5', host: 'h', port: 1 } }, '"proxy.type" must be "HTTP"'],
    ['a proxy without address', { proxy: { enabled: true } }, '"proxy.host" and "proxy.port" are needed'],
    ['an address that is none', { proxy: { enabled: true, host: 'a/b', port: 1 } }, '"proxy.host" and "proxy.port" must be'],
    [
      'a Java store',
      { ssl: { trustStore: { type: 'JKS', path: 'x', password: 'CANARY' } } },
      '"ssl.trustStore.type" must not be "JKS", which only Java reads: keytool',
    ],
    ['another store', { ssl: { keyStore: { type: 'BKS' } } }, '"ssl.keyStore.type" must be'],
    ['a store that is empty', { ssl: { keyStore: { type: 'PKCS12' } } }, '"ssl.keyStore.path" or "ssl.keyStore.content" is needed'],
    [
      'a file that is not there',
      { ssl: { trustStore: { type: 'PEM', path: '/no/such/CANARY' } } },
      '"ssl.trustStore.path": the file cannot be read',
    ],
    ['what is not Base64', { ssl: { trustStore: { type: 'PEM', content: 'CANARY!' } } }, '"ssl.trustStore.content" must be PEM or Base64'],
    [
      'what is not PEM',
      { ssl: { trustStore: { type: 'PEM', content: btoa('CANARY') } } },
      '"ssl.trustStore" must hold certificates in PEM',
    ],
    ['what is not PKCS#12', { ssl: { trustStore: { type: 'PKCS12', content: btoa('CANARY') } } }, '"ssl.trustStore" cannot be read'],
    ['another protocol', { http: { version: 'HTTP_3' } }, '"http.version" must be "HTTP_1_1" or "HTTP_2"'],
    ['no time', { http: { readTimeout: 0 } }, '"http.readTimeout" must be a whole number of milliseconds'],
    ['no object', { ssl: 'CANARY' }, '"ssl" must be an object'],
  ])('is named: %s', (_what, more, message) => {
    expect(faultOf({ ...minimal, ...more })).toContain(message)
  })

  it.each<[string, unknown, unknown, string]>([
    ['no object', 7, {}, '"the resource" must be an object'],
    ['no JSON', '{"clientSecret": "CANARY"', {}, 'the resource cannot be read: it is not JSON'],
    ['another resource', { type: 'oauth2-am-resource', configuration: minimal }, {}, '"type" of the resource must be "oauth2"'],
    ['a resource that is off', { enabled: false, configuration: minimal }, {}, '"enabled" of the resource is not true'],
    ['another policy', minimal, { policy: { policy: 'jwt', configuration: {} } }, '"type" of the policy must be "oauth2"'],
    ['scopes of two words', minimal, { policy: { requiredScopes: ['a b'] } }, '"requiredScopes" must be single scopes'],
    ['scopes that are text', minimal, { policy: { requiredScopes: 'a' } }, '"requiredScopes" must be a list of strings'],
    ['an expression among scopes', minimal, { policy: { requiredScopes: ['{#a}'] } }, '"requiredScopes[0]" has an expression'],
    ['an unknown setting', minimal, { checktoken: true }, 'did you mean "checkToken"?'],
    ['a setting of another kind', minimal, { checkToken: 'yes' }, '"checkToken" must be true or false'],
    ['no function', minimal, { resolve: 'CANARY' }, '"resolve" must be a function'],
    [
      'a function that throws',
      { ...minimal, clientId: '{#a}' },
      {
        resolve: () => {
          throw new Error('CANARY')
        },
      },
      '"resolve" must give a text for the expression of "clientId"',
    ],
    ['a function that gives nothing', { ...minimal, clientId: '{#a}' }, { resolve: () => undefined }, '"resolve" must give a text'],
    ['a function that gives an expression', { ...minimal, clientId: '{#a}' }, { resolve: () => '{#CANARY}' }, '"resolve" must give a text'],
  ])('is told without its value: %s', (_what, resource, settings, message) => {
    expect(faultOf(resource, settings)).toContain(message)
  })

  it('comes with all the others', () => {
    const message = faultOf({ introspectionEndpointMethod: 'PUT', tokenIsSuppliedByQueryParam: false, ssl: 1 })
    for (const name of [
      'introspectionEndpoint',
      'clientId',
      'clientSecret',
      'introspectionEndpointMethod',
      'tokenIsSuppliedByHttpHeader',
      'ssl',
    ])
      expect(message).toContain(`"${name}"`)
  })
})
