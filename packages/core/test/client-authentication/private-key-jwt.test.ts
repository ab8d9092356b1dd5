import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { describeClientAuthentication } from '@oauth-introspect/testkit'
import { decodeProtectedHeader, importPKCS8, type JWK, jwtVerify } from 'jose'
import { type PrivateKeyJwtSettings, privateKeyJwt } from '../../src/client-authentication/private-key-jwt.ts'
import { createResourceServer } from '../../src/index.ts'
import { bearer } from '../server-bench.ts'

const issuer = 'https://as.example'
const now = Date.parse('2026-11-21T12:00:00.900Z')
const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString()
const jwk = (key: KeyObject): JWK & { readonly kty: string } => ({ kty: '', ...key.export({ format: 'jwk' }) })

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey
const ed = generateKeyPairSync('ed25519').privateKey

const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const
type Algorithm = (typeof algorithms)[number]
const keys: Readonly<Record<string, KeyObject>> = { ES256: p256, ES384: p384, ES512: p521, EdDSA: ed, Ed25519: ed }
const keyFor = (algorithm: Algorithm): KeyObject => keys[algorithm] ?? rsa
const secretPart = jwk(p256).d ?? ''

const make = (more: Partial<PrivateKeyJwtSettings> = {}): ReturnType<typeof privateKeyJwt> =>
  privateKeyJwt({ clientId: 'rs client', key: jwk(p256), algorithm: 'ES256', ...more })
const makeUnchecked = (settings: unknown) => (): unknown => privateKeyJwt(settings as PrivateKeyJwtSettings)

describeClientAuthentication({
  method: 'private_key_jwt',
  make,
  makeOther: () => make({ clientId: 'other client' }),
  form: [
    ['client_id', 'rs client'],
    ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
    ['client_assertion', /^[\w-]+\.[\w-]+\.[\w-]+$/],
  ],
  fresh: ['client_assertion'],
  options: { issuer },
  secrets: [secretPart],
  wrong: [
    ['nothing', makeUnchecked({}), ['privateKeyJwt()', '"clientId" is needed', '"key" is needed', '"algorithm" is needed']],
    ['no settings', makeUnchecked(undefined), ['privateKeyJwt()', '"options" must be an object, got undefined']],
    ['a variable that is missing', () => make({ key: undefined }), ['"key" is undefined: is an environment variable missing?']],
    ['an identifier that is missing', () => make({ clientId: undefined }), ['"clientId" is undefined'], secretPart],
    ['an empty identifier', () => make({ clientId: '' }), ['"clientId" must be'], secretPart],
    ['an algorithm for secrets', () => make({ algorithm: 'HS256' as never }), ['"algorithm" must be "RS256" or'], secretPart],
    ['no algorithm at all', () => make({ algorithm: 'none' as never }), ['"algorithm" must be "RS256" or'], secretPart],
    ['an empty key identifier', () => make({ keyId: '' }), ['"keyId" must be'], secretPart],
    ['a list of audiences', () => make({ audience: [issuer] as never }), ['"audience" must be', 'got a list'], secretPart],
    ['an option that there is not', makeUnchecked({ clientId: 'id', key: jwk(p256), alg: 'ES256' }), ['unknown option "alg"'], secretPart],
    ...[7, true, null, [jwk(p256)], () => p256, '', 'CANARY', Buffer.from('CANARY')].map(
      (key) =>
        [
          `a key that is none: ${inspect(key, { depth: 0 })}`,
          () => make({ key: key as never }),
          ['"key" must be a private key'],
          'CANARY',
        ] as const,
    ),
    [
      'an encrypted key',
      () => make({ key: p256.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-128-cbc', passphrase: 'CANARY' }).toString() }),
      ['"key" must be PKCS#8 that is not encrypted'],
    ],
    [
      'a key in PKCS#1',
      () => make({ key: rsa.export({ format: 'pem', type: 'pkcs1' }).toString(), algorithm: 'RS256' }),
      ['must be PKCS#8'],
    ],
    ['a key in SEC 1', () => make({ key: p256.export({ format: 'pem', type: 'sec1' }).toString() }), ['"key" must be PKCS#8']],
    ['a PEM with line breaks lost', () => make({ key: pem(p256).replaceAll('\n', '\\n') }), ['"key" must be a private key']],
    [
      'the public half',
      () => make({ key: createPublicKey(p256).export({ format: 'pem', type: 'spki' }).toString() }),
      ['"key" must be a private key: PKCS#8 in PEM'],
    ],
    ['the public half as a KeyObject', () => make({ key: createPublicKey(p256) }), ['"key" must be a private key for ES256']],
    ['the public half as a JWK', () => make({ key: { ...jwk(p256), d: undefined } }), ['"key" must be a private key for ES256']],
    ['a secret as a JWK', () => make({ key: { kty: 'oct', k: 'CANARY' } }), ['"key" must be a private key for ES256'], 'CANARY'],
    ["a JWK of another algorithm's", () => make({ key: { ...jwk(p256), alg: 'ES384' } }), ['a private key for ES256'], secretPart],
    ['a JWK for encryption', () => make({ key: { ...jwk(p256), use: 'enc' } }), ['a private key for ES256'], secretPart],
  ],
})

const others: readonly (readonly [Algorithm, KeyObject])[] = [
  ...algorithms.filter((algorithm) => keyFor(algorithm) !== rsa).map((algorithm) => [algorithm, rsa] as const),
  ...algorithms.filter((algorithm) => keyFor(algorithm) !== p256).map((algorithm) => [algorithm, p256] as const),
  ...algorithms.filter((algorithm) => keyFor(algorithm) !== ed).map((algorithm) => [algorithm, ed] as const),
]

async function claimsOf(method: ReturnType<typeof privateKeyJwt>, key: KeyObject): Promise<unknown> {
  const { form = {} } = await method.credentials({ issuer, now })
  const { payload } = await jwtVerify(form['client_assertion'] ?? '', createPublicKey(key), { currentDate: new Date(now) })
  return payload
}

describe('private_key_jwt', () => {
  const expected = (aud: unknown): object => ({
    iss: 'rs client',
    sub: 'rs client',
    aud,
    iat: Math.floor(now / 1000),
    exp: Math.floor(now / 1000) + 60,
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })

  it.each(algorithms)('signs by %s with a key in any form [IR-11] [IR-12]', async (algorithm) => {
    const key = keyFor(algorithm)
    const cryptoKey = await importPKCS8(pem(key), algorithm)
    const copy: object = structuredClone(jwk(key))
    for (const given of [pem(key), `\n${pem(key).replaceAll('\n', '\r\n')}\n`, jwk(key), key, cryptoKey, Object.freeze(copy) as never]) {
      const method = make({ key: given, algorithm })
      await method.ready?.()
      expect(await claimsOf(method, key)).toEqual(expected(issuer))
    }
  })

  it('says whom an assertion is for: the issuer as one text, or what it is told [IR-12]', async () => {
    expect(await claimsOf(make(), p256)).toMatchObject({ aud: issuer })
    const told = make({ audience: 'https://as.example/token' })
    expect(await claimsOf(told, p256)).toEqual(expected('https://as.example/token'))
    expect([make().needsIssuer, told.needsIssuer]).toEqual([true, false])
    const thrown: unknown = await Promise.resolve(make().credentials({ issuer: undefined, now })).catch((error: unknown) => error)
    expect(thrown).toEqual(new TypeError('privateKeyJwt(): neither "audience" nor the issuer is known: an assertion says whom it is for'))
    expect((await told.credentials({ issuer: undefined, now })).form).toHaveProperty('client_assertion')
  })

  it('names the key where it has a name', async () => {
    const headerOf = async (more: Partial<PrivateKeyJwtSettings>): Promise<unknown> => {
      const { form = {} } = await make(more).credentials({ issuer, now })
      return decodeProtectedHeader(form['client_assertion'] ?? '')
    }
    expect(await headerOf({})).toEqual({ alg: 'ES256' })
    expect(await headerOf({ key: { ...jwk(p256), kid: 'k1', alg: 'ES256', use: 'sig' } })).toEqual({ alg: 'ES256', kid: 'k1' })
    expect(await headerOf({ key: { ...jwk(p256), kid: 'k1' }, keyId: 'k2' })).toEqual({ alg: 'ES256', kid: 'k2' })
    expect(await headerOf({ key: p256, keyId: 'k2' })).toEqual({ alg: 'ES256', kid: 'k2' })
  })

  it('makes an assertion of its own for each attempt, also at the same moment [IR-13]', async () => {
    const method = make()
    const made = await Promise.all([1, 2, 3].map(async () => (await claimsOf(method, p256)) as { readonly jti: string }))
    expect(new Set(made.map(({ jti }) => jti)).size).toBe(3)
  })

  it('keeps the key that it was given, and writes nothing to it', async () => {
    const given: { d?: unknown; kty: string } = { ...jwk(p256) }
    const method = make({ key: given })
    delete given.d
    given.kty = 'RSA'
    expect(await claimsOf(method, p256)).toEqual(expected(issuer))
    expect(Object.isFrozen(given)).toBe(false)
  })

  it.each(others)('cannot be made for %s of another kind of key', async (algorithm, key) => {
    const cryptoKey = await importPKCS8(pem(key), key === rsa ? 'RS256' : key === ed ? 'EdDSA' : 'ES256')
    for (const given of [pem(key), jwk(key), key, cryptoKey]) {
      const fault = `privateKeyJwt(): "key" must be a private key for ${algorithm}, got ${typeof given === 'string' ? 'a string' : 'an object'}`
      expect(() => make({ key: given, algorithm })).toThrow(new TypeError(fault))
    }
  })

  it.each([
    ['another padding', 'PS256', 'RS256'],
    ['no padding like it', 'RS256', 'PS256'],
    ['another hash', 'RS256', 'RS512'],
  ])('cannot be made of a CryptoKey for %s', async (_situation, algorithm, made) => {
    const key = await importPKCS8(pem(rsa), made)
    expect(() => make({ key, algorithm: algorithm as Algorithm })).toThrow(`"key" must be a private key for ${algorithm}`)
  })

  it('cannot be made of a CryptoKey that does not sign', async () => {
    const verifying = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    expect(() => make({ key: verifying.publicKey })).toThrow('"key" must be a private key for ES256')
    const deriving = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits'])
    expect(() => make({ key: deriving.privateKey })).toThrow('"key" must be a private key for ES256')
  })

  const broken: readonly (readonly [string, PrivateKeyJwtSettings['key'], Algorithm])[] = [
    ['a PEM cut short', pem(p256).replace(/[^\n]{20}\n-----END/, '\n-----END'), 'ES256'],
    [
      'a JWK that does not fit together',
      { ...jwk(p256), x: jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey).x },
      'ES256',
    ],
    ['a JWK of odd parts', { ...jwk(p256), d: '!' }, 'ES256'],
    ['a JWK that only verifies', { ...jwk(p256), key_ops: ['verify'] }, 'ES256'],
    ['an RSA key too small', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey, 'RS256'],
  ]

  it.each(broken)('shows in ready(), and when it is used, that it has %s', async (_situation, key, algorithm) => {
    const method = make({ key, algorithm })
    const server = createResourceServer({
      introspectionEndpoint: `${issuer}/introspect`,
      issuer,
      clientAuthentication: method,
      audience: null,
    })
    const used = Promise.resolve(method.credentials({ issuer, now }))
    const asked = Promise.resolve(server.authorize(bearer()))
    for (const attempt of [method.ready?.(), used, asked, server.ready(), method.ready?.()]) {
      const thrown: unknown = await attempt?.catch((error: unknown) => error)
      expect(thrown).toEqual(new TypeError(`privateKeyJwt(): "key" cannot be used to sign with ${algorithm}`))
      expect(thrown).not.toHaveProperty('cause')
    }
    await server.close()
  })
})
