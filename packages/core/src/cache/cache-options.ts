/**
 * Reads the option `cache`.
 *
 * @module
 */
import { flag, type OptionFaults, type Reader, readMembers, seconds, text, whole } from '../option-faults.ts'
import { type Store, store } from './store.ts'

/** How answers are remembered, with every default in its place. */
export interface CacheRules {
  readonly memory: MemoryRules
  readonly respectCacheControl: boolean
  readonly shared: SharedRules | undefined
}

/** What is remembered, and for how long. Milliseconds, and entries at most; an age of 0 makes no answer count. */
export interface MemoryRules {
  readonly maxEntries: number
  readonly maxAgeMs: number
  readonly inactiveMaxEntries: number
  readonly inactiveMaxAgeMs: number
  /** For so long after its age an active answer still counts when nobody can be asked. */
  readonly staleIfErrorMs: number
  /** Asks ahead about what is in use and about to end. */
  readonly refreshAhead: boolean
}

/** How answers are shared. */
interface SharedRules {
  readonly store: Store
  readonly prefix: string
  readonly timeoutMs: number
}

const names = [
  ...['maxEntries', 'maxAgeSeconds', 'inactiveMaxEntries', 'inactiveMaxAgeSeconds', 'staleIfErrorSeconds', 'refreshAhead'],
  ...['respectCacheControl', 'store', 'storeTimeoutMs', 'prefix'],
]

const count = whole('entries', 1, 2 ** 24)
const timeout = whole('milliseconds', 1, 2 ** 31 - 1)

/** Reads it; `false` keeps nothing. */
export function readCache(value: unknown, faults: OptionFaults): CacheRules {
  const members: Readonly<Record<string, unknown>> =
    value === false
      ? { maxAgeSeconds: 0, inactiveMaxAgeSeconds: 0 }
      : readMembers(value === undefined ? {} : value, names, faults, 'cache.')
  const read = <T>(name: string, reader: Reader<T>, byDefault: T): T => {
    const member = members[name]
    return member === undefined ? byDefault : (reader(member, `cache.${name}`, faults) ?? byDefault)
  }
  const place = read<Store | undefined>('store', store, undefined)
  const timeoutMs = read('storeTimeoutMs', timeout, 50)
  const prefix = read('prefix', text, '')
  return {
    memory: {
      maxEntries: read('maxEntries', count, 10_000),
      maxAgeMs: read('maxAgeSeconds', seconds, 60) * 1000,
      inactiveMaxEntries: read('inactiveMaxEntries', count, 10_000),
      inactiveMaxAgeMs: read('inactiveMaxAgeSeconds', seconds, 10) * 1000,
      staleIfErrorMs: read('staleIfErrorSeconds', seconds, 0) * 1000,
      refreshAhead: read('refreshAhead', flag, false),
    },
    respectCacheControl: read('respectCacheControl', flag, false),
    shared: place === undefined ? undefined : { store: place, prefix, timeoutMs },
  }
}
