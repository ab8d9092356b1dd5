import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Selectable, selectByToken } from '../src/authorization-server-selection.ts'

const a = { name: 'a', issuer: 'https://a.example', tokenPrefix: undefined, fallback: false }
const b = { name: 'b', issuer: 'https://b.example/tenant', tokenPrefix: 'b_', fallback: false }
const longer = { name: 'longer', issuer: undefined, tokenPrefix: 'b_long_', fallback: false }
const last = { name: 'last', issuer: undefined, tokenPrefix: undefined, fallback: true }
const listed = [a, b, longer, last]

const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const jwt = (claims: unknown, signature = 'c2ln'): string => `${encode({ alg: 'ES256' })}.${encode(claims)}.${signature}`
const chosen = (token: string, servers: readonly (Selectable & { readonly name: string })[] = listed): string | undefined =>
  selectByToken(servers, token)?.name

describe('the authorization server asked about a token', () => {
  test('is the one whose issuer the token names, character by character', () => {
    expect(chosen(jwt({ iss: 'https://a.example' }))).toBe('a')
    expect(chosen(jwt({ iss: 'https://b.example/tenant' }))).toBe('b')
    expect(chosen(jwt({ iss: 'https://a.example' }, ''))).toBe('a')
    for (const iss of ['https://a.example/', 'HTTPS://a.example', 'https://b.example', ' https://a.example']) {
      expect(chosen(jwt({ iss }))).toBeUndefined()
    }
  })

  test('is none where the token names another issuer: it is shown to nobody else [IR-23]', () => {
    expect(chosen(jwt({ iss: 'https://evil.example' }))).toBeUndefined()
  })

  test('is the one with the longest prefix that fits, where no issuer is named', () => {
    expect(chosen('b_123')).toBe('b')
    expect(chosen('b_long_123')).toBe('longer')
    expect(chosen('B_123')).toBe('last')
  })

  test('is the one with the prefix, though the token names an issuer that is not listed', () => {
    const prefixed = [{ ...a, tokenPrefix: 'eyJ' }, last]
    expect(chosen(jwt({ iss: 'https://evil.example' }), prefixed)).toBe('a')
  })

  test.each([
    'opaque',
    'a.b',
    'a.b.c.d',
    'a.b.c',
    jwt({}),
    jwt({ iss: 7 }),
    jwt({ iss: ['https://a.example'] }),
    jwt([]),
    jwt(null),
    jwt('{"iss":"https://a.example"'),
    jwt('{"__proto__":{"iss":"https://a.example"}}'),
    `${jwt({ iss: 'https://a.example' })}.x.y`,
    jwt({ iss: 'https://a.example' }).replace('.', '.!'),
  ])('is the fallback for %s, which names no issuer', (token) => {
    expect(chosen(token)).toBe('last')
    expect(chosen(token, [a, b])).toBeUndefined()
  })

  test('is always one of those listed, or none', () => {
    const part = fc.oneof(fc.base64String(), fc.json().map(encode), fc.string())
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const selected = selectByToken(listed, parts.join('.'))
        expect(selected === undefined || listed.includes(selected)).toBe(true)
      }),
    )
  })
})
