/**
 * A store in a cache of the Cache API, as Cloudflare Workers and Deno have it: near, not shared between data centres, and free to forget.
 *
 * @module
 */
import { callable, having, OptionFaults, readEach, readMembers } from '../option-faults.ts'
import { readExpiringText, writeExpiringText } from './expiring-text.ts'
import { isLife, type Store } from './store.ts'

/** What the store needs of a `Cache`. */
export interface CacheApi {
  match(url: string): Promise<{ text(): Promise<string> } | undefined>
  put(url: string, response: Response): Promise<void>
  delete(url: string): Promise<boolean>
}

/** How `cacheApiStore()` keeps texts. */
export interface CacheApiStoreSettings {
  /** The clock: milliseconds since epoch. Default `Date.now`. */
  readonly now?: () => number
}

// Nobody can ask for a URL below a name that never exists (RFC 6761 §6.4), should the cache be the one that answers visitors.
const origin = 'https://oauth-introspect.invalid'

/**
 * Keeps texts in a cache: better one of its own (`await caches.open('oauth-introspect')`) than `caches.default`.
 * Each carries its own end, since the caches of most platforms take no notice of `Cache-Control`.
 *
 * @throws {TypeError} naming every wrong setting.
 */
export function cacheApiStore(cache: CacheApi, settings: CacheApiStoreSettings = {}): Store {
  const faults = new OptionFaults()
  const api = having<CacheApi>('a Cache', 'match', 'put', 'delete')(cache, 'cache', faults) ?? cache
  const now = readEach(readMembers(settings, ['now'], faults), faults)('now', callable<() => number>(), Date.now)
  faults.throwAny('cacheApiStore()')
  const urlOf = (key: string): string => `${origin}/${encodeURIComponent(key)}`

  async function remove(key: string): Promise<void> {
    await api.delete(urlOf(key))
  }

  return Object.freeze<Store>({
    async get(key) {
      const response = await api.match(urlOf(key))
      return response === undefined ? undefined : readExpiringText(await response.text(), now())
    },
    async set(key, value, ttlMs) {
      if (!isLife(ttlMs)) return remove(key)
      const headers = { 'cache-control': `max-age=${Math.ceil(ttlMs / 1000)}`, 'content-type': 'text/plain; charset=utf-8' }
      await api.put(urlOf(key), new Response(writeExpiringText(value, now() + ttlMs), { headers }))
    },
    delete: remove,
  })
}
