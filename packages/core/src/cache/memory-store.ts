/**
 * A store in the memory of this process: for tests, and for a cache that several resource servers of one process share.
 *
 * @module
 */
import { callable, OptionFaults, readEach, readMembers, whole } from '../option-faults.ts'
import { createBoundedMap } from './bounded-map.ts'
import { isLife, type Store } from './store.ts'

/** How `memoryStore()` keeps texts. */
export interface MemoryStoreSettings {
  /** Entries kept at most: the most recently used ones. */
  readonly maxEntries: number
  /** The clock: milliseconds since epoch. Default `Date.now`. */
  readonly now?: () => number
}

interface Entry {
  readonly value: string
  readonly setAt: number
  readonly ttlMs: number
}

/**
 * Keeps texts in the memory of this process.
 *
 * @throws {TypeError} naming every wrong setting.
 */
export function memoryStore(settings: MemoryStoreSettings): Store {
  const faults = new OptionFaults()
  const members = readMembers(settings, ['maxEntries', 'now'], faults)
  const maxEntries = whole('entries', 1)(members['maxEntries'], 'maxEntries', faults) ?? 1
  const now = readEach(members, faults)('now', callable<() => number>(), Date.now)
  faults.throwAny('memoryStore()')
  const entries = createBoundedMap<Entry>(maxEntries)

  return Object.freeze<Store>({
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      const ageMs = now() - entry.setAt
      // Set in the future: the clock was set back, and nothing is known of its age.
      if (ageMs >= 0 && ageMs < entry.ttlMs) return entry.value
      entries.delete(key)
      return undefined
    },
    set(key, value, ttlMs) {
      if (isLife(ttlMs)) entries.set(key, { value, setAt: now(), ttlMs })
      else entries.delete(key)
    },
    delete(key) {
      entries.delete(key)
    },
  })
}
