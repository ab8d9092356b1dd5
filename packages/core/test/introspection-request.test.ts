import { describe, expect, it } from '@jest/globals'
import { json } from '@oauth-introspect/testkit'
import { clientSecretBasic, clientSecretPost } from '../src/index.ts'
import { identifyRequest, type RequestRules, standardRequest, writeIntrospectionRequest } from '../src/introspection-request.ts'
import { bearer, clientSecret, setUpServer, token } from './server-bench.ts'

const bench = setUpServer()

describe('an introspection request', () => {
  /** The request that options make, as it came over the wire. */
  async function sent(introspectionRequest: object, more: object = {}, presented = token): Promise<Record<string, unknown>> {
    const server = bench.make({ introspectionRequest, ...more })
    bench.as.behave(json(bench.good()))
    expect(await server.authorize(bearer(presented))).toMatchObject({ outcome: 'granted' })
    const [call] = bench.as.calls
    const { method, url, body, headers } = call ?? {}
    return { method, url, body, headers }
  }

  it('is a form over POST by itself [IR-01] [IR-02] [IR-04]', async () => {
    const body = `token=${token}&token_type_hint=access_token`
    const standard = { method: 'POST', url: '/introspect', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    expect(await sent({})).toMatchObject(standard)
    expect(await sent({ method: 'POST', tokenIn: 'form', tokenParameter: 'token', tokenTypeHint: 'access_token' })).toMatchObject(standard)
  })

  it('has parameters and header fields more, another name for the token, another hint or none', async () => {
    const request = {
      tokenParameter: 'access_token',
      tokenTypeHint: false,
      parameters: { tenant: 'a b&c' },
      headers: { 'X-Tenant': 'a b' },
    }
    expect(await sent(request)).toMatchObject({ body: `access_token=${token}&tenant=a+b%26c`, headers: { 'x-tenant': 'a b' } })
    bench.as.forgetCalls()
    expect(await sent({ tokenTypeHint: 'urn:x' })).toMatchObject({ body: `token=${token}&token_type_hint=urn%3Ax` })
  })

  it('by GET has everything in the query, behind that of the endpoint, and no content', async () => {
    const { method, url, body, headers } = await sent(
      { method: 'GET', tokenIn: 'query', parameters: { a: '1' } },
      { introspectionEndpoint: `${bench.as.introspectionEndpoint}?tenant=a%20b` },
    )
    expect({ method, url, body }).toEqual({
      method: 'GET',
      url: `/introspect?tenant=a%20b&token=${token}&token_type_hint=access_token&a=1`,
      body: '',
    })
    expect(headers).not.toHaveProperty('content-type')
    expect(headers).toHaveProperty('authorization')
  })

  it('by POST with the token in the query has nothing about it in the form, unless it is wanted in both', async () => {
    expect(await sent({ tokenIn: 'query' })).toMatchObject({ url: `/introspect?token=${token}&token_type_hint=access_token`, body: '' })
    bench.as.forgetCalls()
    expect(await sent({ tokenIn: ['form', 'query'], tokenTypeHint: false })).toMatchObject({
      url: `/introspect?token=${token}`,
      body: `token=${token}`,
    })
  })

  it('has the token in a header field as it is', async () => {
    const request = { method: 'GET', tokenIn: 'header', tokenHeader: 'X-Token', tokenTypeHint: false }
    expect(await sent(request)).toMatchObject({ method: 'GET', url: '/introspect', body: '', headers: { 'x-token': token } })
  })

  it('always encodes the token: it cannot become another parameter', async () => {
    const odd = 'a&active=true+%2f=#?'
    for (const tokenIn of ['form', 'query']) {
      bench.as.forgetCalls()
      const { url, body } = await sent({ tokenIn, tokenTypeHint: false }, { tokenSyntax: 'vschar' }, odd)
      const text = tokenIn === 'form' ? String(body) : String(url).slice('/introspect?'.length)
      expect([...new URLSearchParams(text)]).toEqual([['token', odd]])
      expect(text).not.toContain('#')
    }
  })

  it('goes with credentials in the form too', () => {
    const request = writeIntrospectionRequest(
      new URL('https://as.example/introspect'),
      'tok',
      { form: { client_id: 'rs-client', client_secret: 's' } },
      { ...standardRequest, tokenIn: ['query'] },
      'application/json',
    )
    expect(request).toMatchObject({ body: 'client_id=rs-client&client_secret=s' })
    expect(request.url.href).toBe('https://as.example/introspect?token=tok&token_type_hint=access_token')
  })

  it('in a URL is warned of at once', () => {
    bench.make({ introspectionRequest: { tokenIn: ['query', 'form'] } })
    expect(bench.events).toMatchObject([{ type: 'warning', code: 'TOKEN_IN_URL' }])
    bench.events.length = 0
    bench.make({ introspectionRequest: { tokenIn: 'form' } })
    expect(bench.events).toEqual([])
  })
})

describe('a shape of requests', () => {
  const wrong: readonly (readonly [string, unknown, string])[] = [
    ['no object', 'GET', '"introspectionRequest" must be an object'],
    ['an unknown member', { verb: 'GET' }, 'unknown option "introspectionRequest.verb"'],
    ['another method', { method: 'PUT' }, '"introspectionRequest.method" must be "POST" or "GET"'],
    ['the token nowhere', { tokenIn: [] }, '"introspectionRequest.tokenIn" must be'],
    ['the token in a cookie', { tokenIn: 'cookie' }, '"introspectionRequest.tokenIn" must be'],
    ['the token twice in one place', { tokenIn: ['form', 'form'] }, '"introspectionRequest.tokenIn" must be'],
    ['a form of a GET', { method: 'GET' }, '"introspectionRequest.tokenIn" must not be "form" with "GET"'],
    ['a header without its name', { tokenIn: 'header' }, '"introspectionRequest.tokenHeader" must be there'],
    ['the name of a header that is not used', { tokenHeader: 'X-Token' }, '"introspectionRequest.tokenHeader" must be there'],
    ['a header that is none', { tokenIn: 'header', tokenHeader: 'X Token' }, '"introspectionRequest.tokenHeader" must be a token'],
    [
      'the header of the credentials',
      { tokenIn: 'header', tokenHeader: 'Authorization' },
      '"authorization", which client_secret_basic uses',
    ],
    ['credentials of its own', { headers: { Authorization: 'Bearer CANARY' } }, '"authorization", which client_secret_basic uses'],
    ['a header of the request', { headers: { 'Content-Type': 'text/plain' } }, 'must not have "content-type"'],
    ['another Accept', { headers: { accept: '*/*' } }, 'must not have "accept"'],
    ['another Host', { headers: { host: 'x' } }, 'must not have "host"'],
    [
      'the header of the token',
      { tokenIn: 'header', tokenHeader: 'X-T', headers: { 'x-t': 'y' } },
      'must not have "x-t", which holds the token',
    ],
    ['a line break in a header', { headers: { 'X-A': 'a\r\nb: c' } }, '"introspectionRequest.headers.X-A" must be a header field'],
    ['a header that is no text', { headers: { 'X-A': 7 } }, '"introspectionRequest.headers.X-A" must be a header field, got a number'],
    ['the token as a parameter', { parameters: { token: 'x' } }, 'must not have "token"'],
    ['a hint as a parameter', { parameters: { token_type_hint: 'x' } }, 'must not have "token_type_hint"'],
    ['a client as a parameter', { parameters: { client_id: 'x' } }, 'must not have "client_id"'],
    ['a secret as a parameter', { parameters: { client_secret: 'CANARY' } }, 'must not have "client_secret"'],
    ['an assertion as a parameter', { parameters: { client_assertion: 'CANARY' } }, 'must not have "client_assertion"'],
    ['the other name of the token as a parameter', { tokenParameter: 't', parameters: { t: 'x' } }, 'must not have "t"'],
    ['a name that is taken for the token', { tokenParameter: 'client_id' }, 'must not be "client_id"'],
    ['a parameter that is no text', { parameters: { a: 7 } }, '"introspectionRequest.parameters.a" must be a string, got a number'],
    ['parameters that are none', { parameters: ['a'] }, '"introspectionRequest.parameters" must be an object of strings'],
    ['an empty hint', { tokenTypeHint: '' }, '"introspectionRequest.tokenTypeHint" must be a string that is not empty'],
    ['something missing', { parameters: undefined }, '"introspectionRequest.parameters" is undefined'],
  ]

  it.each(wrong)('is a fault with %s', (_what, introspectionRequest, message) => {
    expect(() => bench.make({ introspectionRequest })).toThrow(TypeError)
    expect(() => bench.make({ introspectionRequest })).toThrow(message)
    expect(() => bench.make({ introspectionRequest })).not.toThrow(/CANARY/)
  })

  it('keeps credentials out of URLs [IR-09]', () => {
    const introspectionRequest = { method: 'GET', tokenIn: 'query' }
    const options = bench.optionsAs(clientSecretPost('rs-client', clientSecret), { introspectionRequest })
    expect(() => bench.makeOf(options)).toThrow('"introspectionRequest.method" must not be "GET" with client_secret_post')
  })

  it('leaves Authorization to the token where the credentials are elsewhere', () => {
    const elsewhere = clientSecretBasic('rs-client', clientSecret, { header: 'X-Client' })
    const options = bench.optionsAs(elsewhere, { introspectionRequest: { tokenIn: 'header', tokenHeader: 'Authorization' } })
    expect(() => bench.makeOf(options)).not.toThrow()
    expect(() => bench.makeOf({ ...options, introspectionRequest: { headers: { 'x-client': 'y' } } })).toThrow(
      '"x-client", which client_secret_basic uses',
    )
  })

  it('does not write over a query of the endpoint', () => {
    const introspectionEndpoint = `${bench.as.introspectionEndpoint}?token=x`
    expect(() => bench.make({ introspectionEndpoint })).toThrow('"introspectionEndpoint" must not have "token" in its query')
  })
})

describe('the identity of a shape', () => {
  const others: readonly Partial<RequestRules>[] = [
    { method: 'GET' },
    { tokenIn: ['query'] },
    { tokenIn: ['form', 'query'] },
    { tokenParameter: 't' },
    { formParameter: 't' },
    { tokenHeader: 'x-t' },
    { tokenTypeHint: undefined },
    { tokenTypeHint: 'x' },
    { parameters: { a: '1' } },
    { parameters: { a: '2' } },
    { parameters: { a: '1', b: '2' } },
    { headers: { a: '1' } },
  ]
  const written = (rules: Partial<RequestRules>): string => JSON.stringify(identifyRequest({ ...standardRequest, ...rules }))

  it('is another for every difference [CA-04]', () => {
    const identities = [{}, ...others].map(written)
    expect(new Set(identities).size).toBe(identities.length)
  })

  it('is the same whatever the order', () => {
    expect(written({ parameters: { b: '2', a: '1' } })).toBe(written({ parameters: { a: '1', b: '2' } }))
  })
})
