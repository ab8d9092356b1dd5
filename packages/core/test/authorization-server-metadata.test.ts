import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readMetadata, type Wanted } from '../src/authorization-server-metadata.ts'
import type { HttpReply } from '../src/runtime/runtime.ts'

const issuer = 'https://as.example'
const endpoint = 'https://as.example/introspect'
const said = 'CANARY-said-by-the-server'

const replyOf = (body: string, type = 'application/json'): HttpReply => ({
  status: 200,
  header: (name) => (name === 'content-type' ? type : undefined),
  body: new TextEncoder().encode(body),
})

const wantedAt = (at: string, more: Partial<Wanted> = {}): Wanted => ({
  issuer: at,
  url: new URL(at),
  insecure: false,
  endpointName: 'introspection_endpoint',
  method: 'client_secret_basic',
  ownParameter: 'token',
  ...more,
})

/** What is read in a good document with these members: the endpoint, or the fault. */
function read(members: object, more: Partial<Wanted> = {}, at = issuer): unknown {
  const wanted = wantedAt(at, more)
  const metadata = readMetadata(replyOf(JSON.stringify({ issuer: wanted.issuer, introspection_endpoint: endpoint, ...members })), wanted)
  return metadata !== undefined && 'endpoint' in metadata ? metadata.endpoint.href : metadata
}

const must = (what: string): object => ({ fault: `its "introspection_endpoint" must be ${what}` })

describe('a metadata document', () => {
  it('names the endpoint, its query kept, and the keys [MD-18]', () => {
    const document = { issuer, introspection_endpoint: `${endpoint}?tenant=a%20b`, jwks_uri: `${issuer}/jwks`, more: [said] }
    const metadata = readMetadata(replyOf(JSON.stringify(document), 'application/json; charset=UTF-8'), wantedAt(issuer))
    expect(metadata).toEqual({ endpoint: new URL(`${endpoint}?tenant=a%20b`), jwksUri: new URL(`${issuer}/jwks`) })
  })

  it.each([
    ['JSON under the name of HTML', JSON.stringify({ issuer, introspection_endpoint: endpoint }), 'text/html', 'its media type is not'],
    ['no media type', JSON.stringify({ issuer, introspection_endpoint: endpoint }), '', 'its media type is not'],
    ['a JWT', JSON.stringify({ issuer, introspection_endpoint: endpoint }), 'application/jwt', 'its media type is not'],
    ['no JSON', said, 'application/json', 'it is not JSON'],
    ['a list', `["${said}"]`, 'application/json', 'it is not a JSON object'],
    [
      'the issuer twice [MD-16]',
      `{"issuer":"https://evil.example","issuer":"${issuer}"}`,
      'application/json',
      'a member stands in it twice',
    ],
    [
      'the endpoint twice',
      `{"issuer":"${issuer}","introspection_endpoint":"a","introspection_\\u0065ndpoint":"b"}`,
      'application/json',
      'twice',
    ],
  ])('is of no use: %s', (_situation, body, type, fault) => {
    const metadata = readMetadata(replyOf(body, type), wantedAt(issuer))
    expect(metadata).toEqual({ fault: expect.stringContaining(fault) })
    expect(JSON.stringify(metadata)).not.toContain('CANARY')
  })

  it.each([
    ['another host', 'https://evil.example'],
    ['a slash more', 'https://as.example/'],
    ['another case', 'https://AS.example'],
    ['the default port', 'https://as.example:443'],
    ['a path more', 'https://as.example/tenant'],
    ['a blank more', 'https://as.example '],
    ['http', 'http://as.example'],
    ['none', undefined],
    ['null', null],
    ['a list of the right one', ['https://as.example']],
  ])('is used only if it names the issuer character by character: %s [MD-16] [MD-17]', (_what, named) => {
    expect(read({ issuer: named })).toEqual({ fault: 'its "issuer" is not the one configured' })
  })

  it('is read for the issuer as it was given, not as a URL would be written', () => {
    for (const at of ['https://as.example', 'https://as.example/', 'https://AS.example/a%7Eb', 'https://as.example:443/x/']) {
      expect(read({}, {}, at)).toBe(endpoint)
    }
  })

  it.each([undefined, null])('names no endpoint: %p', (value) => {
    expect(read({ introspection_endpoint: value })).toBeUndefined()
  })
})

describe('an endpoint that metadata name', () => {
  const absolute = 'an absolute https URL'
  it.each<[unknown, string]>([
    ['', absolute],
    ['/introspect', absolute],
    ['//as.example/introspect', absolute],
    [`ftp://as.example/${said}`, absolute],
    [`javascript:${said}`, absolute],
    [7, absolute],
    [false, absolute],
    [[endpoint], absolute],
    [{ href: endpoint }, absolute],
    [`https://user:${said}@as.example/introspect`, 'a URL without user name and password'],
    ['https://as.example/introspect#x', 'a URL without a fragment'],
    ['https://as.example/introspect#', 'a URL without a fragment'],
    [`http://as.example/${said}`, 'an https URL: http only on loopback, or with "allowInsecureEndpoint: true"'],
  ])('must be an https URL, as one that is configured: %p', (value, expected) => {
    expect(read({ introspection_endpoint: value })).toEqual(must(expected))
    expect(JSON.stringify(read({ introspection_endpoint: value }))).not.toContain('CANARY')
  })

  it.each([
    ['https://127.0.0.1/x', 'loopback'],
    ['http://127.0.0.1:8080/x', 'loopback'],
    ['https://localhost/x', 'loopback'],
    ['https://[::ffff:127.0.0.1]/x', 'loopback'],
    ['https://169.254.169.254/x', 'link-local'],
    ['https://[fe80::1]/x', 'link-local'],
    ['https://10.0.0.1/x', 'private'],
    ['https://[::ffff:c0a8:101]/x', 'private'],
    ['https://[fd00::1]/x', 'private'],
    ['https://0.0.0.0/x', 'reserved'],
    ['https://[::]/x', 'reserved'],
  ])('must not lead from the internet into a network of our own [MD-21]: %s', (value, network) => {
    expect(read({ introspection_endpoint: value })).toEqual(must(`outside of ${network} networks, as the issuer is`))
    expect(read({ introspection_endpoint: value }, { insecure: true })).toEqual(must(`outside of ${network} networks, as the issuer is`))
  })

  it.each([
    ['http://127.0.0.1:3000', 'http://localhost:3001/x', true],
    ['http://127.0.0.1:3000', 'http://[::1]:3001/x', true],
    ['http://localhost:3000', 'https://as.example/x', true],
    ['https://localhost:3000', 'https://127.0.0.1/x', true],
    ['https://10.0.0.1', 'https://192.168.0.1/x', true],
    ['https://10.0.0.1', 'https://[fd00::1]/x', true],
    ['http://127.0.0.1:3000', 'https://169.254.169.254/x', false],
    ['http://127.0.0.1:3000', 'https://10.0.0.1/x', false],
    ['https://10.0.0.1', 'https://127.0.0.1/x', false],
    ['https://10.0.0.1', 'https://169.254.169.254/x', false],
  ])('may lie where the issuer lies, and in the internet [MD-21]: issuer %s, endpoint %s, %p', (at, named, allowed) => {
    expect(read({ introspection_endpoint: named }, {}, at)).toEqual(
      allowed ? named : { fault: expect.stringContaining('networks, as the issuer is') },
    )
  })

  it('must be as safe as the issuer, unless that is waived', () => {
    const onLoopback = { introspection_endpoint: 'http://127.0.0.1:1/x' }
    expect(read(onLoopback, {}, 'https://127.0.0.1:2')).toEqual(must('an https URL, as the issuer is'))
    expect(read(onLoopback, { insecure: true }, 'https://127.0.0.1:2')).toBe('http://127.0.0.1:1/x')
    expect(read({ introspection_endpoint: 'http://as.internal/x' }, { insecure: true }, 'http://as.internal')).toBe('http://as.internal/x')
  })

  it('must have no parameter that is ours to write', () => {
    const named = { introspection_endpoint: `${endpoint}?a=b&token=${said}` }
    expect(read(named)).toEqual({ fault: 'its "introspection_endpoint" has "token" in its query' })
    expect(read(named, { ownParameter: 'tok' })).toBe(named.introspection_endpoint)
  })

  it('may be another than that of introspection', () => {
    const members = { token_endpoint: `${issuer}/token`, token_endpoint_auth_methods_supported: ['client_secret_post'] }
    expect(read(members, { endpointName: 'token_endpoint', method: 'client_secret_post' })).toBe(`${issuer}/token`)
    expect(read(members, { endpointName: 'token_endpoint' })).toEqual({
      fault: 'its "token_endpoint_auth_methods_supported" does not list "client_secret_basic"',
    })
  })
})

describe('the keys that metadata name', () => {
  it.each([
    ['http://as.example/jwks'],
    ['https://u:p@as.example/jwks'],
    ['https://10.0.0.1/jwks'],
    ['https://localhost/jwks'],
    ['/jwks'],
    [7],
    [null],
  ])('are not gone for where they must not be, and the endpoint serves without them: %p [MD-21]', (jwks_uri) => {
    const metadata = readMetadata(replyOf(JSON.stringify({ issuer, introspection_endpoint: endpoint, jwks_uri })), wantedAt(issuer))
    expect(metadata).toEqual({ endpoint: new URL(endpoint), jwksUri: undefined })
  })
})

describe('aliases for mutual TLS', () => {
  const alias = 'https://mtls.as.example/introspect'
  const aliases = { mtls_endpoint_aliases: { introspection_endpoint: alias } }

  it.each(['tls_client_auth', 'self_signed_tls_client_auth'])('are preferred by a client that authenticates by %s [IR-15]', (method) => {
    expect(read(aliases, { method })).toBe(alias)
    expect(read({ ...aliases, introspection_endpoint: undefined }, { method })).toBe(alias)
    expect(read({ mtls_endpoint_aliases: { token_endpoint: 'https://mtls.as.example/token' } }, { method })).toBe(endpoint)
    expect(read({ mtls_endpoint_aliases: null }, { method })).toBe(endpoint)
  })

  it.each(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'bearer_token', 'none'])(
    'are not for a client that authenticates by %s [IR-15]',
    (method) => {
      expect(read(aliases, { method })).toBe(endpoint)
      expect(read({ mtls_endpoint_aliases: said }, { method })).toBe(endpoint)
    },
  )

  it('are held to the same rules', () => {
    const method = 'tls_client_auth'
    for (const value of [said, [alias], 7]) {
      expect(read({ mtls_endpoint_aliases: value }, { method })).toEqual({ fault: 'its "mtls_endpoint_aliases" is not an object' })
    }
    for (const value of ['http://mtls.as.example', 'https://10.0.0.1/', 7]) {
      expect(read({ mtls_endpoint_aliases: { introspection_endpoint: value } }, { method })).toEqual({
        fault: expect.stringMatching(/^its "introspection_endpoint" must be /),
      })
    }
  })
})

describe('the client authentication that metadata speak of', () => {
  const registered = [
    ...['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt'],
    ...['tls_client_auth', 'self_signed_tls_client_auth'],
  ]

  it.each(registered)('must be ours, where it is spoken of: %s [IR-16] [MD-18]', (method) => {
    const others = registered.filter((other) => other !== method)
    for (const methods of [others, [], [said], said, method, { [method]: true }]) {
      expect(read({ introspection_endpoint_auth_methods_supported: methods }, { method })).toEqual({
        fault: `its "introspection_endpoint_auth_methods_supported" does not list "${method}"`,
      })
    }
    for (const methods of [undefined, null, [method], registered]) {
      expect(read({ introspection_endpoint_auth_methods_supported: methods }, { method })).toBe(endpoint)
    }
  })

  it.each(['bearer_token', 'none', 'a_method_of_our_own'])('is not held against %s, of which it says nothing', (method) => {
    for (const methods of [['client_secret_basic'], []]) {
      expect(read({ introspection_endpoint_auth_methods_supported: methods }, { method })).toBe(endpoint)
    }
  })

  it.each(['client_secret_jwt', 'private_key_jwt'])('never takes unsigned assertions: %s [IR-16] [MD-18]', (method) => {
    const name = 'introspection_endpoint_auth_signing_alg_values_supported'
    const methods = { introspection_endpoint_auth_methods_supported: [method] }
    for (const algorithms of [['none'], ['ES256', 'none'], 'none', said, {}]) {
      expect(read({ ...methods, [name]: algorithms }, { method })).toEqual({ fault: `its "${name}" is no list, or has "none" in it` })
    }
    for (const algorithms of [undefined, null, ['ES256'], ['RS256', 'PS256']]) {
      expect(read({ ...methods, [name]: algorithms }, { method })).toBe(endpoint)
    }
    for (const other of ['client_secret_basic', 'tls_client_auth']) {
      expect(read({ introspection_endpoint_auth_methods_supported: [other], [name]: ['none'] }, { method: other })).toBe(endpoint)
    }
  })
})

describe('any document', () => {
  const names = [
    ...['issuer', 'introspection_endpoint', 'jwks_uri', 'mtls_endpoint_aliases', '__proto__'],
    ...['introspection_endpoint_auth_methods_supported', 'introspection_endpoint_auth_signing_alg_values_supported'],
  ]
  const host = fc.oneof(fc.ipV4(), fc.domain(), fc.constantFrom('localhost', '[::1]', '[::ffff:10.0.0.1]', '169.254.169.254', 'as.example'))
  const url = fc.tuple(fc.constantFrom('https', 'http', 'ftp', 'data'), host).map(([scheme, at]) => `${scheme}://${at}/${said}`)
  const value = fc.oneof(
    fc.jsonValue(),
    url,
    fc.webUrl(),
    fc.constantFrom<unknown>(issuer, said, ['client_secret_basic'], { introspection_endpoint: said }),
  )
  const methods = fc.constantFrom('client_secret_basic', 'private_key_jwt', 'tls_client_auth', 'none')

  it('is read, or refused in constant words; an endpoint out of it is https, in the internet, and of the right issuer', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), fc.boolean(), methods, (members, right, method) => {
        const document = right ? { ...members, issuer } : members
        const metadata = readMetadata(replyOf(JSON.stringify(document)), wantedAt(issuer, { method }))
        if (metadata === undefined || 'fault' in metadata) {
          expect(JSON.stringify([metadata])).not.toContain('CANARY')
          return
        }
        expect(document['issuer']).toBe(issuer)
        for (const { protocol, hostname, username, hash } of [metadata.endpoint, metadata.jwksUri ?? metadata.endpoint]) {
          expect([protocol, username, hash]).toEqual(['https:', '', ''])
          expect(hostname).not.toMatch(/^(?:10\.|127\.|169\.254\.|192\.168\.|localhost$|\[::)/)
        }
      }),
    )
  })

  it('of bytes is read, or refused in constant words', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        expect(readMetadata({ ...replyOf(''), body }, wantedAt(issuer))).toEqual({ fault: expect.any(String) })
      }),
    )
  })
})
