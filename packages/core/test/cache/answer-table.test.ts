import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { AnswerTable, type Row } from '../../src/cache/answer-table.ts'

const about = { scope: [], aud: [] }
const row = (sentAt: number): Row => ({ claims: { n: sentAt }, about, sentAt, sentAfter: sentAt % 7 })

describe('a table of answers', () => {
  it('keeps so many and no more, and drives out what was not looked up', () => {
    const table = new AnswerTable(2)
    table.set('a', row(1))
    table.set('b', row(2))
    expect(table.get('a')).toEqual({ ...row(1), usedBefore: false })
    expect(table.get('a')).toEqual({ ...row(1), usedBefore: true })
    table.set('c', row(3))
    expect([table.get('a')?.usedBefore, table.get('b'), table.get('c')?.usedBefore, table.size]).toEqual([false, undefined, false, 2])
  })

  it('gives everything another chance that was looked up since the hand came by, but not for ever', () => {
    const table = new AnswerTable(3)
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      table.set(name, row(at))
      table.get(name)
    }
    table.set('d', row(4))
    expect(table.size).toBe(3)
    expect(['a', 'b', 'c', 'd'].map((name) => table.get(name) !== undefined)).toEqual([false, true, true, true])
  })

  it('holds what is looked up against any number of things that are seen once', () => {
    const table = new AnswerTable(100)
    for (let at = 0; at < 50; at++) table.set(`good-${at}`, row(at))
    for (let at = 0; at < 5_000; at++) {
      table.get(`good-${at % 50}`)
      table.set(`once-${at}`, row(at))
    }
    expect(Array.from({ length: 50 }, (_, at) => table.get(`good-${at}`)).filter((found) => found === undefined)).toEqual([])
  })

  it('has no names in common with what every object has', () => {
    const table = new AnswerTable(2)
    expect(['__proto__', 'constructor', 'toString', ''].map((name) => table.get(name))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('keeps times to the millisecond, and numbers of marks up to four thousand millions', () => {
    const table = new AnswerTable(1)
    table.set('a', { claims: undefined, about: undefined, sentAt: 8.64e15, sentAfter: 2 ** 32 - 1 })
    expect(table.get('a')).toEqual({ claims: undefined, about: undefined, sentAt: 8.64e15, sentAfter: 2 ** 32 - 1, usedBefore: false })
  })

  it('does what a map does, but for what it has driven out', () => {
    const name = fc.nat(40).map(String)
    const step = fc.oneof(
      fc.record({ act: fc.constant('set' as const), name, sentAt: fc.nat() }),
      fc.record({ act: fc.constantFrom('get' as const, 'delete' as const), name }),
      fc.record({ act: fc.constant('clear' as const), name }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.array(step, { maxLength: 300 }), (maxEntries, steps) => {
        const table = new AnswerTable(maxEntries)
        const model = new Map<string, number>()
        for (const { act, name: key, ...more } of steps) {
          if (act === 'set' && 'sentAt' in more) {
            table.set(key, row(more.sentAt))
            model.set(key, more.sentAt)
            expect(table.get(key)).toMatchObject(row(more.sentAt))
          } else if (act === 'delete') {
            table.delete(key)
            model.delete(key)
          } else if (act === 'clear') {
            table.clear()
            model.clear()
          }
          const found = [...model].filter(([known]) => table.get(known) !== undefined)
          for (const [known, sentAt] of found) expect(table.get(known)).toMatchObject(row(sentAt))
          for (const [known] of model) if (!found.some(([other]) => other === known)) model.delete(known)
          expect(table.size).toBe(found.length)
          expect(table.get(key) === undefined).toBe(!model.has(key))
          if (act === 'set') expect(found.length).toBeGreaterThan(0)
          expect(table.size).toBeLessThanOrEqual(maxEntries)
        }
      }),
    )
  })

  it('drives nothing out while there is room', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(60).map(String), fc.boolean()), { maxLength: 300 }), (steps) => {
        const table = new AnswerTable(61)
        const model = new Set<string>()
        for (const [name, keep] of steps) {
          if (keep) {
            table.set(name, row(1))
            model.add(name)
          } else {
            table.delete(name)
            model.delete(name)
          }
        }
        expect([...model].filter((name) => table.get(name) === undefined)).toEqual([])
        expect(table.size).toBe(model.size)
      }),
    )
  })
})
