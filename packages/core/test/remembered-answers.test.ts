import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { byToken, json, raw } from '@oauth-introspect/testkit'
import {
  bearerToken,
  encryptedStore,
  type IntrospectEvent,
  memoryStore,
  type Outcome,
  type ResourceServer,
  type StoreLike,
} from '../src/index.ts'
import { bearer, clientSecret, granted, setUpServer, token } from './server-bench.ts'

const bench = setUpServer()

/** Where the answers of the grants so far came from. */
const sources = (): unknown[] => bench.events.flatMap((event) => (event.type === 'granted' ? [event.source] : []))
const storeEvents = (): unknown[] =>
  bench.events.flatMap((event) => (event.type === 'store' ? [[event.operation, event.failed, event.count]] : []))
const status = (outcome: Outcome<unknown>): unknown => (outcome.outcome === 'refused' ? outcome.status : 200)

describe('a store that instances share', () => {
  const store = (): StoreLike & { readonly map: Map<string, string> } => {
    const map = new Map<string, string>()
    return {
      map,
      get: (key) => map.get(key),
      set: (key, value) => map.set(key, value),
      delete: (key) => map.delete(key),
    }
  }

  it('answers an instance that has just started, and what was given for it there is given here [CA-01]', async () => {
    const cache = { store: memoryStore({ maxEntries: 10, now: () => bench.clock }) }
    bench.as.behave(json(bench.good({ tenant: 'a' })))
    const first = await granted(bench.make({ cache }).authorize(bearer()))
    bench.clock += 1000
    const second = bench.make({ cache })
    const auth = await granted(second.authorize(bearer()))
    await granted(second.authorize(bearer()))
    expect(auth).toEqual(first)
    expect(auth).toMatchObject({ claims: { tenant: 'a' }, stale: false, answeredAt: bench.clock - 1000 })
    expect(Object.isFrozen(auth.claims)).toBe(true)
    expect(bench.as.calls).toHaveLength(1)
    expect(sources()).toEqual(['asked', 'store', 'memory'])
    expect(second.stats()).toMatchObject({ storeHits: 1, hits: 1, calls: 0, granted: 2, storeFailures: 0 })
  })

  it('holds no token and no secret, in keys or in values [CA-06] [CA-07]', async () => {
    const shared = store()
    bench.as.behave(json(bench.good({ echoed: token, note: `it was ${token}` })))
    await granted(bench.make({ cache: { store: shared, prefix: 'api:' } }).authorize(bearer()))
    const [[key = '', value] = []] = shared.map
    expect(key).toMatch(/^api:[\w-]{43}$/)
    expect(JSON.parse(value ?? '')).toMatchObject({ active: true, members: { sub: 'user-1' } })
    for (const canary of [token, clientSecret]) expect(inspect([...shared.map])).not.toContain(canary)
  })

  it.each([
    ['endpoints', () => ({ introspectionEndpoint: `${bench.as.introspectionEndpoint}?tenant=b` })],
    ['clients', () => ({ clientId: 'another' })],
    ['shapes of request', () => ({ introspectionRequest: { parameters: { resource: 'b' } } })],
    ['ways of reading', () => ({ scopeSeparator: ',' })],
    [
      'endpoints found by an issuer',
      () => ({ issuer: 'https://as.example', introspectionEndpoint: `${bench.as.introspectionEndpoint}?i` }),
    ],
  ])('never gives the answer of one of two %s to the other [CA-04]', async (_what, other) => {
    const cache = { store: store() }
    bench.as.behave(json(bench.good()))
    await granted(bench.make({ cache }).authorize(bearer()))
    bench.as.behave(json({ active: false }))
    expect(await bench.make({ cache, ...other() }).authorize(bearer())).toMatchObject({ reason: 'token_inactive' })
    expect(bench.as.calls).toHaveLength(2)
  })

  it('is shared by nobody whose bearer tokens come from a function, unless a prefix tells whose they are [CA-04]', async () => {
    const shared = store()
    const warnings: unknown[] = []
    const onEvent = (event: IntrospectEvent): void => {
      if (event.type === 'warning') warnings.push(event.code)
    }
    const make = (own: string, prefix?: string): ResourceServer<unknown> =>
      bench.makeOf(
        bench.optionsAs(
          bearerToken(() => own),
          { cache: { store: shared, ...(prefix === undefined ? {} : { prefix }) }, onEvent },
        ),
      )
    bench.as.behave((call, response) => json(bench.good({ sub: call.headers.authorization }))(call, response))
    expect((await granted(make('tenant-a', 'a:').authorize(bearer()))).subject).toBe('Bearer tenant-a')
    expect((await granted(make('tenant-b', 'b:').authorize(bearer()))).subject).toBe('Bearer tenant-b')
    expect((await granted(make('tenant-a', 'a:').authorize(bearer()))).subject).toBe('Bearer tenant-a')
    expect(bench.as.calls).toHaveLength(2)
    expect(warnings).toEqual([])
    bench.as.forgetCalls()
    for (const own of ['tenant-a', 'tenant-b', 'tenant-a']) {
      const server = make(own)
      for (let time = 0; time < 2; time++) expect((await granted(server.authorize(bearer()))).subject).toBe(`Bearer ${own}`)
    }
    expect(bench.as.calls).toHaveLength(3)
    expect(warnings).toEqual(['STORE_UNUSED', 'STORE_UNUSED', 'STORE_UNUSED'])
  })

  it('is another for another name in the list, where bearer tokens of our own come from a function [CA-04]', async () => {
    const { introspectionEndpoint } = bench.as
    const listed = ['tenant-a', 'tenant-b'].map((name) => ({ name, introspectionEndpoint, clientAuthentication: bearerToken(() => name) }))
    bench.as.behave((call, response) => json(bench.good({ sub: call.headers.authorization }))(call, response))
    const server = bench.makeOf({
      ...{ authorizationServers: listed, audience: null, now: () => bench.clock, cache: { store: store(), prefix: 'p:' } },
      selectAuthorizationServer: ({ url }: { url: string }) => url.slice(1),
    })
    for (const name of ['tenant-a', 'tenant-b', 'tenant-a']) {
      expect((await granted(server.authorize({ ...bearer(), url: `/${name}` }))).subject).toBe(`Bearer ${name}`)
    }
    expect(bench.as.calls).toHaveLength(2)
  })

  it('keeps what was said: requirements and the claims schema are each instance own, judged on every request [CA-09]', async () => {
    const cache = { store: store() }
    bench.as.behave(json(bench.good()))
    await granted(bench.make({ cache }).authorize(bearer()))
    const read: unknown[] = []
    const claims = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) => {
          read.push(value)
          return { value: { mine: (value as { readonly sub: string }).sub } }
        },
      },
    }
    const second = bench.make({ cache, claims, requiredScopes: ['read'] })
    expect((await granted(second.authorize(bearer()))).claims).toEqual({ mine: 'user-1' })
    await granted(second.authorize(bearer()))
    expect(await second.authorize(bearer(), { requiredScopes: 'admin' })).toMatchObject({ status: 403 })
    expect(await second.authorize(bearer(), { audience: 'https://other.example' })).toMatchObject({ reason: 'audience_mismatch' })
    expect(read).toHaveLength(1)
    const strict = { '~standard': { ...claims['~standard'], validate: () => ({ issues: [{ message: 'no', path: ['tenant'] }] }) } }
    expect(await bench.make({ cache, claims: strict }).authorize(bearer())).toMatchObject({ reason: 'claims_invalid' })
    expect(bench.as.calls).toHaveLength(1)
  })

  it('is no way around the issuer that tokens must have, nor around exp [CA-02]', async () => {
    const cache = { store: store() }
    bench.as.behave(json(bench.good({ iss: 'https://other.example', exp: bench.clock / 1000 + 30 })))
    await granted(bench.make({ cache }).authorize(bearer()))
    expect(await bench.make({ cache, issuer: 'https://as.example' }).authorize(bearer())).toMatchObject({ reason: 'issuer_mismatch' })
    bench.clock += 30_000
    bench.as.behave(json({ active: false }))
    expect(await bench.make({ cache, expiryToleranceSeconds: 60 }).authorize(bearer())).toMatchObject({ reason: 'token_inactive' })
  })

  it('serves nobody past exp, whatever is tolerated of a fresh reply', async () => {
    const shared = store()
    const options = { cache: { store: shared }, expiryToleranceSeconds: 60 }
    bench.as.behave(json(bench.good({ exp: bench.clock / 1000 - 10 })))
    await granted(bench.make(options).authorize(bearer()))
    expect(shared.map.size).toBe(0)
  })

  it('is asked before forget() has resolved to forget, too', async () => {
    const shared = store()
    const server = bench.make({ cache: { store: shared } })
    bench.as.behave(json(bench.good()))
    await granted(server.authorize(bearer()))
    expect(shared.map.size).toBe(1)
    await server.forget(token)
    expect(shared.map.size).toBe(0)
    bench.as.behave(json({ active: false }))
    expect(await server.authorize(bearer())).toMatchObject({ reason: 'token_inactive' })
  })

  it('does not hear of requests that want an answer of their own', async () => {
    const operations: string[] = []
    const told = (operation: string) => (): void => void operations.push(operation)
    const server = bench.make({ cache: { store: { get: told('get'), set: told('set'), delete: told('delete') } } })
    bench.as.behave(json(bench.good()))
    await granted(server.authorize(bearer(), { maxAnswerAgeSeconds: 0 }))
    await granted(server.authorize(bearer(), { maxAnswerAgeSeconds: 0 }))
    expect(operations).toEqual(['set', 'set'])
    expect(sources()).toEqual(['asked', 'asked'])
  })

  it.each<[string, (text: string, other: string) => string]>([
    ['was altered', (text) => `${text.slice(0, -2)}${text.endsWith('AA') ? 'BB' : 'AA'}`],
    ['was moved from another token', (_text, other) => other],
    ['is of another version', (text) => text.replace(/^1/, '0')],
    ['is under another key', (text) => text.replace('.k1.', '.k2.')],
    ['is none', () => '{"active":true,"scope":"admin"}'],
  ])('and is encrypted: an entry that %s is a miss and an event, and is taken out when the token is not active', async (_what, change) => {
    const shared = store()
    const make = (): ResourceServer<unknown> =>
      bench.make({
        cache: {
          store: encryptedStore(shared, { keys: [{ id: 'k1', key: new Uint8Array(32).fill(7) }], now: () => bench.clock }),
          storeTimeoutMs: 10_000,
        },
      })
    bench.as.behave(json(bench.good()))
    const first = make()
    await granted(first.authorize(bearer()))
    while (shared.map.size < 1) await new Promise(setImmediate)
    await granted(first.authorize(bearer('other')))
    while (shared.map.size < 2) await new Promise(setImmediate)
    const [[key = '', text = ''] = [], [, other = ''] = []] = shared.map
    shared.map.set(key, change(text, other))
    bench.as.behave(json({ active: false }))
    expect(await make().authorize(bearer())).toMatchObject({ reason: 'token_inactive' })
    expect(storeEvents()).toEqual([['get', true, 1]])
    while (shared.map.has(key)) await new Promise(setImmediate)
  })

  it('that fails is told of once in a minute, with how often, and again when it works', async () => {
    let isDown = true
    const shared = store()
    const failing = {
      ...shared,
      get: (key: string) => {
        if (isDown) throw new Error(`CANARY ${token}`)
        return shared.get(key)
      },
    }
    const server = bench.make({ cache: { store: failing } })
    bench.as.behave(json(bench.good()))
    for (let at = 0; at < 5; at++) await granted(server.authorize(bearer(`token-${at}`)))
    bench.clock += 60_000
    await granted(server.authorize(bearer('token-5')))
    isDown = false
    await granted(server.authorize(bearer('token-6')))
    await granted(server.authorize(bearer('token-7')))
    expect(storeEvents()).toEqual([
      ['get', true, 1],
      ['get', true, 5],
      ['get', false, 1],
    ])
    expect(server.stats()).toMatchObject({ storeFailures: 6, granted: 8 })
    expect(inspect(bench.events, { depth: 9 })).not.toContain('CANARY ')
  })
})

describe('an outage', () => {
  const cache = { staleIfErrorSeconds: 300 }

  it('is survived by what was known, shown as stale, once its age is over [CA-03]', async () => {
    const server = bench.make({ cache })
    bench.as.behave(json(bench.good({ exp: bench.clock / 1000 + 200 })))
    expect((await granted(server.authorize(bearer()))).stale).toBe(false)
    bench.clock += 60_000
    bench.as.behave(raw('', 503))
    const auth = await granted(server.authorize(bearer()))
    expect(auth.stale).toBe(true)
    expect(auth.answeredAt).toBe(bench.clock - 60_000)
    expect(await granted(server.check(auth, { requiredScopes: 'read' }))).toMatchObject({ stale: true })
    expect(sources()).toEqual(['asked', 'stale'])
    expect(bench.events.findLast((event) => event.type === 'granted')).toMatchObject({ source: 'stale', ageMs: 60_000 })
    expect(server.stats()).toMatchObject({ stale: 1, hits: 0 })
    expect(await server.authorize(bearer('unknown'))).toMatchObject({ status: 503 })
  })

  it('changes nothing about what a token must be enough for, nor about exp and the age a route wants', async () => {
    const server = bench.make({ cache, expiryToleranceSeconds: 100 })
    bench.as.behave(json(bench.good({ exp: bench.clock / 1000 + 100 })))
    await granted(server.authorize(bearer()))
    bench.clock += 60_000
    bench.as.behave(raw('', 503))
    const outcomes = [
      await server.authorize(bearer(), { requiredScopes: 'admin' }),
      await server.authorize(bearer(), { maxAnswerAgeSeconds: 60 }),
      await server.authorize(bearer(), { maxAnswerAgeSeconds: 61 }),
    ]
    expect(outcomes.map(status)).toEqual([403, 503, 200])
    bench.clock += 40_000
    expect(status(await server.authorize(bearer()))).toBe(503)
  })

  it.each([
    ['is not one when our credentials are refused', raw('', 401), 500],
    ['is not one when the reply cannot be used', json({ active: 'yes' }), 503],
  ])('%s', async (_what, behaviour, expected) => {
    const server = bench.make({ cache })
    bench.as.behave(json(bench.good()))
    await granted(server.authorize(bearer()))
    bench.clock += 60_000
    bench.as.behave(behaviour)
    expect(status(await server.authorize(bearer()))).toBe(expected)
  })

  it('is survived while the circuit is open, too, without a call', async () => {
    const server = bench.make({ cache, retries: 0, breaker: { failures: 1, openSeconds: 60 } })
    bench.as.behave(json(bench.good()))
    await granted(server.authorize(bearer()))
    bench.clock += 60_000
    bench.as.behave(raw('', 503))
    for (let at = 0; at < 2; at++) await granted(server.authorize(bearer()))
    const { length } = bench.as.calls
    for (let at = 0; at < 5; at++) expect((await granted(server.authorize(bearer()))).stale).toBe(true)
    expect(bench.as.calls).toHaveLength(length)
  })
})

describe('Cache-Control of a reply', () => {
  const reply = (value: string) => (exp: number) =>
    raw(JSON.stringify({ active: true, exp }), 200, { 'content-type': 'application/json', 'cache-control': value })

  it.each([
    ['no-store', 0],
    ['no-cache', 0],
    ['max-age=5', 5],
    ['max-age=3600', 60],
    ['private', 60],
  ])('%s lets an answer count for %d seconds where that is asked for [CA-12]', async (value, seconds) => {
    const server = bench.make({ cache: { respectCacheControl: true } })
    bench.as.behave(reply(value)(bench.clock / 1000 + 300))
    await granted(server.authorize(bearer()))
    if (seconds > 0) {
      bench.clock += seconds * 1000 - 1
      await granted(server.authorize(bearer()))
      expect(bench.as.calls).toHaveLength(1)
      bench.clock += 1
    }
    await granted(server.authorize(bearer()))
    expect(bench.as.calls).toHaveLength(2)
  })

  it('is for HTTP caches otherwise [CA-12]', async () => {
    const server = bench.make()
    bench.as.behave(reply('no-store')(bench.clock / 1000 + 300))
    await granted(server.authorize(bearer()))
    bench.clock += 59_999
    await granted(server.authorize(bearer()))
    expect(bench.as.calls).toHaveLength(1)
  })
})

describe('asking ahead', () => {
  it('keeps those who use a token from waiting, and what fails of it disturbs nobody', async () => {
    const server = bench.make({ cache: { refreshAhead: true }, retries: 0 })
    bench.as.behave(json(bench.good()))
    await granted(server.authorize(bearer()))
    expect(server.authorize(bearer())).toMatchObject({ outcome: 'granted' })
    bench.clock += 50_000
    bench.as.behave(raw('', 500))
    expect(server.authorize(bearer())).toMatchObject({ outcome: 'granted' })
    while (server.stats().failedCalls === 0) await new Promise((done) => setImmediate(done))
    bench.as.behave(json(bench.good()))
    bench.clock += 1000
    expect(server.authorize(bearer())).toMatchObject({ outcome: 'granted' })
    while (server.stats().callsInFlight > 0) await new Promise((done) => setImmediate(done))
    bench.clock += 40_000
    expect(server.authorize(bearer())).toMatchObject({ outcome: 'granted' })
    expect(server.stats()).toMatchObject({ refreshed: 2, hits: 4, calls: 3, failedCalls: 1 })
  })
})

describe('one memory', () => {
  it('serves routes that want answers of different ages', async () => {
    const server = bench.make()
    bench.as.behave(byToken({ [token]: bench.good() }))
    await granted(server.authorize(bearer()))
    bench.clock += 10_000
    await granted(server.authorize(bearer(), { maxAnswerAgeSeconds: 11 }))
    await granted(server.authorize(bearer(), { maxAnswerAgeSeconds: 10 }))
    await granted(server.authorize(bearer(), { maxAnswerAgeSeconds: 1 }))
    await granted(server.authorize(bearer()))
    expect(sources()).toEqual(['asked', 'memory', 'asked', 'memory', 'memory'])
  })

  it('shows whoever it answers the same frozen claims, and gives no request the token or the signal of another', async () => {
    const server = bench.make()
    bench.as.behave(json(bench.good({ nested: { list: ['a', 'b'] } })))
    const auths = [await granted(server.authorize(bearer())), await granted(server.authorize(bearer()))]
    const [first, second] = auths
    expect(second?.claims).toBe(first?.claims)
    expect(second?.signal).not.toBe(first?.signal)
    expect(Object.isFrozen((first?.claims as { readonly nested: { readonly list: unknown } }).nested.list)).toBe(true)
  })
})
