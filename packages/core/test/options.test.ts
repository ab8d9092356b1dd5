import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { bearerToken } from '../src/client-authentication/bearer-token.ts'
import { clientSecretJwt } from '../src/client-authentication/client-secret-jwt.ts'
import { clientSecretPost } from '../src/client-authentication/client-secret-post.ts'
import { none } from '../src/client-authentication/none.ts'
import type { ListedServer } from '../src/listed-authorization-servers.ts'
import { resolveOptions } from '../src/resolve-options.ts'

const clock = (): number => 7

function resolveServer(options: object): ListedServer {
  const [server] = resolveOptions(options, clock).authorizationServers
  if (server === undefined) throw new Error('no authorization server')
  return server
}
const base = { introspectionEndpoint: 'https://as.example/introspect', clientId: 'rs-client', clientSecret: 'CANARY-secret' }

/** The message of the error that options of these kinds are. */
function faultOf(options: unknown): string {
  try {
    resolveOptions(options, clock)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    expect(inspect(error)).not.toContain('CANARY')
    return (error as TypeError).message
  }
  throw new Error('expected a TypeError')
}

const texts = 'a list of at least one string, none of them empty'
const seconds = 'a finite number of seconds that is not negative'
const noSeconds = [-1, NaN, Infinity, '60', null, [60]]
const wholes = (unit: string, range: string) => `a whole number of ${unit} ${range}`

/** Every option: values of the wrong kind, and what is expected instead. */
const wrongKinds: readonly (readonly [option: string, values: readonly unknown[], expected: string])[] = [
  [
    'introspectionEndpoint',
    ['', 'introspect', '//as.example', 'ftp://as.example', 'file:///x', 7, null, new URL('https://as.example')],
    'an absolute https URL',
  ],
  [
    'introspectionEndpoint',
    ['https://user@as.example', 'https://user:CANARY@as.example', 'https://:CANARY@as.example'],
    'a URL without user name and password',
  ],
  ['introspectionEndpoint', ['https://as.example/#x', 'https://as.example/#'], 'a URL without a fragment'],
  [
    'introspectionEndpoint',
    [
      'http://as.example',
      'http://127.0.0.1.evil.example',
      'http://localhost.evil.example',
      'http://notlocalhost',
      'http://128.0.0.1',
      'http://[::2]',
    ],
    'an https URL: http only on loopback, or with "allowInsecureEndpoint: true"',
  ],
  ['issuer', ['', 7, null, ['https://as.example']], 'a string that is not empty'],
  ['allowInsecureEndpoint', ['true', 1, null], 'true or false'],
  ['clientId', ['', 7, null, ['CANARY']], 'a string that is not empty'],
  ['clientSecret', ['', null, ['CANARY'], () => 'CANARY'], 'a string that is not empty'],
  [
    'requiredScopes',
    [7, null, true, {}, { allOf: ['a'] }, { anyOf: 'a' }, { anyOf: ['a'], allOf: [] }],
    'a string, a list of strings or { anyOf: [...] }',
  ],
  ['requiredScopes', [{ anyOf: [] }], 'an "anyOf" with at least one item'],
  ['requiredScopes', ['', ' ', [''], ['a', ''], { anyOf: ['a', ''] }], 'scopes that are not empty'],
  ['requiredScopes', [[1], ['a', null], { anyOf: [undefined] }], 'scopes that are strings'],
  ['requiredScopes', ['a"b', 'a\\b', 'ä', 'a\nb', 'a\tb'], 'scopes of the characters that RFC 6749 §3.3 allows'],
  ['audience', ['', [], [''], ['a', 7], 7, {}, true], `a string or ${texts}`],
  ['allowedClients', ['client', [], [''], [7], null, {}], texts],
  ['maxTokenAgeSeconds', noSeconds, seconds],
  ['scopeMatching', ['prefix', '', true, null, {}], '"exact", "hierarchic", "wildcard" or a function'],
  ['scopeSeparator', ['', 7, null, [',']], 'a string that is not empty'],
  ['requireExpiry', ['true', 1, null], 'true or false'],
  ['requireSubject', ['true', 0, null], 'true or false'],
  ['requireIssuer', ['false', {}, null], 'true or false'],
  ['clockToleranceSeconds', noSeconds, seconds],
  ['expiryToleranceSeconds', noSeconds, seconds],
  [
    'tokenSources',
    [[], 'header', ['cookie'], ['header', 'header'], ['header', 'cookie'], [null], {}, null, true],
    'a list of "header", "form" and "query", each at most once, or a function',
  ],
  ['skipPreflight', ['true', 1, null], 'true or false'],
  ['corsExposeHeaders', ['true', ['DPoP-Nonce'], null], 'true or false'],
  ['introspectionReply', [true, 'strict', [], null], 'an object'],
  ['introspectionReply.inactiveErrors', ['invalid_token', [''], [7], {}, null], 'a list of error codes'],
  ['introspectionReply.missingActive', ['accept', true, '', null], '"refuse" or "checkToken"'],
  ['signedIntrospection', [true, 'RS256', [], null], 'an object'],
  [
    'signedIntrospection.algorithms',
    [[], 'ES256', ['HS256'], ['ES256', 'HS256'], ['none'], ['es256'], ['toString'], [null], {}, null],
    'a list of asymmetric signature algorithms (RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519)',
  ],
  ['signedIntrospection.jwksUri', ['', 'jwks', 'ftp://as.example', 7, null], 'an absolute https URL'],
  ['signedIntrospection.jwksUri', ['https://user:CANARY@as.example'], 'a URL without user name and password'],
  ['signedIntrospection.jwksUri', ['http://as.example/jwks', 'http://127.0.0.1.evil.example'], 'an https URL: http only on loopback, got'],
  ['signedIntrospection.keys', ['CANARY', 7, null, {}, { keys: {} }], 'a list of JWKs or a JWK Set'],
  [
    'signedIntrospection.decryptionKey',
    [
      'CANARY',
      '-----BEGIN PUBLIC KEY-----\n',
      '-----BEGIN RSA PRIVATE KEY-----\n',
      {},
      { kty: 'oct', k: 'CANARY' },
      { kty: 'oct', k: 'CANARY', d: 'CANARY' },
      { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
      { type: 'private' },
      createSecretKey('CANARY', 'utf8'),
      generateKeyPairSync('x25519').publicKey,
      new Uint8Array(16),
      [],
      null,
    ],
    'a private key: CryptoKey, KeyObject, JWK, or PKCS#8 in PEM',
  ],
  ['signedIntrospection.maxAgeSeconds', [0, -1, 1.5, NaN, Infinity, '60', null], wholes('seconds', 'of at least 1')],
  ['signedIntrospection.audience', ['', 7, null, ['rs-client']], 'a string that is not empty'],
  ['tokenSyntax', ['any', '', null, /x/], '"b64token" or "vschar"'],
  ['maxTokenLength', [0, -1, 1.5, NaN, Infinity, '8192', null], wholes('characters', 'of at least 1')],
  ['optional', ['true', 1, null], 'true or false'],
  ['realm', ['', 'a\nb', 'ä', 'a\u0000', 7, null], 'printable ASCII text'],
  ['claims', [null, {}, 'schema', () => true], 'a Standard Schema'],
  ['http', [true, 'system', [], null], 'an object'],
  ['http.ca', ['', [], [''], [7], 7, null, {}, true, new ArrayBuffer(1)], 'PEM certificates: text, bytes or a list of them'],
  [
    'http.proxy',
    ['', 'proxy.example:8080', 'ftp://CANARY@x', 'socks5://x', 'http://', 7, null, true, {}],
    'the http or https URL of a proxy, or "system"',
  ],
  ['http.http2', ['true', 1, null], 'true or false'],
  ['http.maxConnections', [0, -1, 1.5, NaN, Infinity, 65_537, '16', null], wholes('connections', 'from 1 to 65536')],
  ['timeoutMs', [0, -1, 0.5, NaN, Infinity, 2 ** 31, '2000', null], wholes('milliseconds', 'from 1 to 2147483647')],
  ['maxResponseBytes', [0, -1, NaN, Infinity, 2 ** 30 + 1, null], wholes('bytes', 'from 1 to 1073741824')],
  ['retries', [-1, 0.5, 11, NaN, Infinity, '1', true, null], wholes('retries', 'from 0 to 10')],
  ['maxConcurrentCalls', [0, -1, NaN, Infinity, '256', null], wholes('calls', 'of at least 1')],
  ['breaker', [true, 5, 'off', [], null], ''],
  ['breaker.failures', [0, -1, 1.5, NaN, Infinity, '5', null], wholes('failures', 'of at least 1')],
  ['breaker.openSeconds', [0, -1, NaN, Infinity, 121, '5', null], 'a number of seconds above 0 and up to 120'],
  ['admission', [true, 'ip', {}, null], 'a function'],
  ['cache', [true, 60, 'off', []], ''],
  ['cache', [null], ''],
  ['cache.maxEntries', [0, -1, 1.5, NaN, Infinity, 2 ** 24 + 1, null], wholes('entries', 'from 1 to 16777216')],
  ['cache.maxAgeSeconds', noSeconds, seconds],
  ['cache.inactiveMaxEntries', [0, -1, NaN, Infinity, null], wholes('entries', 'from 1 to 16777216')],
  ['cache.inactiveMaxAgeSeconds', noSeconds, seconds],
  ['onEvent', [true, 'log', {}, null], 'a function'],
  ['now', [0, '0', {}, null], 'a function'],
  ['transport', [true, 'fetch', {}, null], 'a function'],
]

/** Options with one of them changed, by its path. */
function withOption(path: string, value: unknown): object {
  const [name = '', member] = path.split('.')
  return { ...base, [name]: member === undefined ? value : { [member]: value } }
}

describe('an option of the wrong kind', () => {
  it.each(wrongKinds)('is a fault that names it: %s given as one of %p', (path, values, expected) => {
    for (const value of values) {
      const fault = faultOf(withOption(path, value))
      expect(fault).toMatch(/^oauth-introspect options: /)
      expect(fault).toContain(`"${path}" must be ${expected}`)
      expect(fault).toContain(', got ')
    }
  })

  it('is a fault that does not repeat a number where a secret should be', () => {
    expect(faultOf({ ...base, clientSecret: 8675309 })).toContain('"clientSecret" must be a string that is not empty, got')
    expect(faultOf({ ...base, clientSecret: 8675309 })).not.toContain('8675309')
  })

  it.each([[null], ['secret'], [{ method: 'x' }], [{ credentials: 'CANARY' }], [() => ({})]])(
    'is a fault as client authentication: %p',
    (value) => {
      const { introspectionEndpoint } = base
      expect(faultOf({ introspectionEndpoint, clientAuthentication: value })).toContain(
        '"clientAuthentication" must be a client authentication method',
      )
    },
  )

  it.each([null, undefined, 'x', 7, [], () => base])('is a fault as the options themselves: %p', (value) => {
    expect(faultOf(value)).toContain('"options" must be an object')
  })
})

describe('an option that is there as undefined', () => {
  const paths = [...new Set(wrongKinds.map(([path]) => path)), 'clientAuthentication']
  it.each(paths)('is a fault, so that a missing variable switches no check off: %s', (path) => {
    expect(faultOf(withOption(path, undefined))).toContain(`"${path}" is undefined: is an environment variable missing?`)
  })
})

describe('faults', () => {
  it('are told all at once, each by its name', () => {
    const fault = faultOf({
      introspectionEndpoint: 'as.example',
      clientId: '',
      timeoutMs: 0,
      audiance: 'CANARY',
      cache: { maxAge: 1, maxEntries: 0 },
    })
    const named = [
      '"introspectionEndpoint"',
      '"clientId"',
      '"clientSecret"',
      '"timeoutMs"',
      '"audiance"',
      '"cache.maxAge"',
      '"cache.maxEntries"',
    ]
    for (const name of named) expect(fault).toContain(name)
  })

  it.each([
    ['audiance', 'audience'],
    ['requiredScope', 'requiredScopes'],
    ['requireScopes', 'requiredScopes'],
    ['introspectionEndPoint', 'introspectionEndpoint'],
    ['client_secret', 'clientSecret'],
    ['maxAnswerAgeSeconds', 'maxTokenAgeSeconds'],
    ['timeout', 'timeoutMs'],
  ])('name the nearest option for %s: %s', (unknown, nearest) => {
    expect(faultOf({ ...base, [unknown]: 'CANARY' })).toBe(
      `oauth-introspect options: unknown option "${unknown}": did you mean "${nearest}"?`,
    )
  })

  it("are found in connections that are ours and the application's at once", () => {
    for (const http of [{}, { http2: true }, { proxy: 'http://user:CANARY@proxy.example' }]) {
      expect(faultOf({ ...base, http, transport: fetch })).toBe(
        'oauth-introspect options: "http" must not stand beside "transport", which makes connections of its own',
      )
    }
  })

  it('are found in assertions that are for nobody [IR-12]', () => {
    const { introspectionEndpoint } = base
    const issuer = 'https://as.example'
    const secretJwt = (options = {}): object => ({ introspectionEndpoint, clientAuthentication: clientSecretJwt('id', 'CANARY', options) })
    expect(faultOf(secretJwt())).toBe(
      'oauth-introspect options: "issuer" is needed for client_secret_jwt, or an "audience" of its own: an assertion says whom it is for (RFC 7523 §3)',
    )
    for (const options of [{ ...secretJwt(), issuer }, secretJwt({ audience: issuer })]) {
      expect(resolveServer(options).clientAuthentication.method).toBe('client_secret_jwt')
    }
  })

  it('name the nearest option of the connections', () => {
    expect(faultOf({ ...base, http: { maxConnection: 1 } })).toBe(
      'oauth-introspect options: unknown option "http.maxConnection": did you mean "http.maxConnections"?',
    )
  })

  it('name the nearest option of the cache', () => {
    expect(faultOf({ ...base, cache: { maxAgeSecond: 1 } })).toBe(
      'oauth-introspect options: unknown option "cache.maxAgeSecond": did you mean "cache.maxAgeSeconds"?',
    )
  })

  it('guess nothing where nothing is near', () => {
    expect(faultOf({ ...base, colour: 'blue' })).toBe('oauth-introspect options: unknown option "colour"')
  })

  it('are found where there is nobody to ask, and nobody to ask as [IR-03]', () => {
    const { introspectionEndpoint, clientId, clientSecret } = base
    expect(faultOf({ clientId, clientSecret })).toContain('"introspectionEndpoint" is needed, or "issuer" to find it by')
    const needed = '"clientId" and "clientSecret", or "clientAuthentication", are needed'
    for (const half of [{}, { clientId }, { clientSecret }]) expect(faultOf({ introspectionEndpoint, ...half })).toContain(needed)
    expect(resolveServer({ introspectionEndpoint, clientAuthentication: none() }).clientAuthentication.method).toBe('none')
  })

  it.each([
    ['an absolute https URL', ['as.example', '//as.example', 'ftp://as.example', 'urn:as']],
    ['a URL without user name and password', ['https://user:CANARY@as.example', 'https://user@as.example']],
    ['a URL without a fragment', ['https://as.example/#x', 'https://as.example#']],
    ['a URL without a query', ['https://as.example/?a=b', 'https://as.example/tenant?']],
    ['an https URL: http only on loopback, or with "allowInsecureEndpoint: true"', ['http://as.example', 'http://10.0.0.1']],
  ])('are found in an issuer that an endpoint cannot be found by, which must be %s [MD-15] [LG-05]: %p', (expected, issuers) => {
    const { introspectionEndpoint, ...others } = base
    for (const issuer of issuers) {
      expect(faultOf({ ...others, issuer })).toContain(`"issuer" must be ${expected}`)
      expect(resolveServer({ introspectionEndpoint, ...others, issuer }).name).toBe(issuer)
    }
    expect(faultOf({ ...others, issuer: 7 })).toContain('"issuer" must be a string that is not empty')
    expect(faultOf({ ...others, issuer: '' })).toContain('"issuer" must be a string that is not empty')
  })

  it('are found where the endpoint is undefined, though there is an issuer', () => {
    expect(faultOf({ ...base, introspectionEndpoint: undefined, issuer: 'https://as.example' })).toBe(
      'oauth-introspect options: "introspectionEndpoint" is undefined: is an environment variable missing?',
    )
  })

  it.each(['introspectionEndpoint', 'clientId', 'clientSecret'])('are found once where the variable for %p is missing', (name) => {
    expect(faultOf({ ...base, [name]: undefined })).toBe(
      `oauth-introspect options: "${name}" is undefined: is an environment variable missing?`,
    )
    const others = Object.fromEntries(Object.entries(base).filter(([other]) => other !== name))
    expect(faultOf(others)).toContain('needed')
    expect(faultOf({ ...others, audience: undefined })).toMatch(/"audience" is undefined.*needed/)
  })

  it('are found in two ways to authenticate at once', () => {
    const { introspectionEndpoint, clientId, clientSecret } = base
    for (const more of [{ clientId }, { clientSecret }, { clientId, clientSecret }]) {
      expect(faultOf({ introspectionEndpoint, clientAuthentication: clientSecretPost('id', 'CANARY'), ...more })).toContain(
        '"clientAuthentication" must not stand beside "clientId" or "clientSecret"',
      )
    }
  })
})

describe('any options', () => {
  const names = [...new Set([...wrongKinds.map(([path]) => path.split('.')[0] ?? ''), 'clientAuthentication', 'unknown'])]
  const secret = 'CANARY-5b21e0c79a'
  const value = fc.oneof(
    fc.anything(),
    fc.constant(secret),
    fc.constant({ method: secret, identity: secret }),
    fc.constantFrom<unknown>(undefined, 'https://as.example', ['header'], () => secret, 0, -1, NaN),
  )

  it('are resolved, or one TypeError that holds no secret', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), fc.boolean(), (given, complete) => {
        try {
          expect(Object.isFrozen(resolveOptions(complete ? { ...base, ...given } : given, () => 0))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          expect(String(error)).toMatch(/^TypeError: oauth-introspect options: /)
          expect(String(error)).not.toContain(secret)
        }
      }),
    )
  })
})

describe('signed introspection', () => {
  const publicKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const issued = { ...base, issuer: 'https://as.example' }
  const uri = { jwksUri: 'https://as.example/jwks' }

  it.each<[string, object, string]>([
    ['no issuer', { ...base, signedIntrospection: uri }, '"issuer" is needed with "signedIntrospection": a reply must be signed by it'],
    [
      'no keys',
      { ...issued, signedIntrospection: {} },
      '"signedIntrospection.jwksUri" or "signedIntrospection.keys" is needed beside "introspectionEndpoint"',
    ],
    [
      'keys twice',
      { ...issued, signedIntrospection: { ...uri, keys: [publicKey] } },
      '"signedIntrospection.jwksUri" and "signedIntrospection.keys" exclude each other',
    ],
    [
      'a private key [RV-23]',
      { ...issued, signedIntrospection: { keys: [{ ...publicKey, d: 'CANARY' }] } },
      '"signedIntrospection.keys" must hold public keys only',
    ],
    [
      'a secret key [RV-23]',
      { ...issued, signedIntrospection: { keys: [{ kty: 'oct', k: 'CANARY' }] } },
      '"signedIntrospection.keys" must hold public keys only',
    ],
    [
      'no key',
      { ...issued, signedIntrospection: { keys: [] } },
      '"signedIntrospection.keys" must hold a key that can verify one of the algorithms',
    ],
    [
      'no key of the algorithms',
      { ...issued, signedIntrospection: { keys: [publicKey], algorithms: ['RS256'] } },
      '"signedIntrospection.keys" must hold a key that can verify one of the algorithms',
    ],
    [
      'a weak key [RV-24]',
      {
        ...issued,
        signedIntrospection: { keys: [generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })] },
      },
      '"signedIntrospection.keys" must hold a key that can verify one of the algorithms, RSA ones with 2048 bits or more',
    ],
    [
      'a client without a name',
      { introspectionEndpoint: base.introspectionEndpoint, issuer: 'x', clientAuthentication: none(), signedIntrospection: uri },
      '"signedIntrospection.audience" is needed with none, which has no client id',
    ],
    [
      'a client that is a token',
      { introspectionEndpoint: base.introspectionEndpoint, issuer: 'x', clientAuthentication: bearerToken('t'), signedIntrospection: uri },
      '"signedIntrospection.audience" is needed with bearer_token, which has no client id',
    ],
    [
      'replies that need not say what they are about',
      { ...issued, introspectionReply: { missingActive: 'checkToken' }, signedIntrospection: uri },
      '"introspectionReply.missingActive" must be "refuse" with "signedIntrospection"',
    ],
    ['a missing variable', { ...issued, signedIntrospection: { jwksUri: undefined } }, '"signedIntrospection.jwksUri" is undefined'],
    ['a misspelt option', { ...issued, signedIntrospection: { jwksURI: 'x' } }, 'did you mean "signedIntrospection.jwksUri"?'],
  ])('is not possible with %s', (_what, options, fault) => {
    expect(faultOf(options)).toContain(fault)
  })

  it('has these defaults', () => {
    expect(resolveServer({ ...issued, clockToleranceSeconds: 3, signedIntrospection: uri }).signed).toEqual({
      issuer: 'https://as.example',
      audience: 'rs-client',
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
      keys: new URL(uri.jwksUri),
      decryptionKey: undefined,
      maxAgeSeconds: 60,
      clockToleranceSeconds: 3,
    })
    expect(resolveServer({ ...issued, signedIntrospection: false }).signed).toBeUndefined()
  })

  it('takes http keys on loopback, and nowhere else whatever is allowed of the endpoint', () => {
    const options = { ...issued, introspectionEndpoint: 'http://as.example/introspect', allowInsecureEndpoint: true }
    expect(resolveServer({ ...options, signedIntrospection: { jwksUri: 'http://[::1]:80/jwks' } }).signed?.keys).toBeInstanceOf(URL)
    expect(faultOf({ ...options, signedIntrospection: { jwksUri: 'http://as.example/jwks' } })).toContain('http only on loopback')
  })

  it('goes with a client that has no name, when it is told how it is called', () => {
    const { introspectionEndpoint, issuer } = issued
    const options = { introspectionEndpoint, issuer, clientAuthentication: none(), signedIntrospection: { ...uri, audience: 'api' } }
    expect(resolveServer(options).signed?.audience).toBe('api')
  })
})
