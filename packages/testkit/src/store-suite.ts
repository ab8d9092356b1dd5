/**
 * The one suite that every store of answers runs: what it keeps, for how long, and what it says when it cannot.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Store } from '@oauth-introspect/core'

/** A new, empty store. */
export interface StorePlace {
  readonly store: Store
  /** Lets time pass for it; without it the store lives in real time. */
  readonly pass?: (milliseconds: number) => void
  readonly close?: () => void | Promise<void>
}

/** A store under test. */
export interface StoreUnderTest {
  readonly name: string
  readonly open: () => StorePlace | Promise<StorePlace>
  /** A store on something that fails at everything. */
  readonly openBroken?: () => Store | Promise<Store>
}

const key = 'a'.repeat(43)
const minute = 60_000

/** Runs the suite on a store. */
export function describeStore({ name, open, openBroken }: StoreUnderTest): void {
  describe(name, () => {
    let place: StorePlace
    let store: Store
    beforeEach(async () => {
      place = await open()
      store = place.store
    })
    afterEach(() => place.close?.())

    /** Resolves when an entry that is given so long now is over. */
    async function outlive(milliseconds: number): Promise<void> {
      if (place.pass !== undefined) {
        place.pass(milliseconds)
        return
      }
      await store.set('probe', 'x', milliseconds)
      await until(async () => (await store.get('probe')) === undefined)
    }

    it('knows nothing that it was not told', async () => {
      await expect(Promise.resolve(store.get(key))).resolves.toBeUndefined()
      for (const common of ['__proto__', 'constructor', 'toString', 'length']) expect(await store.get(common)).toBeUndefined()
    })

    it.each([
      ['JSON', '{"version":1,"members":{"sub":"user-1"}}'],
      ['every kind of character', '\u0000\n\r\t "\\ äé€ 𝄞 </script> 1 2'],
      ['much text', 'x'.repeat(200_000)],
      ['no text', ''],
    ])('gives back what it keeps: %s', async (_what, value) => {
      await store.set(key, value, minute)
      expect(await store.get(key)).toBe(value)
      expect(await store.get(key)).toBe(value)
    })

    it('keeps the last of several texts under one key', async () => {
      await store.set(key, 'first', minute)
      await store.set(key, 'second', minute)
      expect(await store.get(key)).toBe('second')
    })

    it('keeps keys apart', async () => {
      const keys = [key, `${key}b`, key.toUpperCase(), 'a/b', 'a%2Fb', 'a?b', 'a#b', 'ä']
      for (const each of keys) await store.set(each, `value of ${each}`, minute)
      for (const each of keys) expect(await store.get(each)).toBe(`value of ${each}`)
    })

    it('forgets what is deleted, and takes deletion of what it does not have', async () => {
      await store.set(key, 'value', minute)
      await store.set('other', 'stays', minute)
      await store.delete(key)
      await store.delete(key)
      expect([await store.get(key), await store.get('other')]).toEqual([undefined, 'stays'])
    })

    it('gives nothing whose life is over', async () => {
      await store.set('long', 'stays', minute)
      await store.set(key, 'value', 40)
      expect(await store.get(key)).toBe('value')
      await outlive(39)
      if (place.pass !== undefined) expect(await store.get(key)).toBe('value')
      await outlive(1)
      expect(await store.get(key)).toBeUndefined()
      expect(await store.get('long')).toBe('stays')
    })

    it('counts life from the last text, longer or shorter', async () => {
      await store.set('longer', 'value', 40)
      await store.set('longer', 'value', minute)
      await store.set('shorter', 'value', minute)
      await store.set('shorter', 'value', 40)
      await outlive(41)
      expect([await store.get('longer'), await store.get('shorter')]).toEqual(['value', undefined])
    })

    it('takes a life with a fraction', async () => {
      await store.set(key, 'value', minute + 0.7)
      expect(await store.get(key)).toBe('value')
    })

    it.each([0, -1, 0.5, NaN, Infinity, -Infinity])('keeps nothing for %d milliseconds, nor what was there', async (ttlMs) => {
      await store.set(key, 'before', minute)
      await store.set(key, 'value', ttlMs)
      expect(await store.get(key)).toBeUndefined()
    })

    it('is used by many at once', async () => {
      const keys = Array.from({ length: 200 }, (_, at) => `key-${at}`)
      await Promise.all(keys.map(async (each) => store.set(each, `of ${each}`, minute)))
      expect(await Promise.all(keys.map(async (each) => store.get(each)))).toEqual(keys.map((each) => `of ${each}`))
    })

    it('shows nothing of what it keeps', async () => {
      await store.set('CANARY-key', 'CANARY-value', minute)
      const { inspect } = await import('node:util')
      expect(inspect(store, { depth: 9, showHidden: true }) + JSON.stringify(store)).not.toContain('CANARY')
    })

    if (openBroken !== undefined) {
      it('rejects what it cannot do, and throws nothing', async () => {
        const broken = await openBroken()
        await expect(refusal(() => broken.get(key))).resolves.toBe('rejected')
        await expect(refusal(() => broken.set(key, 'CANARY-value', minute))).resolves.toBe('rejected')
        await expect(refusal(() => broken.delete(key))).resolves.toBe('rejected')
      })
    }
  })
}

async function refusal(act: () => unknown): Promise<string> {
  let pending: unknown
  try {
    pending = act()
  } catch {
    return 'thrown'
  }
  try {
    await pending
  } catch (error) {
    return String(error).includes('CANARY') ? 'told too much' : 'rejected'
  }
  return 'done'
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 5000; Date.now() < deadline; ) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error('waited in vain')
}
