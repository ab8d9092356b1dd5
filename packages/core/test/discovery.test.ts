import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { type Behaviour, byPath, bytes, json, raw, reset, silence, startAuthorizationServer, untrusted } from '@oauth-introspect/testkit'
import { IntrospectionError, type ResourceServer, type Transport } from '../src/index.ts'
import { bearer, clientSecret, granted, setUpServer, token } from './server-bench.ts'

const bench = setUpServer()
const said = 'CANARY-said-by-the-server'
/** A resource server that is told the issuer, and nothing of the endpoint. */
function discovering(more: object = {}, options: object = bench.options()): ResourceServer<unknown> {
  const told = Object.entries({ ...options, issuer: bench.as.origin, retries: 0, ...more })
  return bench.makeOf(Object.fromEntries(told.filter(([name]) => name !== 'introspectionEndpoint')))
}

const oauth = '/.well-known/oauth-authorization-server'
const openid = '/.well-known/openid-configuration'
const metadata = (more: object = {}): object => ({
  issuer: bench.as.origin,
  introspection_endpoint: bench.as.introspectionEndpoint,
  ...more,
})
const urls = (): string[] => bench.as.calls.map(({ method, url }) => `${method} ${url}`)

/** Serves these documents, and good answers about tokens. */
function serve(documents: Readonly<Record<string, Behaviour>> = { [oauth]: json(metadata()) }): void {
  bench.as.behave(byPath({ '/introspect': json(bench.good({ exp: bench.clock / 1000 + 7200 })), ...documents }))
}

/** What `ready()` rejects with. */
async function failure(server: ResourceServer<unknown>): Promise<IntrospectionError> {
  const error: unknown = await server.ready().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!IntrospectionError.is(error)) throw new Error(`expected an IntrospectionError, not ${inspect(error)}`)
  return error
}

describe.each([
  ['undici', {}],
  ['the global fetch', { transport: fetch }],
])('discovery by %s', (_name, options) => {
  it('needs the issuer alone, asks with GET and shows nothing of us, then asks where it was told [MD-15] [MD-18]', async () => {
    serve({ [oauth]: json(metadata({ introspection_endpoint: `${bench.as.origin}/introspect?tenant=a%20b` })) })
    const auth = await granted(discovering(options).authorize(bearer()))
    expect(auth.authorizationServer).toBe(bench.as.origin)
    expect(urls()).toEqual([`GET ${oauth}`, 'POST /introspect?tenant=a%20b'])
    expect(bench.as.calls[0]).toMatchObject({ body: '', headers: { accept: 'application/json' } })
    expect(inspect(bench.as.calls[0])).not.toMatch(/authorization:|CANARY|rs-client/i)
    expect(bench.events).toMatchObject([{ type: 'introspected', authorizationServer: bench.as.origin }, { type: 'granted' }])
  })

  it.each([
    ['', [oauth, openid]],
    ['/', [oauth, openid]],
    ['/tenant', [`${oauth}/tenant`, `${openid}/tenant`, `/tenant${openid}`]],
    ['/tenant/', [`${oauth}/tenant`, `${openid}/tenant`, `/tenant${openid}`]],
    ['/tenant/a%20b', [`${oauth}/tenant/a%20b`, `${openid}/tenant/a%20b`, `/tenant/a%20b${openid}`]],
  ])('looks in these places, for an issuer with the path "%s", and stops where it finds [MD-15] [MD-17]', async (path, places) => {
    const issuer = bench.as.origin + path
    for (const [at, place] of places.entries()) {
      bench.as.forgetCalls()
      serve({ [place]: json(metadata({ issuer })) })
      await discovering({ ...options, issuer }).ready()
      expect(urls()).toEqual(places.slice(0, at + 1).map((tried) => `GET ${tried}`))
    }
    bench.as.forgetCalls()
    serve({})
    expect((await failure(discovering({ ...options, issuer }))).message).toContain('there is none at the well-known places')
    expect(urls()).toEqual(places.map((tried) => `GET ${tried}`))
  })

  it.each([400, 401, 403, 404, 405, 410])('goes on to the next place after status %i', async (status) => {
    serve({ [oauth]: json({ ...metadata(), introspection_endpoint: said }, status), [openid]: json(metadata()) })
    await granted(discovering(options).authorize(bearer()))
    expect(urls()).toEqual([`GET ${oauth}`, `GET ${openid}`, 'POST /introspect'])
  })

  it('goes on to the next place after a document of the issuer that does not name the endpoint', async () => {
    serve({ [oauth]: json({ issuer: bench.as.origin }), [openid]: json(metadata()) })
    await granted(discovering(options).authorize(bearer()))
    serve({ [oauth]: json({ issuer: bench.as.origin }) })
    expect((await failure(discovering(options))).message).toContain('it does not name "introspection_endpoint"')
  })

  const bad: readonly (readonly [situation: string, reply: () => Behaviour, message: string, retryAfter?: number])[] = [
    [
      'another issuer [MD-16] [MD-17] [MD-20]',
      () => json(metadata({ issuer: 'https://evil.example' })),
      'its "issuer" is not the one configured',
    ],
    [
      'a slash more in the issuer [MD-16]',
      () => json(metadata({ issuer: `${bench.as.origin}/` })),
      'its "issuer" is not the one configured',
    ],
    ['the endpoint in the clear', () => json(metadata({ introspection_endpoint: `http://as.example/${said}` })), 'must be an https URL'],
    [
      'the endpoint in the cloud’s own network [MD-21]',
      () => json(metadata({ introspection_endpoint: 'https://169.254.169.254/x' })),
      'link-local',
    ],
    [
      'a method that is not ours [IR-16]',
      () => json(metadata({ introspection_endpoint_auth_methods_supported: [said] })),
      '"client_secret_basic"',
    ],
    [
      'a place for the token in the endpoint',
      () => json(metadata({ introspection_endpoint: `${bench.as.origin}/x?token=` })),
      'has "token" in its query',
    ],
    ['HTML', () => raw(`<html>${said}</html>`, 200, { 'content-type': 'text/html' }), 'its media type is not application/json'],
    ['a list', () => json([said]), 'it is not a JSON object'],
    ['JSON that is cut', () => raw(`{"issuer":"${said}`, 200, { 'content-type': 'application/json' }), 'it is not JSON'],
    ['an empty reply', () => raw('', 200, { 'content-type': 'application/json' }), 'it is not JSON'],
    ['five megabytes', () => json(metadata({ more: 'x'.repeat(5_000_000) })), 'it is larger than 262144 bytes'],
    [
      'a gzip bomb',
      () => raw(gzipSync('x'.repeat(10_000_000)), 200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }),
      'it is larger than 262144 bytes',
    ],
    [
      'an encoding unknown',
      () => raw('{}', 200, { 'content-type': 'application/json', 'content-encoding': 'rot13' }),
      'it cannot be decoded',
    ],
    ['a redirect [MD-15]', () => raw(said, 302, { location: `${bench.as.origin}/elsewhere` }), 'its status is 302'],
    ['a permanent redirect [MD-15]', () => json(metadata(), 308, { location: '/elsewhere' }), 'its status is 308'],
    ['status 204', () => raw('', 204), 'its status is 204'],
    ['status 201', () => json(metadata(), 201), 'its status is 201'],
    ['status 408', () => raw(said, 408), 'its status is 408'],
    ['status 429', () => raw(said, 429, { 'retry-after': '7' }), 'its status is 429', 7],
    ['status 500', () => raw(said, 500), 'its status is 500'],
    ['status 503', () => raw(said, 503, { 'retry-after': '9' }), 'its status is 503', 9],
    ['a reset', () => reset, 'the server cannot be reached ('],
    ['what is no HTTP', () => bytes(`220 ${said}\r\n`), 'the server cannot be reached'],
  ]

  it.each(bad)('fails on %s, tries no other place and sends no token anywhere', async (...[, reply, message, retryAfter]) => {
    serve({ [oauth]: reply(), [openid]: json(metadata()), '/elsewhere': json(metadata()) })
    const server = discovering(options)
    const outcome = await server.authorize(bearer())
    expect(outcome).toMatchObject({ outcome: 'refused', status: 503, reason: 'authorization_server_unavailable', body: {} })
    if (outcome.outcome !== 'refused') return
    const names = outcome.headers.map(([name, value]) => (name === 'Retry-After' ? `${name}: ${value}` : name))
    expect(names).toEqual(['Cache-Control', ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`])])
    expect(urls()).toEqual([`GET ${oauth}`])
    const error = await failure(server)
    expect(error.code).toBe('DISCOVERY_FAILED')
    expect(error.message).toMatch(/^the authorization server's metadata cannot be used: .*, at \/\.well-known\/oauth-authorization-server /)
    expect(error.message).toContain(message)
    expect(bench.events).toMatchObject([
      { type: 'fault', code: 'DISCOVERY_FAILED' },
      { type: 'refused', status: 503 },
    ])
    const printed = inspect([error, outcome, bench.events], { depth: 9 }) + JSON.stringify([error, outcome, bench.events])
    for (const canary of [token, said, clientSecret]) expect(printed).not.toContain(canary)
    expect(server.stats()).toMatchObject({ calls: 0, failedCalls: 0, callsInFlight: 0, entries: 0, inactiveEntries: 0 })
  })

  it('gives up on a silent server at the deadline', async () => {
    serve({ [oauth]: silence })
    const server = discovering({ ...options, timeoutMs: 40 })
    expect(await server.authorize(bearer())).toMatchObject({ status: 503 })
    expect((await failure(server)).message).toMatch(/: (?:the server did not answer|it did not come) within 40 ms/)
  })

  it('is made once for any number of requests at the same time', async () => {
    serve()
    const server = discovering(options)
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, at) => Promise.resolve(server.authorize(bearer(`tok-${at}`)))))
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['granted']))
    expect(urls().filter((url) => url.startsWith('GET'))).toEqual([`GET ${oauth}`])
    expect(server.stats()).toMatchObject({ calls: 50, granted: 50 })
  })
})

describe('a resource server that is told the issuer', () => {
  it('has an issuer in the internet say where to ask, over https only [MD-15]', async () => {
    const asked: string[] = []
    const transport: Transport = (url, init) => {
      asked.push(url)
      return fetch(url.replace('https://as.example', bench.as.origin), init)
    }
    const issuer = 'https://as.example/tenant'
    serve({ [`${oauth}/tenant`]: json({ issuer, introspection_endpoint: 'https://as.example/introspect' }) })
    const auth = await granted(discovering({ issuer, transport }).authorize(bearer()))
    expect(auth.authorizationServer).toBe(issuer)
    expect(asked).toEqual([`https://as.example${oauth}/tenant`, 'https://as.example/introspect'])
    serve({ [`${oauth}/tenant`]: json({ issuer, introspection_endpoint: bench.as.introspectionEndpoint }) })
    expect((await failure(discovering({ issuer, transport }))).message).toContain('must be outside of loopback networks')
  })

  it('follows no redirect to another server [MD-15]', async () => {
    const other = await startAuthorizationServer()
    try {
      serve({ [oauth]: raw('', 307, { location: other.origin + oauth }) })
      for (const options of [{}, { transport: fetch }]) await failure(discovering(options))
      expect(other.calls).toEqual([])
    } finally {
      await other.close()
    }
  })

  it.each([
    ['undici', {}],
    ['the global fetch', { transport: fetch }],
  ])('hears nothing from a server whose certificate it does not trust, by %s [MD-20]', async (_name, options) => {
    const other = await startAuthorizationServer(untrusted)
    try {
      const { origin: issuer, introspectionEndpoint } = other
      other.behave(json({ issuer, introspection_endpoint: introspectionEndpoint }))
      const server = discovering({ ...options, issuer })
      expect(await server.authorize(bearer())).toMatchObject({ status: 503 })
      expect((await failure(server)).message).toContain('the server cannot be reached (DEPTH_ZERO_SELF_SIGNED_CERT)')
      expect(other.calls).toEqual([])
    } finally {
      await other.close()
    }
  })

  it('and the endpoint looks for nothing [MD-18]', async () => {
    serve({})
    const server = bench.make({ issuer: bench.as.origin })
    await server.ready()
    await granted(server.authorize(bearer()))
    expect(urls()).toEqual(['POST /introspect'])
  })

  it('accepts the tokens of that issuer only', async () => {
    serve({ [oauth]: json(metadata()), '/introspect': json(bench.good({ iss: 'https://other.example' })) })
    expect(await discovering().authorize(bearer())).toMatchObject({ status: 401, reason: 'issuer_mismatch' })
  })

  it('is ready when it knows where to ask, and asks for it once', async () => {
    serve()
    const server = discovering()
    await server.ready()
    await server.ready()
    await granted(server.authorize(bearer()))
    expect(urls()).toEqual([`GET ${oauth}`, 'POST /introspect'])
  })

  it('is ready after a failure, when the pause is over', async () => {
    serve({ [oauth]: raw('', 503) })
    const server = discovering()
    const error = await failure(server)
    serve()
    bench.clock += 4999
    expect(await failure(server)).toBe(error)
    expect(await server.authorize(bearer())).toMatchObject({ status: 503, cause: error })
    bench.clock += 1
    await server.ready()
    await granted(server.authorize(bearer()))
    expect(urls()).toEqual([`GET ${oauth}`, `GET ${oauth}`, 'POST /introspect'])
  })

  it('goes on through an outage of the metadata, tells of it, and hears of a move when it is over', async () => {
    serve()
    const server = discovering({ cache: false })
    await granted(server.authorize(bearer()))
    serve({ [oauth]: raw('', 500) })
    bench.clock += 3_600_000
    await granted(server.authorize(bearer()))
    await eventually(() => bench.events.some((event) => event.type === 'fault' && event.code === 'DISCOVERY_FAILED'))
    serve({ [oauth]: json(metadata({ introspection_endpoint: `${bench.as.origin}/moved` })), '/moved': json(bench.good({ sub: 'moved' })) })
    bench.clock += 5000
    await granted(server.authorize(bearer()))
    await eventually(async () => (await granted(server.authorize(bearer()))).subject === 'moved')
  })

  it('uses the alias for mutual TLS if it authenticates so [IR-15]', async () => {
    const mtls_endpoint_aliases = { introspection_endpoint: `${bench.as.origin}/mtls` }
    serve({ [oauth]: json(metadata({ mtls_endpoint_aliases })), '/mtls': json(bench.good()) })
    const clientAuthentication = { method: 'tls_client_auth', identity: 'rs-client', credentials: () => ({}) }
    await granted(discovering({}, bench.optionsAs(clientAuthentication)).authorize(bearer()))
    expect(urls()).toEqual([`GET ${oauth}`, 'POST /mtls'])
  })
})

/** Tries again, as often as the event loop turns, until something holds; not for ever. */
async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const start = performance.now()
  while (!(await holds())) {
    if (performance.now() - start > 3000) throw new Error('it never came to hold')
    await new Promise(setImmediate)
  }
}
