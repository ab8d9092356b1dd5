import { describe, expect, it } from '@jest/globals'
import { type KvNamespace, kvStore } from '@oauth-introspect/core'
import { describeStore } from '@oauth-introspect/testkit'

/** A namespace as documented: lives of whole seconds, none shorter than a minute; keys of 512 bytes at most. */
function namespaceAt(now: () => number): KvNamespace & { readonly puts: (readonly [string, string, number])[] } {
  const kept = new Map<string, { readonly value: string; readonly endsAt: number }>()
  const puts: (readonly [string, string, number])[] = []
  const check = (key: string): void => {
    if (key === '' || key === '.' || key === '..' || new TextEncoder().encode(key).length > 512) throw new TypeError('Invalid key')
  }
  const later = <T>(act: () => T): Promise<T> => Promise.resolve().then(act)
  return {
    puts,
    get: (key) =>
      later(() => {
        check(key)
        const entry = kept.get(key)
        return entry !== undefined && now() < entry.endsAt ? entry.value : null
      }),
    put: (key, value, { expirationTtl }) =>
      later(() => {
        check(key)
        if (!Number.isInteger(expirationTtl) || expirationTtl < 60) throw new Error('KV PUT failed: 400 Invalid expiration_ttl')
        puts.push([key, value, expirationTtl])
        kept.set(key, { value, endsAt: now() + expirationTtl * 1000 })
      }),
    delete: (key) =>
      later(() => {
        check(key)
        kept.delete(key)
      }),
  }
}

const failing = (): Promise<never> => Promise.reject(new Error('KV PUT failed: 429 Too Many Requests'))

describeStore({
  name: 'kvStore()',
  open: () => {
    let now = 1_700_000_000_000
    const clock = (): number => now
    return { store: kvStore(namespaceAt(clock), { now: clock }), pass: (milliseconds) => (now += milliseconds) }
  },
  openBroken: () => kvStore({ get: failing, put: failing, delete: failing }),
})

describe('kvStore()', () => {
  it('asks for a minute at least, for whole seconds, and says the true end in the entry', async () => {
    const namespace = namespaceAt(() => 0)
    const store = kvStore(namespace, { now: () => 1_700_000_000_000 })
    await store.set('a', 'A', 1500)
    await store.set('b', 'B', 60_001.5)
    expect(namespace.puts).toEqual([
      ['oauth-introspect:a', '1700000001500 A', 60],
      ['oauth-introspect:b', '1700000060001 B', 61],
    ])
  })

  it('lives in real time and under its prefix unless told otherwise', async () => {
    const namespace = namespaceAt(Date.now)
    const store = kvStore(namespace, { prefix: 'mine:' })
    await store.set('a', 'A', 60_000)
    expect(await store.get('a')).toBe('A')
    expect(await kvStore(namespace).get('a')).toBeUndefined()
    await namespace.put('mine:a', `${Date.now() - 1} A`, { expirationTtl: 60 })
    expect(await store.get('a')).toBeUndefined()
  })

  it.each([
    '',
    'A',
    '{"version":1}',
    ' A',
    '1e20 A',
    '-5 A',
    '17000000000001234 A',
    'x1800000000000 A',
    '\n1800000000000 A',
    '1800000000000',
  ])('is a miss where an entry was not written here: %j', async (value) => {
    const namespace = namespaceAt(() => 0)
    await namespace.put('oauth-introspect:a', value, { expirationTtl: 60 })
    expect(await kvStore(namespace, { now: () => 0 }).get('a')).toBeUndefined()
  })

  it('names every wrong setting', () => {
    expect(() => kvStore('CANARY' as unknown as KvNamespace, { prefix: 5, now: null } as object)).toThrow(
      new TypeError(
        'kvStore(): "namespace" must be a KV namespace, with functions "get", "put", "delete", got a string; ' +
          '"prefix" must be a string that is not empty, got a number; "now" must be a function, got null',
      ),
    )
  })
})
