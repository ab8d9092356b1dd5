import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { after, byToken, json, raw } from '@oauth-introspect/testkit'
import { nodeRequest, type ResourceRequest, webRequest } from '../src/index.ts'
import { bearer, clientSecret, granted, nothing, setUpServer, token } from './server-bench.ts'

const bench = setUpServer()

describe('authorize()', () => {
  it('is a promise on a miss, and no promise on a hit, with the very same claims [CA-01]', async () => {
    const server = bench.make()
    bench.as.behave(json(bench.good({ nested: { deep: [1] } })))
    const missed = server.authorize(bearer())
    expect(missed).toBeInstanceOf(Promise)
    const first = await granted(missed)
    const hit = server.authorize(bearer())
    expect(hit).not.toBeInstanceOf(Promise)
    const second = await granted(hit)
    expect(second).not.toBe(first)
    expect(second.claims).toBe(first.claims)
    expect(second.scopes).toBe(first.scopes)
    expect(Object.isFrozen(first.claims)).toBe(true)
    expect(bench.as.calls).toHaveLength(1)
  })

  it('is no promise where no question is needed', () => {
    const server = bench.make()
    expect(server.authorize(nothing)).toMatchObject({ outcome: 'refused', status: 401, reason: 'token_missing' })
    expect(server.authorize(bearer('a b'))).toMatchObject({ outcome: 'refused', status: 400, reason: 'request_malformed' })
    expect(server.authorize(bearer('"'))).toMatchObject({ outcome: 'refused', status: 401, reason: 'token_malformed' })
    expect(bench.make({ optional: true }).authorize(nothing)).toEqual({ outcome: 'anonymous', headers: [] })
    expect(bench.as.calls).toEqual([])
  })

  it('tells by its own matching which scopes are granted, several in one text too', async () => {
    bench.as.behave(json(bench.good({ scope: 'read orders' })))
    const auth = await granted(bench.make({ scopeMatching: 'hierarchic' }).authorize(bearer()))
    for (const scopes of [['read'], ['read', 'orders.write'], ['read orders'], [' orders.write  read ']])
      expect(auth.hasScope(...scopes)).toBe(true)
    for (const scopes of [['admin'], ['read admin'], ['read', 'admin'], [''], [' ']]) expect(auth.hasScope(...scopes)).toBe(false)
  })

  it('judges a remembered answer anew for each request [CA-09] [SC-07]', async () => {
    const server = bench.make({ audience: 'https://api.example', maxTokenAgeSeconds: 30 })
    bench.as.behave(json(bench.good({ iat: bench.clock / 1000 })))
    await granted(server.authorize(bearer()))
    expect(server.authorize(bearer(), { requiredScopes: 'admin' })).toMatchObject({ status: 403, reason: 'scope_insufficient' })
    expect(server.authorize(bearer(), { allowedClients: ['other'] })).toMatchObject({ status: 401, reason: 'client_not_allowed' })
    expect(server.authorize(bearer(), { audience: 'https://other.example' })).toMatchObject({ reason: 'audience_mismatch' })
    expect(server.authorize(bearer(), { requiredScopes: 'read' })).toMatchObject({ outcome: 'granted' })
    bench.clock += 31_000
    expect(server.authorize(bearer())).toMatchObject({ reason: 'token_too_old' })
    expect(bench.as.calls).toHaveLength(1)
  })

  it('asks afresh where an answer must not be older than the request', async () => {
    const server = bench.make()
    bench.as.behave(json(bench.good()), json({ active: false }))
    await granted(server.authorize(bearer()))
    bench.clock += 5000
    expect(server.authorize(bearer(), { maxAnswerAgeSeconds: 6 })).toMatchObject({ outcome: 'granted' })
    expect(await server.authorize(bearer(), { maxAnswerAgeSeconds: 0 })).toMatchObject({ reason: 'token_inactive' })
    expect(server.authorize(bearer())).toMatchObject({ reason: 'token_inactive' })
    expect(bench.as.calls).toHaveLength(2)
  })

  it('admits within the expiry tolerance a fresh answer only [CA-02]', async () => {
    const server = bench.make({ expiryToleranceSeconds: 5 })
    bench.as.behave(json(bench.good({ exp: bench.clock / 1000 + 1 })))
    await granted(server.authorize(bearer()))
    bench.clock += 2000
    expect(server.authorize(bearer())).toBeInstanceOf(Promise)
    await granted(server.authorize(bearer()))
    bench.clock += 4000
    expect(await server.authorize(bearer())).toMatchObject({ reason: 'token_expired' })
  })

  it.each([
    ['a status of 503', raw('', 503), { status: 503, reason: 'authorization_server_unavailable' }],
    ['a refusal of ours', raw('', 401), { status: 500, reason: 'authorization_server_rejected_us' }],
    ['an unusable reply', raw('x'), { status: 503, reason: 'authorization_server_unavailable' }],
  ])('never remembers %s, and never blames the token for it [CA-18] [ER-14]', async (_what, reply, refusal) => {
    const server = bench.make({ retries: 0 })
    bench.as.behave(reply, json(bench.good()))
    const refused = await server.authorize(bearer())
    expect(refused).toMatchObject({ outcome: 'refused', ...refusal, body: {} })
    expect(refused.headers.map(([name]) => name)).not.toContain('WWW-Authenticate')
    await granted(server.authorize(bearer()))
  })

  it.each([
    ['9', 9],
    ['99999999999999999999', 10],
    ['Sat, 21 Nov 2026 12:00:04 GMT', 4],
  ])('leaves an endpoint alone that said Retry-After: %s, for any token, ten seconds at most [IR-22]', async (retryAfter, seconds) => {
    const server = bench.make()
    bench.as.behave(json({}, 429, { 'retry-after': retryAfter }), json(bench.good()))
    await server.authorize(bearer())
    bench.clock += seconds * 1000 - 1
    const held = await server.authorize(bearer('another'))
    expect(held).toMatchObject({ status: 503, reason: 'authorization_server_unavailable' })
    expect(held.headers).toContainEqual(['Retry-After', '1'])
    expect(bench.as.calls).toHaveLength(1)
    expect(server.stats()).toMatchObject({ calls: 1, failedCalls: 1 })
    bench.clock += 1
    await granted(server.authorize(bearer()))
  })

  it('asks at once after a fault that names no time, and when the clock was set back in a pause', async () => {
    const server = bench.make({ retries: 0 })
    bench.as.behave(json({}, 429), json({}, 503, { 'retry-after': 'soon' }), json({}, 503, { 'retry-after': '9' }), json(bench.good()))
    for (let at = 0; at < 3; at++) expect(await server.authorize(bearer())).toMatchObject({ status: 503 })
    bench.clock -= 1
    await granted(server.authorize(bearer()))
  })

  it('answers 503 when too much is under way, and asks again when there is room [LG-07]', async () => {
    const server = bench.make({ maxConcurrentCalls: 1 })
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    bench.as.behave(after(released, json(bench.good())), json(bench.good()))
    const slow = server.authorize(bearer('one'))
    expect(await server.authorize(bearer('two'))).toMatchObject({ status: 503, reason: 'overloaded' })
    release()
    await granted(slow)
    await granted(server.authorize(bearer('two')))
    expect(bench.as.calls).toHaveLength(2)
  })

  it('counts no question that was not put, because too much was under way', async () => {
    const server = bench.make({ maxConcurrentCalls: 1 })
    bench.as.behave(json(bench.good()))
    await Promise.all([server.authorize(bearer('one')), server.authorize(bearer('two'))])
    expect(bench.as.calls).toHaveLength(1)
    expect(server.stats()).toMatchObject({ calls: 1, granted: 1, refused: 1 })
  })

  it('rejects with what a claims schema throws, and remembers nothing of it', async () => {
    const failure = new Error('the schema failed')
    const validate = (): never => {
      throw failure
    }
    const server = bench.make({ claims: { '~standard': { version: 1, vendor: 'test', validate } } })
    bench.as.behave(json(bench.good()))
    for (let at = 0; at < 2; at++) await expect(server.authorize(bearer())).rejects.toBe(failure)
    expect(server.stats()).toMatchObject({ calls: 2, failedCalls: 0, granted: 0, refused: 0, entries: 0 })
  })
})

describe('forget()', () => {
  it('makes the next request ask, and does not let a call in flight bring the answer back [CA-18]', async () => {
    const server = bench.make()
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    bench.as.behave(after(released, json(bench.good())), json({ active: false }))
    const first = server.authorize(bearer())
    await server.forget(token)
    release()
    await granted(first)
    expect(await server.authorize(bearer())).toMatchObject({ reason: 'token_inactive' })
    await server.forget(token)
    bench.as.behave(json(bench.good()))
    await granted(server.authorize(bearer()))
    expect(bench.as.calls).toHaveLength(3)
  })
})

describe('stats()', () => {
  it('count what became of requests, and what it cost', async () => {
    const server = bench.make({ optional: true })
    expect(server.stats()).toEqual({
      granted: 0,
      refused: 0,
      anonymous: 0,
      hits: 0,
      joined: 0,
      storeHits: 0,
      stale: 0,
      calls: 0,
      failedCalls: 0,
      callsInFlight: 0,
      entries: 0,
      inactiveEntries: 0,
      refreshed: 0,
      storeFailures: 0,
      signals: 0,
      marks: 0,
      listenerFailures: 0,
    })
    bench.as.behave(byToken({ good: bench.good() }))
    const joined = [bearer('good'), bearer('good')].map((request) => Promise.resolve(server.authorize(request)))
    expect(server.stats().callsInFlight).toBe(1)
    await Promise.all(joined)
    await server.authorize(bearer('good'))
    await server.authorize(bearer('bad'))
    await server.authorize(nothing)
    bench.as.behave(raw('', 500))
    await server.authorize(bearer('down'))
    expect(server.stats()).toEqual({
      granted: 3,
      refused: 2,
      anonymous: 1,
      hits: 1,
      joined: 1,
      storeHits: 0,
      stale: 0,
      calls: 3,
      failedCalls: 1,
      callsInFlight: 0,
      entries: 1,
      inactiveEntries: 1,
      refreshed: 0,
      storeFailures: 0,
      signals: 0,
      marks: 0,
      listenerFailures: 0,
    })
  })
})

describe('ready() and close()', () => {
  it('need nothing, and leave remembered answers usable while nothing more is asked', async () => {
    const server = bench.make()
    await server.ready()
    expect(bench.as.calls).toEqual([])
    bench.as.behave(json(bench.good()))
    await granted(server.authorize(bearer('known')))
    await server.close()
    await server.close()
    expect(server.authorize(bearer('known'))).toMatchObject({ outcome: 'granted' })
    expect(await server.authorize(bearer('new'))).toMatchObject({ status: 503 })
    expect(bench.as.calls).toHaveLength(1)
  })
})

describe('requests', () => {
  it('of Node and of the web are judged alike, and ride along with events unseen', async () => {
    const server = bench.make()
    bench.as.behave(json(bench.good()))
    const incoming = { method: 'POST', url: '/a?b=c', rawHeaders: ['Host', 'x', 'AUTHORIZATION', `Bearer ${token}`] }
    const request = new Request('https://api.example/a?b=c', { method: 'POST', headers: { authorization: `Bearer ${token}` } })
    await granted(server.authorize(nodeRequest(incoming)))
    await granted(server.authorize(webRequest(request)))
    const seen = bench.events.flatMap((event) => (event.type === 'granted' ? [event.request] : []))
    expect(seen.map((one) => [one?.method, one?.url, one?.native])).toEqual([
      ['POST', '/a?b=c', incoming],
      ['POST', '/a?b=c', request],
    ])
    const doubled = { ...incoming, rawHeaders: [...incoming.rawHeaders, 'authorization', 'Bearer other'] }
    expect(server.authorize(nodeRequest(doubled))).toMatchObject({ status: 400 })
    request.headers.append('authorization', 'Bearer other')
    expect(server.authorize(webRequest(request))).toMatchObject({ status: 400 })
  })
})

describe('what is printed', () => {
  it('of server, outcomes, auth, events and errors shows no token and no secret [LG-01]', async () => {
    const server = bench.make({ requiredScopes: 'read' })
    bench.as.behave(json(bench.good({ echoed: token, list: [`it was ${token}`] })))
    const auth = await granted(server.authorize(bearer()))
    const refused = server.authorize(bearer(), { requiredScopes: 'admin' })
    bench.as.behave(json({ error: 'invalid_client', error_description: token }, 401))
    const failed = await server.authorize(bearer(), { maxAnswerAgeSeconds: 0 })
    expect(auth.token).toBe(token)
    expect(Object.keys(auth)).not.toContain('token')
    const outputs = [
      server,
      auth,
      { ...auth },
      structuredClone({ ...auth, hasScope: undefined }),
      refused,
      failed,
      bench.events,
      server.stats(),
    ]
    const printed = outputs
      .map((output) => inspect(output, { depth: 12, showHidden: true, getters: false }) + JSON.stringify(output))
      .join('\n')
    expect(printed).toContain('CLIENT_REJECTED')
    for (const canary of [token, clientSecret, btoa(`rs-client:${clientSecret}`)]) expect(printed).not.toContain(canary)
  })
})

describe('a preflight', () => {
  const preflight = (more: Readonly<Record<string, readonly string[]>> = {}): ResourceRequest => {
    const fields = new Map(Object.entries({ origin: ['https://app.example'], 'access-control-request-method': ['POST'], ...more }))
    return { ...nothing, method: 'OPTIONS', header: (name) => fields.get(name) ?? [] }
  }

  it('passes as anonymous where that is chosen, without a question', () => {
    const server = bench.make({ skipPreflight: true })
    expect(server.authorize(preflight())).toEqual({ outcome: 'anonymous', headers: [] })
    expect(server.authorize(preflight({ authorization: [`Bearer ${token}`] }))).toEqual({ outcome: 'anonymous', headers: [] })
    expect(server.stats()).toMatchObject({ anonymous: 2, refused: 0, calls: 0 })
  })

  it('is judged like any other request where it is not', () => {
    expect(bench.make().authorize(preflight())).toMatchObject({ status: 401, reason: 'token_missing' })
  })

  it.each<[string, ResourceRequest]>([
    ['another method', { ...preflight(), method: 'GET' }],
    ['the method in another case', { ...preflight(), method: 'options' }],
    ['no Origin', preflight({ origin: [] })],
    ['no method asked for', preflight({ 'access-control-request-method': [] })],
  ])('is none with %s', (_what, request) => {
    expect(bench.make({ skipPreflight: true }).authorize(request)).toMatchObject({ status: 401, reason: 'token_missing' })
  })
})

describe('the answer', () => {
  const exposed = ['Access-Control-Expose-Headers', 'WWW-Authenticate, DPoP-Nonce']

  it('lets scripts of other origins read challenges where that is chosen, only there [CH-17]', async () => {
    bench.as.behave(json(bench.good()), json({}, 500))
    const server = bench.make({ corsExposeHeaders: true, requiredScopes: 'admin', cache: false, retries: 0 })
    const refusals = [await server.authorize(nothing), await server.authorize(bearer()), await server.authorize(bearer())]
    expect(refusals).toMatchObject([{ status: 401 }, { status: 403 }, { status: 503 }])
    for (const { headers } of refusals) expect(headers).toContainEqual(exposed)
    expect((await bench.make().authorize(nothing)).headers).not.toContainEqual(exposed)
  })

  it('is private where tokens may stand in the URL, only there, and never public [EX-18] [CA-10] [CA-11]', async () => {
    bench.as.behave(json(bench.good()))
    const inQuery: ResourceRequest = { ...nothing, url: `/r?access_token=${token}` }
    const server = bench.make({ tokenSources: ['header', 'query'] })
    for (const request of [inQuery, bearer()]) {
      expect(await server.authorize(request)).toMatchObject({ outcome: 'granted', headers: [['Cache-Control', 'private']] })
    }
    expect(await server.authorize(nothing)).toMatchObject({
      outcome: 'refused',
      headers: [
        ['Cache-Control', 'no-store'],
        ['WWW-Authenticate', 'Bearer realm="api"'],
      ],
    })
    expect(await bench.make({ tokenSources: ['header', 'form'] }).authorize(bearer())).toMatchObject({ outcome: 'granted', headers: [] })
    expect(bench.make().authorize(inQuery)).toMatchObject({ status: 401, reason: 'token_missing' })
  })
})

describe('a form with the token in it', () => {
  const posted: ResourceRequest = {
    method: 'POST',
    url: '/',
    header: (name) => (name === 'content-type' ? ['application/x-www-form-urlencoded'] : []),
    body: { access_token: token },
    native: undefined,
  }

  it('is read where that is chosen, and judged as any other', async () => {
    bench.as.behave(json(bench.good()))
    const server = bench.make({ tokenSources: ['header', 'form'] })
    expect((await granted(server.authorize(posted))).token).toBe(token)
    expect(await server.authorize(posted, { requiredScopes: 'admin' })).toMatchObject({ status: 403 })
    expect(await server.authorize({ ...posted, body: {} })).toMatchObject({ status: 401, reason: 'token_missing' })
    expect(await server.authorize({ ...posted, body: { access_token: [token, token] } })).toMatchObject({ status: 400 })
    expect(bench.as.calls).toHaveLength(1)
  })

  it('is anonymous without a token, where that is allowed', async () => {
    const server = bench.make({ tokenSources: ['form'], optional: true })
    expect(await server.authorize({ ...posted, body: 'a=1' })).toMatchObject({ outcome: 'anonymous' })
    expect(await server.authorize({ ...posted, body: 'access_token=' })).toMatchObject({ status: 400 })
  })
})
