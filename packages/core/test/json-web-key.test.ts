import { describe, expect, it } from '@jest/globals'
import { fits, listKeys, readVerificationKeys, type SignatureAlgorithm, signatureAlgorithms } from '../src/json-web-key.ts'
import { jwk, keys } from './signed-bench.ts'

describe('the keys of a set', () => {
  it('are read as what verifies, and nothing else of them is kept', () => {
    const { kty, crv, x, y } = jwk(keys.as1)
    const [key] = readVerificationKeys([jwk(keys.as1, { kid: 'k', alg: 'ES256', use: 'sig', key_ops: ['verify'], ext: true, x5c: ['x'] })])
    expect(key).toEqual({ jwk: { kty, crv, x, y }, alg: 'ES256', kid: 'k' })
    expect(Object.isFrozen(key?.jwk)).toBe(true)
  })

  it.each<[string, unknown]>([
    ['text', 'key'],
    ['null', null],
    ['a list', [jwk(keys.as1)]],
    ['nothing', {}],
    ['a kind that is no text', jwk(keys.as1, { kty: 7 })],
    ['a kind that is not known', jwk(keys.as1, { kty: 'toString' })],
    ['a secret [RV-23]', { kty: 'oct', k: 'AAAA' }],
    ['a private key [RV-23]', keys.as1.export({ format: 'jwk' })],
    ['a private RSA key without its exponent [RV-23]', jwk(keys.rsa, { p: 'AQAB' })],
    ['a name that is no text', jwk(keys.as1, { kid: 7 })],
    ['an algorithm that is no text', jwk(keys.as1, { alg: ['ES256'] })],
    ['a member that is missing', jwk(keys.as1, { y: undefined })],
    ['a member that is no text', jwk(keys.rsa, { e: 65537 })],
    ['1024 bits [RV-24]', jwk(keys.weak)],
    ['2047 bits [RV-24]', jwk(keys.rsa, { n: Buffer.from([0, 0x7f, ...new Uint8Array(255)]).toString('base64url') })],
    ['a modulus of nothing', jwk(keys.rsa, { n: Buffer.alloc(512).toString('base64url') })],
    ['a modulus that is no number', jwk(keys.rsa, { n: `*${'A'.repeat(400)}` })],
    ['another use', jwk(keys.as1, { use: 'enc' })],
    ['a use that is no text', jwk(keys.as1, { use: ['sig'] })],
    ['other operations', jwk(keys.as1, { key_ops: ['deriveBits'] })],
    ['operations that are no list', jwk(keys.as1, { key_ops: 'verify' })],
  ])('are none with %s', (_what, entry) => {
    expect(readVerificationKeys([entry])).toEqual([])
    expect(readVerificationKeys([entry, jwk(keys.as1), entry])).toHaveLength(1)
  })

  it('have 2048 bits of RSA, where the first is set', () => {
    expect(readVerificationKeys([jwk(keys.rsa, { n: Buffer.from([0, 0x80, ...new Uint8Array(255)]).toString('base64url') })])).toHaveLength(
      1,
    )
  })

  it('are listed with and without the set around them', () => {
    const list = [jwk(keys.as1)]
    expect(listKeys(list)).toBe(list)
    expect(listKeys({ keys: list })).toBe(list)
    for (const other of [undefined, null, 'keys', {}, { keys: {} }]) expect(listKeys(other)).toBeUndefined()
  })
})

describe('a key', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['RSA', jwk(keys.rsa), ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    ['RSA for one algorithm', jwk(keys.rsa, { alg: 'PS256' }), ['PS256']],
    ['RSA for encryption', jwk(keys.rsa, { alg: 'RSA-OAEP' }), []],
    ['P-256', jwk(keys.as1), ['ES256']],
    ['P-384', jwk(keys.p384), ['ES384']],
    ['P-521', jwk(keys.p521), ['ES512']],
    ['P-384 for another curve', jwk(keys.p384, { alg: 'ES256' }), []],
    ['secp256k1', jwk(keys.as1, { crv: 'secp256k1' }), []],
    ['Ed25519', jwk(keys.ed25519), ['EdDSA', 'Ed25519']],
    ['OKP on a curve of EC', jwk(keys.ed25519, { crv: 'P-256' }), []],
    ['EC on a curve of OKP', jwk(keys.as1, { crv: 'Ed25519' }), []],
    ['Ed448', jwk(keys.ed25519, { crv: 'Ed448' }), []],
    ['X25519', jwk(keys.ed25519, { crv: 'X25519' }), []],
  ])('%s verifies its algorithms, and no others [RV-23]', (_kind, given, algorithms) => {
    const key = readVerificationKeys([given])[0] ?? { jwk: { kty: '' }, alg: undefined, kid: undefined }
    expect(signatureAlgorithms.filter((algorithm: SignatureAlgorithm) => fits(key, algorithm))).toEqual(algorithms)
  })

  it.each([
    ['k', 'k', true],
    ['k', 'other', false],
    ['k', undefined, true],
    [undefined, 'k', true],
    [undefined, undefined, true],
    ['', 'k', false],
  ])('named %p is tried for the name %p: %p [RV-33]', (kid, asked, tried) => {
    const [key] = readVerificationKeys([jwk(keys.as1, { kid })])
    expect(key === undefined ? undefined : fits(key, 'ES256', asked)).toBe(tried)
  })
})
