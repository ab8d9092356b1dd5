import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type AuthorizationServer, json, startAuthorizationServer } from '@oauth-introspect/testkit'
import { createBoundedMap } from '../../src/cache/bounded-map.ts'
import { memoryStore } from '../../src/cache/memory-store.ts'
import { createResourceServer } from '../../src/resource-server.ts'

describe('a bounded map', () => {
  it('keeps the most recently used entries, so many and no more', () => {
    const store = createBoundedMap<{ readonly n: number }>(2)
    store.set('a', { n: 1 })
    store.set('b', { n: 2 })
    expect(store.get('a')).toEqual({ n: 1 })
    store.set('c', { n: 3 })
    expect([store.get('a'), store.get('b'), store.get('c'), store.size]).toEqual([{ n: 1 }, undefined, { n: 3 }, 2])
  })

  it('gives back the very object, the one set last, until it is deleted', () => {
    const store = createBoundedMap<object>(2)
    const value = {}
    store.set('a', {})
    store.set('a', value)
    expect(store.get('a')).toBe(value)
    expect(store.size).toBe(1)
    store.delete('a')
    store.delete('never there')
    expect([store.get('a'), store.size]).toEqual([undefined, 0])
  })

  it('has no keys in common with names that every object has', () => {
    const store = createBoundedMap<object>(2)
    expect(['__proto__', 'constructor', 'toString'].map((name) => store.get(name))).toEqual([undefined, undefined, undefined])
  })
})

describe('what a store in memory tells on the diagnostics channel of what bounds it', () => {
  const token = 'CANARY-token-9f3b6c2d81e4'
  const clientSecret = 'CANARY-secret-5b21e0c79a'
  const told: unknown[] = []
  const listener = (message: unknown): void => {
    told.push(structuredClone(message))
  }
  let as: AuthorizationServer
  beforeEach(async () => {
    as = await startAuthorizationServer()
    subscribe('lru-cache:metrics', listener)
  })
  afterEach(async () => {
    unsubscribe('lru-cache:metrics', listener)
    await as.close()
  })

  it('is digests and answers, no token and no secret [CA-06] [LG-01] [LG-06]', async () => {
    const { introspectionEndpoint } = as
    const cache = { store: memoryStore({ maxEntries: 10 }) }
    const server = createResourceServer({ introspectionEndpoint, clientId: 'rs-client', clientSecret, audience: null, cache })
    const ask = (): unknown => server.authorize({ method: 'GET', url: '/', header: () => [`Bearer ${token}`], native: undefined })
    as.behave(json({ active: true, sub: 'user-1', echoed: token, note: `it was ${token}` }))
    await ask()
    await ask()
    await server.forget(token)
    as.behave(json({ active: false }))
    await ask()
    await server.close()
    expect(told.length).toBeGreaterThan(3)
    const keys = told.flatMap((message) => ('key' in (message as object) ? [(message as { readonly key: unknown }).key] : []))
    expect(keys.length).toBeGreaterThan(3)
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const everything = inspect(told, { depth: 12, showHidden: true }) + JSON.stringify(told)
    for (const canary of [token, clientSecret, btoa(`rs-client:${clientSecret}`)]) expect(everything).not.toContain(canary)
  })
})
