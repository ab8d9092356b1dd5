import { describe, expect, it, test } from '@jest/globals'
import fc from 'fast-check'
import { decodeBase64url } from '../src/base64url.ts'

test('bytes come back as they were written', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(decodeBase64url(Buffer.from(bytes).toString('base64url'))).toEqual(bytes)
    }),
  )
})

test('bytes are written in one way only [RV-32]', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 6, unit: fc.constantFrom('A', 'Q', 'g', 'w', 'B', 'z', '-', '_', '9', '+', '/', '=', ' ', '.', 'é') }),
      (text) => {
        const bytes = decodeBase64url(text)
        expect(bytes === undefined ? text : Buffer.from(bytes).toString('base64url')).toBe(text)
      },
    ),
  )
})

describe('what is not base64url', () => {
  it.each(['A', 'AAAAA', 'AA==', 'AA=', 'AAA=', 'AB', 'AAB', 'A+==', 'AA/A', 'AA A', 'AAAA\n', ' AAAA', 'AA.A', 'ÀAAA'])(
    'is refused: %j [RV-32]',
    (text) => {
      expect(decodeBase64url(text)).toBeUndefined()
    },
  )
})
