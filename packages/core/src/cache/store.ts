/**
 * Where answers are kept for other instances too, under digests: the interface of every store, and of what can serve as one.
 *
 * @module
 */
import { having, type Reader } from '../option-faults.ts'

/** Keeps texts for a time. What it cannot do it rejects: a store that fails is a miss to the cache, never an error to a caller. */
export interface Store {
  /** What is kept; `undefined` where nothing is, or where its life is over. */
  get(key: string): string | undefined | Promise<string | undefined>
  /** Keeps a text for so many milliseconds, in place of what was there. A life below a millisecond, or without end, keeps nothing. */
  set(key: string, value: string, ttlMs: number): void | Promise<void>
  delete(key: string): void | Promise<void>
}

/** What can serve as a store: a `Store`, a Keyv, anything of that shape. Whatever `get` gives that is not a text is a miss. */
export interface StoreLike {
  get(key: string): unknown
  set(key: string, value: string, ttlMs: number): unknown
  delete(key: string): unknown
}

/** How the cache reads from stores to whom an entry that they cannot read is a miss: it is told of, and `get` then rejects. */
export const strictReads: WeakMap<object, Store['get']> = new WeakMap()

const storeLike = having<StoreLike>('a store', 'get', 'set', 'delete')

/** A store, or what can serve as one. */
export const store: Reader<Store> = (value, name, faults) => {
  const place = storeLike(value, name, faults)
  return place === undefined ? undefined : toStore(place)
}

/** Tells whether a text can be kept for so long. */
export function isLife(ttlMs: number): boolean {
  return Number.isFinite(ttlMs) && ttlMs >= 1
}

function toStore(place: StoreLike): Store {
  const readStrictly = strictReads.get(place)
  return {
    get: (key) =>
      settle(
        () => (readStrictly === undefined ? place.get(key) : readStrictly(key)),
        (found) => (typeof found === 'string' ? found : undefined),
      ),
    // To Keyv a life of 0 is one without end.
    set: (key, value, ttlMs) =>
      isLife(ttlMs) ? settle(() => place.set(key, value, ttlMs), expectKept) : settle(() => place.delete(key), ignore),
    delete: (key) => settle(() => place.delete(key), ignore),
  }
}

/** Keyv takes what its backend throws for an event, and gives `false`. */
function expectKept(given: unknown): void {
  if (given === false) throw new Error('the store kept nothing')
}

function ignore(): void {}

/** At once where the place answers at once; what it throws is rejected. */
function settle<T>(act: () => unknown, read: (given: unknown) => T): T | Promise<T> {
  let given: unknown
  try {
    given = act()
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error('the store failed'))
  }
  return isThenable(given) ? Promise.resolve(given).then(read) : read(given)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { readonly then?: unknown }).then === 'function'
}
