import { describe, expect, it } from '@jest/globals'
import { readFreshForMs } from '../../src/cache/freshness.ts'

const read = (fields: Readonly<Record<string, string>>): number | undefined => readFreshForMs({ header: (name) => fields[name] })

describe('how long a reply may be kept', () => {
  it.each([
    ['max-age=30', 30_000],
    ['Max-Age = 30', 30_000],
    ['max-age="30"', 30_000],
    ['private, max-age=30, must-revalidate', 30_000],
    ['public,max-age=0', 0],
    ['max-age=99999999999999999999', 2 ** 31 * 1000],
    // Said twice, the less of it counts.
    ['max-age=30, max-age=5', 5_000],
    // What cannot be read is taken for nothing.
    ['max-age', 0],
    ['max-age=', 0],
    ['max-age=-1', 0],
    ['max-age=1.5', 0],
    ['max-age=1e3', 0],
    ['max-age=0x10', 0],
    ['max-age=Infinity', 0],
    ['no-store', 0],
    ['NO-STORE', 0],
    ['no-cache', 0],
    ['no-cache="set-cookie", max-age=30', 0],
    ['max-age=30, no-store', 0],
    ['max-age=3600, no-cache', 0],
  ])('is by Cache-Control %j as a cache of our own reads it: %d ms [CA-12]', (field, expected) => {
    expect(read({ 'cache-control': field })).toBe(expected)
  })

  it.each([
    '',
    'private',
    'public',
    's-maxage=10',
    'x-max-age=10',
    'must-revalidate',
    'ext="max-age=10"',
    'ext="no-store, no-cache"',
    ',,',
    '=',
  ])('is not said by %j', (field) => {
    expect(read({ 'cache-control': field })).toBeUndefined()
  })

  it('is not said without the field, whatever else stands there', () => {
    expect(read({ pragma: 'no-cache', expires: '0', age: '10' })).toBeUndefined()
  })

  it.each([
    ['10', 20_000],
    ['30', 0],
    ['3600', 0],
    ['soon', 30_000],
    ['20, 1', 10_000],
    ['99999999999999999999', 0],
  ])('is less by the Age of %s that it has already', (age, expected) => {
    expect(read({ 'cache-control': 'max-age=30', age })).toBe(expected)
  })
})
