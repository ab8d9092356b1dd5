import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readRetryAfter } from '../src/retry-after.ts'

// Fri, 01 Jan 2027 00:00:00 GMT
const now = 1_798_761_600_000

describe('a number of seconds', () => {
  test.each([
    ['1', 1],
    ['7', 7],
    ['007', 7],
    ['120', 120],
    ['121', 120],
    ['0', 1],
    ['99999999999999999999', 120],
    ['9'.repeat(400), 120],
  ])('reads %s as %i, held within 1 to 120 [IR-22]', (value, seconds) => {
    expect(readRetryAfter(value, now)).toBe(seconds)
  })
})

describe('a date', () => {
  test.each([
    ['a minute ahead', 'Fri, 01 Jan 2027 00:01:00 GMT', now, 60],
    ['part of a second, rounded up', 'Fri, 01 Jan 2027 00:00:05 GMT', now + 1, 5],
    ['a past one, held at 1', 'Thu, 31 Dec 2026 23:59:59 GMT', now, 1],
    ['now, held at 1', 'Fri, 01 Jan 2027 00:00:00 GMT', now, 1],
    ['an hour ahead, held at 120', 'Fri, 01 Jan 2027 01:00:00 GMT', now, 120],
  ])('reads %s [IR-22]', (_what, value, at, seconds) => {
    expect(readRetryAfter(value, at)).toBe(seconds)
  })

  // RFC 9110 §5.6.7: a recipient must accept all three formats of HTTP-date.
  test.each(['Friday, 01-Jan-27 00:01:00 GMT', 'Fri Jan  1 00:01:00 2027'])('reads the obsolete format of %s', (value) => {
    expect(readRetryAfter(value, now)).toBe(60)
  })
})

describe('anything else', () => {
  test.each([
    '',
    ' ',
    'soon',
    '-1',
    '+5',
    '1.5',
    '1e9',
    '0x10',
    '5s',
    ' 5',
    '5 ',
    '5\n',
    '5, 6',
    '٣',
    'Infinity',
    'NaN',
    '2027-01-01T00:01:00Z',
    '2027-01-01',
    'Fri, 01 Jan 2027 00:01:00',
    'Fri, 01 Jan 2027 00:01:00 +0000',
    'Fri, 01 Jan 2027 00:01:00 GMT+0100',
    'Fri, 01 Jan 2027 00:01:00 GMT (noon)',
    'Fri, 1 Jan 2027 00:01:00 GMT',
    'fri, 01 jan 2027 00:01:00 gmt',
    'Fri, 99 Jan 2027 00:01:00 GMT',
    'Fri, 01 Jan 2027 25:61:61 GMT',
    ' Fri, 01 Jan 2027 00:01:00 GMT',
    'Fri, 01 Jan 2027 00:01:00 GMT, Fri, 01 Jan 2027 00:01:00 GMT',
  ])('says nothing usable: %j [IR-22]', (value) => {
    expect(readRetryAfter(value, now)).toBeUndefined()
  })

  test('says nothing when the field is absent', () => {
    expect(readRetryAfter(undefined, now)).toBeUndefined()
  })
})

test('whatever the field, the answer is a whole number from 1 to 120 or nothing', () => {
  const digits = fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String)
  const dates = fc.date({ noInvalidDate: true }).map((date) => date.toUTCString())
  fc.assert(
    fc.property(fc.oneof(fc.string(), digits, dates), fc.integer({ min: 0, max: 4e12 }), (value, at) => {
      const seconds = readRetryAfter(value, at) ?? 1
      expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 120).toBe(true)
    }),
  )
})
