import { describe, expect, it } from '@jest/globals'
import { type CacheApi, cacheApiStore } from '@oauth-introspect/core'
import { describeStore } from '@oauth-introspect/testkit'
import { caches, Response as UndiciResponse } from 'undici'

/** Keeps as Cloudflare does: by `max-age`, nothing without it; takes absolute URLs only. */
function cloudflareCache(now: () => number): CacheApi & { readonly puts: (readonly [string, string | null])[] } {
  const kept = new Map<string, { readonly response: Response; readonly endsAt: number }>()
  const puts: (readonly [string, string | null])[] = []
  return {
    puts,
    match(url) {
      const entry = kept.get(new URL(url).href)
      return Promise.resolve(entry !== undefined && now() < entry.endsAt ? entry.response.clone() : undefined)
    },
    put(url, response) {
      const seconds = /^max-age=(\d+)$/.exec(response.headers.get('cache-control') ?? '')?.[1]
      puts.push([url, response.headers.get('cache-control')])
      if (seconds !== undefined) kept.set(new URL(url).href, { response, endsAt: now() + Number(seconds) * 1000 })
      return Promise.resolve()
    },
    delete: (url) => Promise.resolve(kept.delete(new URL(url).href)),
  }
}

let opened = 0

/** The cache of undici, one as the standard has it, with responses of its own. */
async function standardCache(): Promise<CacheApi> {
  const cache = await caches.open(`test-${++opened}`)
  return {
    match: (url) => cache.match(url),
    put: async (url, response) => {
      await cache.put(url, new UndiciResponse(await response.text(), { headers: [...response.headers] }))
    },
    delete: (url) => cache.delete(url),
  }
}

const failing = (): Promise<never> => Promise.reject(new Error('unreachable'))

describeStore({
  name: 'cacheApiStore() on a cache as Cloudflare has it',
  open: () => {
    let now = 1_700_000_000_000
    const clock = (): number => now
    return { store: cacheApiStore(cloudflareCache(clock), { now: clock }), pass: (milliseconds) => (now += milliseconds) }
  },
  openBroken: () => cacheApiStore({ match: failing, put: failing, delete: failing }),
})

describeStore({
  name: 'cacheApiStore() on a cache that takes no notice of Cache-Control',
  open: async () => {
    let now = 1_700_000_000_000
    return { store: cacheApiStore(await standardCache(), { now: () => now }), pass: (milliseconds) => (now += milliseconds) }
  },
})

describe('cacheApiStore()', () => {
  it('keeps under URLs that nobody can visit, for whole seconds', async () => {
    const cache = cloudflareCache(() => 0)
    const store = cacheApiStore(cache)
    await store.set('a/../b?c', 'A', 1500)
    expect(cache.puts).toEqual([['https://oauth-introspect.invalid/a%2F..%2Fb%3Fc', 'max-age=2']])
  })

  it('lives in real time unless told otherwise', async () => {
    const store = cacheApiStore(await standardCache())
    await store.set('a', 'A', 60_000)
    expect(await store.get('a')).toBe('A')
  })

  it('names every wrong setting', () => {
    expect(() => cacheApiStore({ match: failing } as unknown as CacheApi, { now: 5, prefix: 'a' } as object)).toThrow(
      new TypeError(
        'cacheApiStore(): "cache" must be a Cache, with functions "match", "put", "delete", got an object; ' +
          'unknown option "prefix"; "now" must be a function, got a number',
      ),
    )
  })
})
