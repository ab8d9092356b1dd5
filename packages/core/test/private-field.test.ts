import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { createPrivateField } from '../src/private-field.ts'

describe('a private field', () => {
  it('keeps what was set last with an object, and nothing with any other', () => {
    const field = createPrivateField<string>()
    const [one, other] = [{}, Object.freeze({})]
    expect([field.get(one), field.get(other)]).toEqual([undefined, undefined])
    field.set(one, 'first')
    field.set(other, 'other')
    field.set(one, 'last')
    expect([field.get(one), field.get(other)]).toEqual(['last', 'other'])
  })

  it('is not seen, not copied, not inherited, and not one with another field', () => {
    const [field, another] = [createPrivateField<string>(), createPrivateField<string>()]
    const object = { a: 1 }
    field.set(object, 'CANARY')
    expect(Reflect.ownKeys(object)).toEqual(['a'])
    expect(inspect(object, { showHidden: true, depth: 9 }) + JSON.stringify(object)).not.toContain('CANARY')
    for (const copy of [{ ...object }, structuredClone(object), Object.create(object) as object, new Proxy(object, {})]) {
      expect(field.get(copy)).toBeUndefined()
    }
    expect(another.get(object)).toBeUndefined()
    expect(object).toBeInstanceOf(Object)
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
  })
})
