/**
 * A map of bounded size. lru-cache bounds it and nothing else: lifetimes are judged by the caller with its own clock, since
 * lru-cache takes a `ttl` of 0, NaN or Infinity, and a clock that starts at 0, to mean "for ever".
 *
 * @module
 */
import { LRUCache } from 'lru-cache'

/** What is kept under digests: lru-cache tells its keys to whoever listens on a diagnostics channel, so that no key may be a token. */
export interface BoundedMap<Value> {
  get(digest: string): Value | undefined
  set(digest: string, value: Value): void
  delete(digest: string): void
  readonly size: number
}

/** Makes a map that keeps the most recently used entries. */
export function createBoundedMap<Value extends object>(maxEntries: number): BoundedMap<Value> {
  return new LRUCache<string, Value>({ max: maxEntries })
}
