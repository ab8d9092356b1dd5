import { describe, expect, it } from '@jest/globals'
import { json } from '@oauth-introspect/testkit'
import type { Requirements } from '../src/index.ts'
import { checkRequirements } from '../src/resource-server.ts'
import { bearer, granted, setUpServer } from './server-bench.ts'

const bench = setUpServer()

describe('check()', () => {
  it('judges a granted token again, at once and without a call', async () => {
    const server = bench.make({ requiredScopes: 'read' })
    bench.as.behave(json(bench.good()))
    const auth = await granted(server.authorize(bearer()))
    const again = server.check(auth, { requiredScopes: 'write' })
    expect(again).toMatchObject({ outcome: 'granted', auth: { subject: 'user-1' } })
    expect((await granted(again)).claims).toBe(auth.claims)
    expect(server.check(auth, { requiredScopes: { anyOf: ['admin', 'audit'] } })).toMatchObject({
      status: 403,
      reason: 'scope_insufficient',
    })
    expect(bench.as.calls).toHaveLength(1)
  })

  it('adds to what the request was measured by, level upon level', async () => {
    const server = bench.make({ requiredScopes: 'read', audience: ['https://api.example', 'https://b.example'] })
    bench.as.behave(json(bench.good()))
    const auth = await granted(server.authorize(bearer(), { requiredScopes: 'write' }))
    const refused = await server.check(auth, { requiredScopes: 'admin' })
    expect(refused.headers).toContainEqual(['WWW-Authenticate', expect.stringMatching(/, scope="read write admin"$/)])
    const narrowed = await granted(server.check(auth, { audience: 'https://api.example' }))
    expect(server.check(narrowed, { audience: 'https://b.example' })).toMatchObject({ reason: 'audience_mismatch' })
  })

  it('judges by the time of the check: a token that has expired since is refused [TC-04]', async () => {
    const server = bench.make()
    bench.as.behave(json(bench.good()))
    const auth = await granted(server.authorize(bearer()))
    bench.clock += 299_999
    expect(server.check(auth, {})).toMatchObject({ outcome: 'granted' })
    bench.clock += 1
    expect(server.check(auth, {})).toMatchObject({ reason: 'token_expired' })
  })

  it('asks afresh, as a promise, where the answer is too old for it', async () => {
    const server = bench.make()
    bench.as.behave(json(bench.good()), json(bench.good()), json({ active: false }))
    const auth = await granted(server.authorize(bearer()))
    bench.clock += 4999
    expect(server.check(auth, { maxAnswerAgeSeconds: 5 })).not.toBeInstanceOf(Promise)
    expect(bench.as.calls).toHaveLength(1)
    bench.clock += 1
    const asked = server.check(auth, { maxAnswerAgeSeconds: 5 })
    expect(asked).toBeInstanceOf(Promise)
    expect((await granted(asked)).answeredAt).toBe(bench.clock)
    expect(await server.check(auth, { maxAnswerAgeSeconds: 0 })).toMatchObject({ reason: 'token_inactive' })
    expect(bench.as.calls).toHaveLength(3)
  })

  it('asks afresh when the clock was set back, where the age of the answer matters', async () => {
    const server = bench.make()
    bench.as.behave(json(bench.good()), json({ active: false }))
    const auth = await granted(server.authorize(bearer()))
    bench.clock -= 3_600_000
    expect(await server.check(auth, { maxAnswerAgeSeconds: 5 })).toMatchObject({ reason: 'token_inactive' })
  })

  it('makes no call that it is not told to make, though the route before it asked afresh', async () => {
    const server = bench.make()
    bench.as.behave(json(bench.good()))
    const auth = await granted(server.authorize(bearer(), { maxAnswerAgeSeconds: 0 }))
    expect(await server.check(auth, { requiredScopes: 'read' })).toMatchObject({ outcome: 'granted' })
    expect(bench.as.calls).toHaveLength(1)
  })

  it('does not refuse as expired what has just been granted within the expiry tolerance', async () => {
    const server = bench.make({ expiryToleranceSeconds: 5 })
    bench.as.behave(json(bench.good({ exp: bench.clock / 1000 - 1 })))
    const auth = await granted(server.authorize(bearer()))
    expect(server.check(auth, { requiredScopes: 'read' })).toMatchObject({ outcome: 'granted' })
  })

  it('takes the auth of its own requests only', async () => {
    const server = bench.make()
    const other = bench.make()
    bench.as.behave(json(bench.good()))
    const auth = await granted(other.authorize(bearer()))
    for (const wrong of [auth, { ...auth }, Object.create(auth) as typeof auth, {} as typeof auth, null as never]) {
      expect(() => server.check(wrong, {})).toThrow(/takes the auth of a request that this resource server has granted/)
    }
    expect(() => other.check({ ...auth }, {})).toThrow(TypeError)
  })
})

describe('requirements of a route', () => {
  it.each<[string, object, object, string]>([
    [
      'no audience under a server with one',
      { audience: 'a' },
      { audience: null },
      '"audience" must not be null here: requirements only tighten',
    ],
    [
      'a greater age of the token',
      { maxTokenAgeSeconds: 60 },
      { maxTokenAgeSeconds: 61 },
      '"maxTokenAgeSeconds" must not be more than the resource server\'s 60: requirements only tighten',
    ],
    ['an audience that is undefined', {}, { audience: undefined }, '"audience" is undefined: is an environment variable missing?'],
    ['scopes that are undefined', {}, { requiredScopes: undefined }, '"requiredScopes" is undefined'],
    ['an empty scope', {}, { requiredScopes: '' }, '"requiredScopes" must be scopes that are not empty'],
    ['no clients at all', {}, { allowedClients: [] }, '"allowedClients" must be'],
    ['an age that is no number', {}, { maxAnswerAgeSeconds: NaN }, '"maxAnswerAgeSeconds" must be'],
    ['an age below zero', {}, { maxAnswerAgeSeconds: -1 }, '"maxAnswerAgeSeconds" must be'],
    ['an option of the server', {}, { issuer: 'x' }, 'unknown option "issuer"'],
    ['a misspelt name', {}, { requiredScope: 'a' }, 'did you mean "requiredScopes"?'],
  ])('must not loosen or mislead: %s', (_what, options, requirements, message) => {
    const server = bench.make(options)
    expect(() => checkRequirements(server, requirements as Requirements)).toThrow(TypeError)
    expect(() => checkRequirements(server, requirements as Requirements)).toThrow(message)
    expect(() => server.authorize(bearer(), requirements as Requirements)).toThrow(message)
    expect(bench.as.calls).toEqual([])
  })

  it('may repeat or narrow what the server needs', () => {
    const server = bench.make({ audience: ['a', 'b'], maxTokenAgeSeconds: 60, allowedClients: ['c', 'd'] })
    expect(() => checkRequirements(server, { audience: 'a', maxTokenAgeSeconds: 60, allowedClients: ['d', 'e'] })).not.toThrow()
    expect(() => checkRequirements(bench.make(), { audience: null, maxTokenAgeSeconds: 1e9, maxAnswerAgeSeconds: 0 })).not.toThrow()
  })

  it('let through only what all levels allow', async () => {
    const server = bench.make({ allowedClients: ['client-1', 'client-2'] })
    bench.as.behave(json(bench.good()))
    await granted(server.authorize(bearer(), { allowedClients: ['client-1', 'client-9'] }))
    expect(server.authorize(bearer(), { allowedClients: ['client-2', 'client-9'] })).toMatchObject({ reason: 'client_not_allowed' })
  })

  it('are read once, whatever is done to them later', async () => {
    const server = bench.make()
    bench.as.behave(json(bench.good()))
    const requiredScopes = ['admin']
    const requirements = { requiredScopes }
    expect(await server.authorize(bearer(), requirements)).toMatchObject({ status: 403 })
    requiredScopes.length = 0
    expect(server.authorize(bearer(), requirements)).toMatchObject({ status: 403 })
  })
})
