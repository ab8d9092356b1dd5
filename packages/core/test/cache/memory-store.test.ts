import { describe, expect, it } from '@jest/globals'
import { memoryStore } from '@oauth-introspect/core'
import { describeStore } from '@oauth-introspect/testkit'

describeStore({
  name: 'memoryStore()',
  open: () => {
    let now = 1_700_000_000_000
    return { store: memoryStore({ maxEntries: 1000, now: () => now }), pass: (milliseconds) => (now += milliseconds) }
  },
})

describe('memoryStore()', () => {
  it('keeps the most recently used entries, so many and no more', () => {
    const store = memoryStore({ maxEntries: 2 })
    void store.set('a', 'A', 60_000)
    void store.set('b', 'B', 60_000)
    void store.get('a')
    void store.set('c', 'C', 60_000)
    expect([store.get('a'), store.get('b'), store.get('c')]).toEqual(['A', undefined, 'C'])
  })

  it('does not trust a clock that was set back', () => {
    let now = 1000
    const store = memoryStore({ maxEntries: 2, now: () => now })
    void store.set('a', 'A', 60_000)
    now = 999
    expect(store.get('a')).toBeUndefined()
    now = 1000
    expect(store.get('a')).toBeUndefined()
  })

  it('lives in real time unless told otherwise, a clock that starts at 0 too', () => {
    const store = memoryStore({ maxEntries: 2, now: () => 0 })
    void store.set('a', 'A', 1)
    expect(store.get('a')).toBe('A')
    const real = memoryStore({ maxEntries: 2 })
    void real.set('a', 'A', 60_000)
    expect(real.get('a')).toBe('A')
  })

  it.each([
    [{}, 'memoryStore(): "maxEntries" must be a whole number of entries of at least 1, got undefined'],
    [{ maxEntries: 0 }, 'memoryStore(): "maxEntries" must be a whole number of entries of at least 1, got 0'],
    [
      { maxEntries: Infinity, now: 5, max: 1 },
      'memoryStore(): unknown option "max"; "maxEntries" must be a whole number of entries of at least 1, got Infinity; "now" must be a function, got a number',
    ],
  ])('names what is wrong: %j', (settings, message) => {
    expect(() => memoryStore(settings as { maxEntries: number })).toThrow(new TypeError(message))
  })
})
