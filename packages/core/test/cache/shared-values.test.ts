import { describe, expect, it } from '@jest/globals'
import { SharedValues } from '../../src/cache/shared-values.ts'

describe('values that answers have in common', () => {
  it('are the first of all equal lists of texts, which is frozen', () => {
    const values = new SharedValues()
    const first = ['read', 'write']
    expect(values.share(first)).toBe(first)
    expect(values.share(['read', 'write'])).toBe(first)
    expect(Object.isFrozen(first)).toBe(true)
    expect(values.share([])).toBe(values.share([]))
  })

  it('are what they were: nothing but equal lists of texts is one', () => {
    const values = new SharedValues()
    const lists = [['a', 'b'], ['a b'], ['a b', ''], ['a', 'b', ''], ['', 'a b'], [' a b'], ['a', ' b'], [], [''], ['', ''], [' ']]
    for (const list of [...lists, ...lists]) expect(values.share([...list])).toEqual(list)
    const others: readonly unknown[] = [1, null, undefined, true, {}, { a: 'a' }, [1], [null], ['a', 1], [['a']], [{}]]
    for (const other of others) expect(values.share(other)).toBe(other)
    expect([[1], ['a', 1]].map((list) => Object.isFrozen(values.share(list)))).toEqual([false, false])
    expect(values.share('text')).toBe('text')
  })

  it('stay while they are met, however much else is met between', () => {
    const values = new SharedValues()
    const list = ['kept']
    values.share(list)
    for (let at = 0; at < 20_000; at++) {
      values.share([`other-${at}`])
      if (at % 500 === 0) expect(values.share(['kept'])).toBe(list)
    }
  })

  it('are let go when they are met no more: the table is bounded', () => {
    const values = new SharedValues()
    const list = ['gone']
    values.share(list)
    for (let at = 0; at < 3_000; at++) values.share([`other-${at}`])
    expect(values.share(['gone'])).not.toBe(list)
  })

  it('are not those that are long', () => {
    const values = new SharedValues()
    const long = ['x'.repeat(1025)]
    expect(values.share(long)).toBe(long)
    expect(values.share(['x'.repeat(1025)])).not.toBe(long)
  })
})
