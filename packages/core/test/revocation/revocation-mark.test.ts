import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { readRevocationMark } from '../../src/revocation/revocation-mark.ts'

const tokenDigest = createHash('sha256').update('some-token').digest('base64url')

describe('a mark', () => {
  it('is read as it is, and frozen', () => {
    const mark = {
      ...{ issuer: 'https://as.example', subject: 'user-1', session: 's', client: 'c', jti: 'j', tokenDigest },
      ...{ eventTime: 1_700_000_000.5, effect: 'refuse' },
    }
    const read = readRevocationMark(mark)
    expect(read).toEqual(mark)
    expect(read).not.toBe(mark)
    expect(Object.isFrozen(read)).toBe(true)
  })

  it.each([{ issuer: 'i' }, { subject: 's' }, { session: 's' }, { client: 'c' }, { jti: 'j' }, { tokenDigest }])(
    'is one with a single name: %j',
    (mark) => {
      expect(readRevocationMark(mark)).toEqual(mark)
    },
  )

  it.each([
    ...[undefined, null, 'user-1', 1, [], [{ subject: 'user-1' }], {}, { eventTime: 1 }, { effect: 'ask' }, { later: 'x' }],
    ...['issuer', 'subject', 'session', 'client', 'jti'].flatMap((name) =>
      ['', 7, null, undefined, ['a'], 'a'.repeat(1025)].map((value) => ({ issuer: 'i', [name]: value })),
    ),
    ...[tokenDigest.slice(1), `${tokenDigest}A`, `${tokenDigest.slice(0, -1)}+`, '', 7].map((value) => ({ tokenDigest: value })),
    ...['1', -1, NaN, Infinity, null].map((eventTime) => ({ subject: 's', eventTime })),
    ...['grant', true, null].map((effect) => ({ subject: 's', effect })),
  ])('is none where it names no token or a member is not what it must be: %p', (value) => {
    expect(readRevocationMark(value)).toBeUndefined()
  })

  it('with a member of a later version counts for more tokens, which are asked about', () => {
    const ask = { subject: 's', effect: 'ask' }
    expect(readRevocationMark({ subject: 's', effect: 'refuse', tenant: 't' })).toEqual(ask)
    expect(readRevocationMark({ tenant: 't', subject: 's', effect: 'refuse' })).toEqual(ask)
    expect(readRevocationMark(JSON.parse('{"subject":"s","__proto__":{"jti":"j"}}'))).toEqual(ask)
    expect(readRevocationMark(JSON.parse('{"subject":"s","constructor":"x"}'))).toEqual(ask)
  })

  it('says the same with an id, and also with one that is none', () => {
    expect(readRevocationMark({ subject: 's', effect: 'refuse', id: 'an id' })).toEqual({ subject: 's', effect: 'refuse', id: 'an id' })
    for (const id of ['', 7, null, undefined, {}, 'a'.repeat(1025)]) {
      expect(readRevocationMark({ id, subject: 's', effect: 'refuse' })).toEqual({ subject: 's', effect: 'refuse' })
    }
    expect(readRevocationMark({ id: 'an id' })).toBeUndefined()
  })

  it('of the greatest length is read', () => {
    expect(readRevocationMark({ subject: 's'.repeat(1024) })).toBeDefined()
  })
})
