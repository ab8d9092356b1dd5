import { describe, expect, it } from '@jest/globals'
import { describeStore } from '@oauth-introspect/testkit'
import { Keyv } from 'keyv'
import { type Store, type StoreLike, store } from '../../src/cache/store.ts'
import { OptionFaults } from '../../src/option-faults.ts'

function read(value: unknown): Store {
  const faults = new OptionFaults()
  const found = store(value, 'cache.store', faults)
  faults.throwAny('options')
  if (found === undefined) throw new Error('neither read nor refused')
  return found
}

/** A backend of Keyv that can do nothing. */
const broken = {
  get: () => Promise.reject(new Error('CANARY-value')),
  set: () => Promise.reject(new Error('CANARY-value')),
  delete: () => Promise.reject(new Error('CANARY-value')),
  clear: () => Promise.resolve(),
  on: () => undefined,
}

describeStore({ name: 'a Keyv', open: () => ({ store: read(new Keyv()) }) })

describe('what serves as a store', () => {
  const like = (get: () => unknown, more: Partial<StoreLike> = {}): StoreLike => ({ get, set: () => true, delete: () => true, ...more })

  it.each([null, undefined, 7, {}, ['a'], Buffer.from('a')])('is a miss where it gives %p', async (value) => {
    expect(read(like(() => value)).get('a')).toBeUndefined()
    await expect(read(like(() => Promise.resolve(value))).get('a')).resolves.toBeUndefined()
  })

  it('answers at once where it can, and later where it cannot', async () => {
    expect(read(like(() => 'A')).get('a')).toBe('A')
    await expect(read(like(() => Promise.resolve('A'))).get('a')).resolves.toBe('A')
    // biome-ignore lint/suspicious/noThenProperty: some libraries have promises of their own
    await expect(read(like(() => ({ then: (done: (value: string) => void) => done('A') }))).get('a')).resolves.toBe('A')
  })

  it('is given the life of an entry, and never one that has another meaning there', () => {
    const calls: unknown[] = []
    const place = read({
      get: () => undefined,
      set: (...given: unknown[]) => calls.push(['set', ...given]),
      delete: (...given: unknown[]) => calls.push(['delete', ...given]),
    })
    void place.set('a', 'A', 1500)
    for (const ttlMs of [0, -5, NaN, Infinity]) void place.set('a', 'A', ttlMs)
    expect(calls).toEqual([['set', 'a', 'A', 1500], ...Array.from({ length: 4 }, () => ['delete', 'a'])])
  })

  it('keeps its `this`', () => {
    const place = read(new Map([['a', 'A']]))
    expect(place.get('a')).toBe('A')
  })

  it('rejects what fails, however it fails', async () => {
    const fail = (): never => {
      throw new Error('no')
    }
    const place = read({ get: fail, set: fail, delete: fail })
    await expect(place.get('a')).rejects.toThrow('no')
    await expect(place.set('a', 'A', 5)).rejects.toThrow('no')
    await expect(place.delete('a')).rejects.toThrow('no')
  })

  it('fails where Keyv says that it kept nothing', async () => {
    const keyv = new Keyv({ store: broken })
    keyv.on('error', () => undefined)
    await expect(read(keyv).set('a', 'A', 5)).rejects.toThrow('the store kept nothing')
    await expect(read(keyv).get('a')).resolves.toBeUndefined()
  })

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['redis://localhost', 'a string'],
    [{ get: () => 'A', set: () => true }, 'an object'],
    [{ get: 'A', set: 'B', delete: 'C' }, 'an object'],
  ])('is told from what does not: %p', (value, got) => {
    const message = `options: "cache.store" must be a store, with functions "get", "set", "delete", got ${got}`
    expect(() => read(value)).toThrow(new TypeError(message))
  })
})
