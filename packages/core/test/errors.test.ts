import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { IntrospectionError, type IntrospectionErrorCode } from '../src/errors.ts'

const codes = Object.keys({
  ENDPOINT_UNREACHABLE: 0,
  ENDPOINT_TIMEOUT: 0,
  ENDPOINT_UNAVAILABLE: 0,
  CLIENT_REJECTED: 0,
  REQUEST_REJECTED: 0,
  RESPONSE_NOT_CONFORM: 0,
  RESPONSE_TOO_LARGE: 0,
  DISCOVERY_FAILED: 0,
  SIGNATURE_INVALID: 0,
  CIRCUIT_OPEN: 0,
  OVERLOADED: 0,
} satisfies Record<IntrospectionErrorCode, number>) as IntrospectionErrorCode[]

describe('an introspection error', () => {
  test.each(codes)('has its code, and names the page about it: %s', (code) => {
    const error = new IntrospectionError(code, 'something happened')
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe('IntrospectionError')
    expect(error.code).toBe(code)
    expect(error.message).toBe(`something happened (see docs/errors/${code}.md)`)
    expect(String(error)).toBe(`IntrospectionError: something happened (see docs/errors/${code}.md)`)
    expect(error.retryAfterSeconds).toBeUndefined()
  })

  test('says when to come again, where that is known', () => {
    expect(new IntrospectionError('ENDPOINT_UNAVAILABLE', 'x', 7).retryAfterSeconds).toBe(7)
  })

  test('shows itself without its brand', () => {
    const error = new IntrospectionError('ENDPOINT_UNAVAILABLE', 'x', 7)
    expect(JSON.parse(JSON.stringify(error))).toStrictEqual({
      name: 'IntrospectionError',
      code: 'ENDPOINT_UNAVAILABLE',
      retryAfterSeconds: 7,
    })
    expect(inspect(error)).not.toContain('Symbol')
  })
})

describe('is()', () => {
  test('knows an error of ours, one of another copy of the package and one that is derived', () => {
    const elsewhere = Object.defineProperty(new Error('x'), Symbol.for('@oauth-introspect/core/IntrospectionError'), { value: true })
    class Derived extends IntrospectionError {}
    for (const error of [new IntrospectionError('OVERLOADED', 'x'), elsewhere, new Derived('OVERLOADED', 'x')]) {
      expect(IntrospectionError.is(error)).toBe(true)
    }
  })

  test.each([undefined, null, 'ENDPOINT_TIMEOUT', 1, true, {}, new Error('x'), { name: 'IntrospectionError', code: 'OVERLOADED' }])(
    'takes nothing else for one: %p',
    (value) => {
      expect(IntrospectionError.is(value)).toBe(false)
    },
  )
})
