import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { clientSecretPost } from '../src/client-authentication/client-secret-post.ts'
import type { ListedServer } from '../src/listed-authorization-servers.ts'
import { type ResolvedOptions, resolveOptions } from '../src/resolve-options.ts'

const clock = (): number => 7
const base = { introspectionEndpoint: 'https://as.example/introspect?tenant=a%20b', clientId: 'rs-client', clientSecret: 'CANARY-secret' }
const resolve = (more: object = {}): ResolvedOptions => resolveOptions({ ...base, ...more }, clock)

function serverOf({ authorizationServers: [server] }: ResolvedOptions): ListedServer {
  if (server === undefined) throw new Error('no authorization server')
  return server
}

describe('resolved options', () => {
  it('have these defaults, which are what the documentation says', () => {
    const resolved = resolve()
    const needs = { scopes: [], audiences: [], clients: [], maxTokenAgeSeconds: Infinity, maxAnswerAgeMs: Infinity, scope: '' }
    const { endpoint, clientAuthentication, ...server } = serverOf(resolved)
    expect([endpoint instanceof URL && endpoint.href, clientAuthentication.method]).toEqual([
      'https://as.example/introspect?tenant=a%20b',
      'client_secret_basic',
    ])
    expect(server).toEqual({
      name: 'https://as.example/introspect',
      issuer: undefined,
      needs,
      audienceSettled: false,
      warnings: [],
      requestRules: {
        method: 'POST',
        tokenIn: ['form'],
        tokenParameter: 'token',
        tokenHeader: undefined,
        tokenTypeHint: 'access_token',
        parameters: {},
        headers: {},
      },
      rules: {
        issuer: undefined,
        scopeMatching: 'exact',
        requireExpiry: false,
        requireSubject: false,
        requireIssuer: false,
        clockToleranceSeconds: 10,
        expiryToleranceSeconds: 0,
      },
      replyRules: { scopeSeparator: ' ', inactiveErrors: ['unsupported_token_type'], missingActive: 'refuse' },
      timeoutMs: 2000,
      http: expect.any(Function),
      fallback: true,
    })
    expect({ ...resolved, authorizationServers: [] }).toEqual({
      authorizationServers: [],
      listed: false,
      needs,
      scopeMatching: 'exact',
      warnings: ['AUDIENCE_UNCHECKED'],
      presentation: { sources: ['header'], tokenSyntax: 'b64token', maxTokenLength: 8192, checksLater: true },
      grantedHeaders: [],
      optional: false,
      skipPreflight: false,
      protection: { realm: 'api', exposed: false },
      claims: undefined,
      maxResponseBytes: 65_536,
      retries: 1,
      maxConcurrentCalls: 256,
      streamRecheckMs: 0,
      revocation: {
        isGiven: false,
        transmitters: [],
        webhookSecrets: [],
        maxMarks: 10_000,
        maxClockSkewMs: 5000,
        maxTokenLifetimeSeconds: 86_400,
        onBusLost: 'ask',
      },
      clockToleranceSeconds: 10,
      breaker: { failures: 5, openMs: 5000 },
      admission: undefined,
      memory: {
        maxEntries: 10_000,
        maxAgeMs: 60_000,
        inactiveMaxEntries: 10_000,
        inactiveMaxAgeMs: 10_000,
        staleIfErrorMs: 0,
        refreshAhead: false,
      },
      respectCacheControl: false,
      shared: undefined,
      onEvent: undefined,
      now: clock,
      transport: undefined,
    })
  })

  it('hold what was given in place of every default', () => {
    const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } }
    const given = {
      onEvent: (): void => undefined,
      now: (): number => 1,
      transport: fetch,
      admission: (): string => '',
      scopeMatching: (): boolean => true,
      claims: schema,
    }
    const resolved = resolve({
      ...given,
      issuer: 'https://as.example',
      requiredScopes: 'a b',
      audience: 'x',
      allowedClients: ['c'],
      maxTokenAgeSeconds: 60,
      scopeSeparator: ',',
      requireExpiry: true,
      requireSubject: true,
      requireIssuer: true,
      clockToleranceSeconds: 0,
      expiryToleranceSeconds: 1.5,
      tokenSyntax: 'vschar',
      maxTokenLength: 1,
      optional: true,
      realm: 'shop "1"',
      timeoutMs: 1,
      maxResponseBytes: 1,
      retries: 0,
      maxConcurrentCalls: 1,
      breaker: { failures: 1, openSeconds: 0.5 },
      cache: { maxEntries: 1, maxAgeSeconds: 0.5, inactiveMaxEntries: 2, inactiveMaxAgeSeconds: 0 },
    })
    expect(serverOf(resolved)).toMatchObject({
      name: 'https://as.example',
      rules: {
        issuer: 'https://as.example',
        scopeMatching: given.scopeMatching,
        requireExpiry: true,
        requireSubject: true,
        requireIssuer: true,
        clockToleranceSeconds: 0,
        expiryToleranceSeconds: 1.5,
      },
      replyRules: { scopeSeparator: ',' },
      timeoutMs: 1,
    })
    expect(resolved).toMatchObject({
      needs: { scopes: [[['a', 'b']]], audiences: [['x']], clients: [['c']], maxTokenAgeSeconds: 60, scope: 'a b' },
      scopeMatching: given.scopeMatching,
      warnings: [],
      presentation: { tokenSyntax: 'vschar', maxTokenLength: 1 },
      optional: true,
      protection: { realm: 'shop "1"' },
      maxResponseBytes: 1,
      retries: 0,
      maxConcurrentCalls: 1,
      breaker: { failures: 1, openMs: 500 },
      admission: given.admission,
      memory: { maxEntries: 1, maxAgeMs: 500, inactiveMaxEntries: 2, inactiveMaxAgeMs: 0 },
    })
    expect([resolved.claims, resolved.onEvent, resolved.now, resolved.transport]).toEqual([schema, given.onEvent, given.now, fetch])
  })

  it('hold how connections are made, by default sixteen and nothing special', () => {
    expect(serverOf(resolve()).http()).toEqual({ maxConnections: 16 })
    expect(serverOf(resolve({ http: {} })).http()).toEqual({ ca: undefined, proxy: undefined, http2: false, maxConnections: 16 })
    const ca = [Buffer.from('one'), 'two']
    const http = { ca, proxy: 'https://u:p@proxy.example', http2: true, maxConnections: 1 }
    const resolved = resolve({ http })
    ca.length = 0
    http.proxy = 'system'
    expect(serverOf(resolved).http()).toEqual({ ca: ['one', 'two'], proxy: 'https://u:p@proxy.example', http2: true, maxConnections: 1 })
    expect(serverOf(resolve({ http: { ca: 'one' } })).http()).toMatchObject({ ca: ['one'] })
    expect(serverOf(resolve({ http: { ca: Buffer.from('one') } })).http()).toMatchObject({ ca: ['one'] })
  })

  it('have no breaker with breaker: false, and one by default in whatever is not said', () => {
    expect(resolve({ breaker: false }).breaker).toBeUndefined()
    expect(resolve({ breaker: {} }).breaker).toEqual({ failures: 5, openMs: 5000 })
    expect(resolve({ breaker: { openSeconds: 120 } }).breaker).toEqual({ failures: 5, openMs: 120_000 })
  })

  it('keep nothing with cache: false', () => {
    expect(resolve({ cache: false }).memory).toMatchObject({ maxAgeMs: 0, inactiveMaxAgeMs: 0 })
  })

  it('tell an audience that is unchecked on purpose from one that was not thought of', () => {
    expect(resolve({ audience: null })).toMatchObject({ warnings: [], needs: { audiences: [] } })
    expect(resolve().warnings).toEqual(['AUDIENCE_UNCHECKED'])
  })

  it.each([
    'http://localhost:3000/introspect',
    'http://as.localhost/introspect',
    'http://127.0.0.1/introspect',
    'http://127.255.255.254/introspect',
    'http://[::1]:8080/introspect',
    'HTTPS://AS.example/introspect',
    'https://as.example:8443/introspect?a=b&c=%2F',
  ])('take the endpoint %s', (introspectionEndpoint) => {
    expect(serverOf(resolve({ introspectionEndpoint })).endpoint).toEqual(new URL(introspectionEndpoint))
  })

  it('take an endpoint in the clear only when told to, and with no word beside it', () => {
    const introspectionEndpoint = 'http://as.internal/introspect'
    expect(serverOf(resolve({ introspectionEndpoint, allowInsecureEndpoint: true })).endpoint).toEqual(new URL(introspectionEndpoint))
    expect(() => resolve({ introspectionEndpoint, allowInsecureEndpoint: false })).toThrow(/"introspectionEndpoint" must be an https URL/)
    expect(() => resolve({ introspectionEndpoint, allowInsecureEndpoint: 'yes' })).toThrow(/"allowInsecureEndpoint" must be true or false/)
    expect(() => resolve({ introspectionEndpoint: 'http://u:p@as.internal/', allowInsecureEndpoint: true })).toThrow(TypeError)
  })
})

describe('an issuer without an endpoint', () => {
  const { clientId, clientSecret } = base
  it.each([
    ['https://as.example', false],
    ['https://AS.example/Tenant/', false],
    ['http://127.0.0.1:3000', false],
    ['http://as.internal', true],
  ])('is what the endpoint is to be found by, kept as it was given: %s', (issuer, insecure) => {
    const options = { issuer, clientId, clientSecret, ...(insecure ? { allowInsecureEndpoint: true } : {}) }
    expect(serverOf(resolveOptions(options, clock))).toMatchObject({
      name: issuer,
      rules: { issuer },
      endpoint: { issuer, url: new URL(issuer), insecure },
    })
  })
})

describe("the caller's options", () => {
  it('are read once, each of them, and never written to', () => {
    const values: Record<string, unknown> = { ...base, audience: ['a'], requiredScopes: ['r'], cache: undefined, timeoutMs: 5 }
    const reads: Record<string, number> = {}
    const observe = (object: Record<string, unknown>, prefix = ''): object => {
      const observed = {}
      for (const name of Object.keys(object)) {
        Object.defineProperty(observed, name, {
          enumerable: true,
          get: () => {
            reads[prefix + name] = (reads[prefix + name] ?? 0) + 1
            return object[name]
          },
        })
      }
      return Object.freeze(observed)
    }
    values['cache'] = observe({ maxEntries: 1, maxAgeSeconds: 2 }, 'cache.')
    resolveOptions(observe(values), clock)
    expect(reads).toEqual({
      introspectionEndpoint: 1,
      clientId: 1,
      clientSecret: 1,
      audience: 1,
      requiredScopes: 1,
      cache: 1,
      timeoutMs: 1,
      'cache.maxEntries': 1,
      'cache.maxAgeSeconds': 1,
    })
  })

  it('may change afterwards without any effect', () => {
    const audience = ['a']
    const allowedClients = ['c']
    const requiredScopes = { anyOf: ['r'] }
    const cache = { maxAgeSeconds: 1 }
    const options = { ...base, audience, allowedClients, requiredScopes, cache, realm: 'one' }
    const resolved = resolveOptions(options, clock)
    const before = structuredClone({ needs: resolved.needs, memory: resolved.memory, protection: resolved.protection })
    audience.push('b')
    allowedClients.length = 0
    requiredScopes.anyOf.length = 0
    cache.maxAgeSeconds = 9999
    options.realm = 'two'
    expect({ needs: resolved.needs, memory: resolved.memory, protection: resolved.protection }).toEqual(before)
  })

  it('come out resolved and frozen, without a secret to print [LG-01]', () => {
    const resolved = [
      resolve(),
      resolve({ http: { proxy: 'http://user:CANARY@proxy.example' } }),
      resolveOptions({ introspectionEndpoint: base.introspectionEndpoint, clientAuthentication: clientSecretPost('id', 'CANARY') }, clock),
    ]
    expect(resolved.every((options) => Object.isFrozen(options))).toBe(true)
    expect(inspect(resolved, { depth: 9, showHidden: true }) + JSON.stringify(resolved)).not.toContain('CANARY')
    expect(JSON.stringify(resolved)).not.toContain(btoa('rs-client:CANARY-secret'))
  })
})
