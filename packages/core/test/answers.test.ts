import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { byToken, json } from '@oauth-introspect/testkit'
import { createResourceServer, nodeRequest } from '../src/index.ts'
import { bearer, granted, nothing, setUpServer, token } from './server-bench.ts'

const bench = setUpServer()

const warnings = (): unknown[] => bench.events.flatMap((event) => (event.type === 'warning' ? [event.code] : []))

describe('a question', () => {
  it.each([
    ['undici', {}],
    ['a transport', { transport: fetch }],
  ])('by %s carries nothing of the request but the token [IR-25] [IR-26]', async (_name, options) => {
    const server = bench.make(options)
    const rawHeaders = [
      'Authorization',
      `Bearer ${token}`,
      'Cookie',
      'CANARY-cookie',
      'DPoP',
      'CANARY-proof',
      'X-Forwarded-For',
      'CANARY-ip',
    ]
    await server.authorize(nodeRequest({ method: 'PUT', url: '/CANARY-path?q=CANARY-query', rawHeaders }, { body: { x: 'CANARY-body' } }))
    expect(bench.as.calls).toHaveLength(1)
    const sent = inspect(bench.as.calls, { depth: 9 }).replaceAll(token, '')
    expect(sent).not.toContain('CANARY')
  })

  it('is put through the transport given, and through nothing else', async () => {
    const urls: string[] = []
    const server = bench.make({
      transport: (url: string) => {
        urls.push(url)
        return Promise.resolve(Response.json(bench.good()))
      },
    })
    await granted(server.authorize(bearer()))
    expect(urls).toEqual([bench.as.introspectionEndpoint])
    expect(bench.as.calls).toEqual([])
  })

  it('is put once for any number of requests at the same time [CA-18]', async () => {
    const server = bench.make()
    bench.as.behave(json(bench.good()))
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => Promise.resolve(server.authorize(bearer()))))
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['granted']))
    expect(bench.as.calls).toHaveLength(1)
    expect(server.stats()).toMatchObject({ granted: 50, joined: 49, hits: 0, calls: 1 })
    expect(bench.events.flatMap((event) => (event.type === 'granted' ? [event.source] : [])).sort()).toEqual([
      'asked',
      ...Array.from({ length: 49 }, () => 'joined'),
    ])
  })

  it('is put with credentials that may name the issuer', async () => {
    const attempts: unknown[] = []
    const clientAuthentication = { method: 'x', identity: '', credentials: (attempt: unknown): object => (attempts.push(attempt), {}) }
    await bench.makeOf(bench.optionsAs(clientAuthentication, { issuer: 'https://as.example' })).authorize(bearer())
    expect(attempts).toEqual([{ issuer: 'https://as.example', now: bench.clock }])
  })

  it('is not put for tokens that nobody could have been given [LG-07]', async () => {
    const server = bench.make({ maxTokenLength: 10 })
    for (const presented of ['12345678901', 'a"b', 'a b', '']) await server.authorize(bearer(presented))
    await server.authorize(nothing)
    expect(bench.as.calls).toEqual([])
  })
})

describe('a warning', () => {
  it('comes at once when no audience is checked, and not when that is said on purpose', () => {
    bench.make({ audience: null })
    bench.make({ audience: 'https://api.example' })
    expect(warnings()).toEqual([])
    const unsaid = bench.options()
    Reflect.deleteProperty(unsaid, 'audience')
    createResourceServer(unsaid)
    expect(warnings()).toEqual(['AUDIENCE_UNCHECKED'])
  })

  it('comes once when the first twenty answers all were "inactive"', async () => {
    const server = bench.make()
    for (let at = 0; at < 19; at++) await server.authorize(bearer(`bad-${at}`))
    await server.authorize(bearer('bad-0'))
    expect(warnings()).toEqual([])
    for (let at = 19; at < 45; at++) await server.authorize(bearer(`bad-${at}`))
    expect(warnings()).toEqual(['EVERYTHING_INACTIVE'])
    bench.clock += 3_600_000
    await server.authorize(bearer('bad-0'))
    expect(warnings()).toEqual(['EVERYTHING_INACTIVE'])
  })

  it('does not come when one of them was active', async () => {
    const server = bench.make()
    bench.as.behave(byToken({ good: bench.good() }))
    await server.authorize(bearer('good'))
    for (let at = 0; at < 25; at++) await server.authorize(bearer(`bad-${at}`))
    expect(warnings()).toEqual([])
  })

  it('counts a fault as no answer', async () => {
    const server = bench.make({ retries: 0 })
    bench.as.behave(json({}, 500))
    for (let at = 0; at < 25; at++) await server.authorize(bearer(`tok-${at}`))
    expect(warnings()).toEqual([])
    expect(server.stats()).toMatchObject({ calls: 25, failedCalls: 25 })
  })
})
