import { inspect } from 'node:util'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { encryptedStore, memoryStore, redisStore, type Store, type StoreKey } from '@oauth-introspect/core'
import { describeStore, describeWithRedis } from '@oauth-introspect/testkit'
import { Keyv } from 'keyv'
import { connecting, redisLibraries } from '../redis-libraries.ts'

const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)
const first: StoreKey = { id: 'first', key: bytes(1) }
const second: StoreKey = { id: 'second', key: Buffer.from(bytes(2)).toString('base64url') }
const key = 'k'.repeat(43)
const minute = 60_000

const failing = (): Promise<never> => Promise.reject(new Error('unreachable'))

describeStore({
  name: 'encryptedStore() over memoryStore()',
  open: () => {
    let now = 1_700_000_000_000
    const clock = (): number => now
    const inner = memoryStore({ maxEntries: 1000, now: clock })
    return { store: encryptedStore(inner, { keys: [first], now: clock }), pass: (milliseconds) => (now += milliseconds) }
  },
  openBroken: () => encryptedStore({ get: failing, set: failing, delete: failing }, { keys: [first] }),
})

describeStore({ name: 'encryptedStore() over a Keyv', open: () => ({ store: encryptedStore(new Keyv(), { keys: [second, first] }) }) })

describeWithRedis('encryptedStore() over redisStore()', {}, (redis) => {
  describe.each(redisLibraries.filter(({ name }) => /6$/.test(name)))('with $name', (library) => {
    const connect = connecting(library, redis)
    describeStore({
      name: 'as any store',
      async open() {
        const { client, send } = await connect()
        await send('FLUSHALL')
        return { store: encryptedStore(redisStore(client), { keys: [first] }) }
      },
    })
  })
})

describe('encryptedStore()', () => {
  let now = 0
  let inner: Map<string, string>
  beforeEach(() => {
    now = 1_700_000_000_000
    inner = new Map()
  })

  const open = (...keys: StoreKey[]): Store => encryptedStore(inner, { keys, now: () => now })
  const written = (at = key): string => inner.get(at) ?? ''

  /** The parts of an entry: version, key id, end, nonce, ciphertext. */
  async function write(store: Store, value = 'CANARY-value', at = key): Promise<string[]> {
    await store.set(at, value, minute)
    return written(at).split('.')
  }

  it('keeps nothing readable [CA-07]', async () => {
    const parts = await write(open(first))
    expect(parts.slice(0, 3)).toEqual(['1', 'first', String(now + minute)])
    const sealed = Buffer.from(parts[4] ?? '', 'base64url')
    expect(sealed).toHaveLength('CANARY-value'.length + 16)
    expect(sealed.toString('latin1')).not.toContain('CANARY')
    expect(written()).not.toContain('CANARY')
  })

  it('takes a new nonce for each entry, the same text under the same key too', async () => {
    const store = open(first)
    const entries: string[][] = []
    for (let at = 0; at < 50; at++) entries.push(await write(store))
    expect(new Set(entries.map((parts) => parts[3])).size).toBe(50)
    expect(new Set(entries.map((parts) => parts[4])).size).toBe(50)
    expect(Buffer.from(entries[0]?.[3] ?? '', 'base64url')).toHaveLength(12)
  })

  it('does not take an entry that was moved to another key', async () => {
    const store = open(first)
    await write(store)
    const other = 'o'.repeat(43)
    inner.set(other, written())
    expect(await store.get(other)).toBeUndefined()
    expect(await store.get(key)).toBe('CANARY-value')
  })

  it('does not take an entry that was altered, whichever byte it was', async () => {
    const store = open(first, second)
    await write(store)
    const entry = written()
    const changed = Array.from(entry, (character, at) => {
      const other = character === 'A' ? 'B' : character === '1' ? '2' : 'A'
      return entry.slice(0, at) + other + entry.slice(at + 1)
    })
    for (const text of changed) expect([text, await readAs(store, text)]).toEqual([text, undefined])
    expect(await store.get(key)).toBe('CANARY-value')
  })

  it('does not take an entry that was cut or made longer', async () => {
    const store = open(first)
    const parts = await write(store)
    const entry = written()
    for (let length = 0; length < entry.length; length++) expect(await readAs(store, entry.slice(0, length))).toBeUndefined()
    for (const more of ['A', '.', '.A', ' ', '=', '\n']) expect(await readAs(store, entry + more)).toBeUndefined()
    for (const drop of parts.keys()) expect(await readAs(store, parts.filter((_, at) => at !== drop).join('.'))).toBeUndefined()
  })

  it('does not take an entry that claims another life, key or version than it was written with', async () => {
    const store = open(first, second)
    const [, id, end, ...sealed] = await write(store)
    const forged = [
      ['1', id, String(Number(end) + 1), ...sealed],
      ['1', id, `0${end ?? ''}`, ...sealed],
      ['1', id, `${end ?? ''}0`, ...sealed],
      ['1', id, '1e15', ...sealed],
      ['1', id, 'Infinity', ...sealed],
      ['1', id, '', ...sealed],
      ['1', 'second', end, ...sealed],
      ['1', 'unknown', end, ...sealed],
      ['1', '', end, ...sealed],
      ['1', '__proto__', end, ...sealed],
      ['0', id, end, ...sealed],
      ['2', id, end, ...sealed],
      ['', id, end, ...sealed],
    ]
    for (const parts of forged) expect([parts, await readAs(store, parts.join('.'))]).toEqual([parts, undefined])
    expect(await readAs(store, ['1', id, end, ...sealed].join('.'))).toBe('CANARY-value')
  })

  it('does not take the parts of two entries for one', async () => {
    const store = open(first)
    const one = await write(store, 'one value')
    const two = await write(store, 'two value')
    expect(await readAs(store, [...one.slice(0, 4), two[4]].join('.'))).toBeUndefined()
    expect(await readAs(store, [...two.slice(0, 4), one[4]].join('.'))).toBeUndefined()
  })

  it('does not take an entry that was put back after its life', async () => {
    const store = open(first)
    await write(store)
    const old = written()
    await store.delete(key)
    now += minute - 1
    inner.set(key, old)
    // Within its life it cannot be told from what it was: the age of the answer in it, and marks, end it.
    expect(await store.get(key)).toBe('CANARY-value')
    now += 1
    expect(await store.get(key)).toBeUndefined()
  })

  it('reads entries of every key, and writes with the first', async () => {
    await write(open(first))
    const rotated = open(second, first)
    expect(await rotated.get(key)).toBe('CANARY-value')
    expect((await write(rotated))[1]).toBe('second')
    expect(await open(second).get(key)).toBe('CANARY-value')
    expect(await open(first).get(key)).toBeUndefined()
    expect(await open({ id: 'second', key: bytes(3) }).get(key)).toBeUndefined()
  })

  it('takes a key in each form, for one and the same', async () => {
    const fixed = await crypto.subtle.importKey('raw', Uint8Array.from(bytes(1)), 'AES-GCM', false, ['encrypt', 'decrypt'])
    const reading = await crypto.subtle.importKey('raw', Uint8Array.from(bytes(1)), 'AES-GCM', false, ['decrypt'])
    const text = Buffer.from(bytes(1)).toString('base64url')
    for (const form of [fixed, bytes(1), Buffer.from(bytes(1)), text]) {
      await write(open({ id: 'first', key: form }))
      expect(await open(first).get(key)).toBe('CANARY-value')
      expect(await open(second, { id: 'first', key: reading }).get(key)).toBe('CANARY-value')
    }
  })

  it('has the key as it was when it was given', async () => {
    const given = bytes(1)
    const store = open({ id: 'first', key: given })
    given.fill(0)
    await write(store)
    expect(await open(first).get(key)).toBe('CANARY-value')
  })

  it('is given a miss, and gives one', async () => {
    const store = encryptedStore({ get: () => null, set: () => true, delete: () => true }, { keys: [first] })
    expect(await store.get(key)).toBeUndefined()
  })

  it('shows no key', async () => {
    const secret = Buffer.from('CANARY-CANARY-CANARY-CANARY-CANA').toString('base64url')
    const store = open({ id: 'first', key: secret }, { id: 'second', key: Buffer.from(secret, 'base64url') })
    await write(store)
    const shown = inspect(store, { depth: 9, showHidden: true }) + JSON.stringify(store)
    for (const form of [secret, 'CANARY', '67, 65, 78']) expect(shown).not.toContain(form)
  })

  describe('names every wrong setting, and no key', () => {
    const fault = (settings: unknown, store: unknown = new Map()): string => {
      try {
        encryptedStore(store as Store, settings as { keys: StoreKey[] })
      } catch (error) {
        return String(error)
      }
      return 'none'
    }
    const forms = 'must be a CryptoKey, 32 bytes, or 32 bytes in base64url'

    it.each([
      [{}, '"keys" must be a list of at least one key, got undefined'],
      [{ keys: [] }, '"keys" must be a list of at least one key, got a list'],
      [{ keys: first }, '"keys" must be a list of at least one key, got an object'],
      [{ keys: [undefined] }, '"keys[0]" must be an object, got undefined'],
      [{ keys: ['CANARY'] }, '"keys[0]" must be an object, got a string'],
      [{ keys: [{}] }, '"keys[0].id" is needed; "keys[0].key" is needed'],
      [{ keys: [{ id: 'a', key: undefined }] }, '"keys[0].key" is undefined: is an environment variable missing?'],
      [{ keys: [{ id: 'a.b', key: bytes(1) }] }, '"keys[0].id" must be 1 to 64 letters, digits, "-" or "_", got a string'],
      [{ keys: [{ id: '', key: bytes(1) }] }, '"keys[0].id" must be 1 to 64 letters, digits, "-" or "_", got an empty string'],
      [{ keys: [{ id: 'a'.repeat(65), key: bytes(1) }] }, '"keys[0].id" must be 1 to 64 letters, digits, "-" or "_", got a string'],
      [{ keys: [{ id: 'a', key: bytes(1).slice(1) }] }, `"keys[0].key" ${forms}, got an object`],
      [{ keys: [{ id: 'a', key: 'CANARY' }] }, `"keys[0].key" ${forms}, got a string`],
      [{ keys: [{ id: 'a', key: `${Buffer.from(bytes(1)).toString('base64url')}=` }] }, `"keys[0].key" ${forms}, got a string`],
      [{ keys: [{ id: 'a', key: 5 }] }, `"keys[0].key" ${forms}, got a number`],
      [{ keys: [first, { ...first, key: bytes(9) }] }, '"keys" must not have two keys with one id'],
      [{ keys: [first], now: 5, ttl: 1 }, 'unknown option "ttl"; "now" must be a function, got a number'],
      [{ keys: [first, { ...second, secret: 'CANARY' }] }, 'unknown option "keys[1].secret"'],
    ])('%#', (settings, message) => {
      expect(fault(settings)).toBe(`TypeError: encryptedStore(): ${message}`)
    })

    it('nor a store that is none', () => {
      expect(fault({ keys: [] }, 'CANARY')).toBe(
        'TypeError: encryptedStore(): "store" must be a store, with functions "get", "set", "delete", got a string; ' +
          '"keys" must be a list of at least one key, got a list',
      )
    })

    it.each([
      ['another algorithm', { name: 'AES-CBC', length: 256 }, ['encrypt', 'decrypt']],
      ['fewer bits', { name: 'AES-GCM', length: 128 }, ['encrypt', 'decrypt']],
      ['no decryption', { name: 'AES-GCM', length: 256 }, ['encrypt']],
      ['no encryption', { name: 'AES-GCM', length: 256 }, ['decrypt']],
    ] as const)('nor a CryptoKey for %s', async (_what, algorithm, usages) => {
      const unfit = await crypto.subtle.generateKey(algorithm, false, usages)
      expect(fault({ keys: [{ id: 'a', key: unfit }] })).toBe(
        'TypeError: encryptedStore(): "keys[0].key" must be an AES-GCM key of 256 bits that may encrypt and decrypt, got an object',
      )
    })
  })

  /** What a store makes of a text under the key. */
  async function readAs(store: Store, text: string): Promise<string | undefined> {
    const before = written()
    inner.set(key, text)
    const found = await store.get(key)
    inner.set(key, before)
    return found
  }
})
