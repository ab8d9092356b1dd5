/**
 * A store in a namespace of Cloudflare Workers KV. What is written or deleted there may be seen a minute or more later in other places:
 * that a token was revoked is told by marks, not by deletion.
 *
 * @module
 */
import { callable, having, OptionFaults, readEach, readMembers, text } from '../option-faults.ts'
import { readExpiringText, writeExpiringText } from './expiring-text.ts'
import { isLife, type Store } from './store.ts'

/** What the store needs of a KV namespace. */
export interface KvNamespace {
  get(key: string): Promise<string | null>
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>
  delete(key: string): Promise<void>
}

/** How `kvStore()` keeps texts. */
export interface KvStoreSettings {
  /** Stands in front of every key. Default `'oauth-introspect:'`. */
  readonly prefix?: string
  /** The clock: milliseconds since epoch. Default `Date.now`. */
  readonly now?: () => number
}

// KV refuses shorter ones.
const shortestLifeSeconds = 60

/**
 * Keeps texts in a KV namespace. Each carries its own end, since KV keeps nothing for less than a minute.
 *
 * @throws {TypeError} naming every wrong setting.
 */
export function kvStore(namespace: KvNamespace, settings: KvStoreSettings = {}): Store {
  const faults = new OptionFaults()
  const kv = having<KvNamespace>('a KV namespace', 'get', 'put', 'delete')(namespace, 'namespace', faults) ?? namespace
  const read = readEach(readMembers(settings, ['prefix', 'now'], faults), faults)
  const prefix = read('prefix', text, 'oauth-introspect:')
  const now = read('now', callable<() => number>(), Date.now)
  faults.throwAny('kvStore()')

  return Object.freeze<Store>({
    async get(key) {
      const written: unknown = await kv.get(`${prefix}${key}`)
      return typeof written === 'string' ? readExpiringText(written, now()) : undefined
    },
    async set(key, value, ttlMs) {
      if (!isLife(ttlMs)) return kv.delete(`${prefix}${key}`)
      const expirationTtl = Math.max(shortestLifeSeconds, Math.ceil(ttlMs / 1000))
      await kv.put(`${prefix}${key}`, writeExpiringText(value, now() + ttlMs), { expirationTtl })
    },
    delete: async (key) => kv.delete(`${prefix}${key}`),
  })
}
