import { createPublicKey, generateKeyPairSync, type KeyObject, webcrypto } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { CompactEncrypt } from 'jose'
import { bearer, granted } from './server-bench.ts'
import { as1, encode, keys, setUpSigned, sign, signed } from './signed-bench.ts'

const bench = setUpSigned()

const ours = {
  rsa: keys.rsa,
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  x25519: generateKeyPairSync('x25519').privateKey,
}

/** Encrypts text to the public half of a key. */
function encrypt(text: string, key: KeyObject | Uint8Array, header: object = {}): Promise<string> {
  const members = { alg: 'RSA-OAEP-256', enc: 'A128CBC-HS256', cty: 'JWT', ...header }
  const to = key instanceof Uint8Array ? key : createPublicKey(key)
  return new CompactEncrypt(Buffer.from(text)).setProtectedHeader(members).encrypt(to)
}

/** What becomes of a reply: the message of the fault, or the subject. */
async function outcomeOf(jwt: string, options: object = { decryptionKey: ours.rsa }): Promise<string> {
  const server = bench.makeSigned(options)
  bench.route(as1, signed(jwt))
  const outcome = await server.authorize(bearer())
  if (outcome.outcome === 'granted') return String(outcome.auth.subject)
  expect(outcome).toMatchObject({ outcome: 'refused', status: 503 })
  const fault = bench.events.find((event) => event.type === 'fault')
  if (fault?.type !== 'fault') throw new Error('expected a fault to be told')
  expect(fault.code).toBe('SIGNATURE_INVALID')
  expect(server.stats()).toMatchObject({ entries: 0, inactiveEntries: 0 })
  const [, why] =
    /^the signed introspection reply cannot be relied on: (.*) \(see docs\/errors\/SIGNATURE_INVALID\.md\)$/.exec(fault.error.message) ?? []
  return String(why)
}

const undecryptable = 'it cannot be decrypted with this decryptionKey'

describe('an encrypted reply', () => {
  it.each<[string, KeyObject, string[]]>([
    ['RSA', ours.rsa, ['RSA-OAEP', 'RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512']],
    ['P-256', ours.ec, ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW']],
    ['X25519', ours.x25519, ['ECDH-ES', 'ECDH-ES+A256KW']],
  ])('is a signed one in an envelope, to a key of the kind %s [RV-20]', async (_kind, key, algorithms) => {
    const enclosed = key.export({ format: 'jwk' })
    for (const alg of algorithms) {
      for (const decryptionKey of [key, enclosed, key.export({ type: 'pkcs8', format: 'pem' })]) {
        expect(await outcomeOf(await encrypt(sign(bench.claims()), key, { alg }), { decryptionKey })).toBe('user-1')
      }
    }
  })

  it.each(['A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512', 'A128GCM', 'A192GCM', 'A256GCM'])(
    'may be encrypted with %s [RV-21]',
    async (enc) => {
      expect(await outcomeOf(await encrypt(sign(bench.claims()), ours.rsa, { enc }))).toBe('user-1')
    },
  )

  it('is read with a key of WebCrypto too, of its one algorithm', async () => {
    const { subtle } = webcrypto
    const decryptionKey = await subtle.importKey('jwk', ours.rsa.export({ format: 'jwk' }), { name: 'RSA-OAEP', hash: 'SHA-256' }, false, [
      'decrypt',
    ])
    expect(await outcomeOf(await encrypt(sign(bench.claims()), ours.rsa), { decryptionKey })).toBe('user-1')
    expect(await outcomeOf(await encrypt(sign(bench.claims()), ours.rsa, { alg: 'RSA-OAEP' }), { decryptionKey })).toBe(undecryptable)
  })

  it('need not say what is in it', async () => {
    expect(await outcomeOf(await encrypt(sign(bench.claims()), ours.rsa, { cty: undefined }))).toBe('user-1')
  })

  it.each<[string, () => string | Promise<string>, string]>([
    ['that is signed only', () => sign(bench.claims()), 'it is not an encrypted JWT'],
    ['with claims that nobody signed [RV-20]', () => encrypt(JSON.stringify(bench.claims()), ours.rsa), 'it is not a signed JWT'],
    ['with members that nobody signed [RV-20]', () => encrypt('{"active":true}', ours.rsa), 'it is not a signed JWT'],
    [
      'with "alg": "none" inside [RV-20]',
      () => encrypt(`${encode('{"alg":"none","typ":"token-introspection+jwt"}')}.${encode(JSON.stringify(bench.claims()))}.`, ours.rsa),
      'its algorithm is not among those accepted',
    ],
    [
      'with a signature of somebody else [RV-25]',
      () => encrypt(sign(bench.claims(), { key: keys.attacker }), ours.rsa),
      'no key of the authorization server has made its signature',
    ],
    [
      'with another type inside [RV-28]',
      () => encrypt(sign(bench.claims(), { header: { typ: 'at+jwt' } }), ours.rsa, { typ: 'token-introspection+jwt' }),
      'its type is another',
    ],
    ['for somebody else [RV-18]', () => encrypt(sign(bench.claims({ aud: 'other' })), ours.rsa), 'its "aud" does not name us'],
    [
      'that is encrypted twice',
      async () => encrypt(await encrypt(sign(bench.claims()), ours.rsa), ours.rsa),
      'it is encrypted, and no decryptionKey is there to read it',
    ],
    ['to another key', () => encrypt(sign(bench.claims()), generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey), undecryptable],
    ['to a key of another kind', () => encrypt(sign(bench.claims()), ours.ec, { alg: 'ECDH-ES' }), undecryptable],
    [
      'by a shared secret',
      () => encrypt(sign(bench.claims()), new Uint8Array(32), { alg: 'dir' }),
      'its key is encrypted in a way that is not accepted',
    ],
    [
      'by a wrapped secret',
      () => encrypt(sign(bench.claims()), new Uint8Array(16), { alg: 'A128KW' }),
      'its key is encrypted in a way that is not accepted',
    ],
    [
      'by a password',
      () => encrypt(sign(bench.claims()), new TextEncoder().encode('password'), { alg: 'PBES2-HS256+A128KW' }),
      'its key is encrypted in a way that is not accepted',
    ],
    ['with a critical extension [RV-31]', () => withHeader({ crit: ['x'], x: 1 }), 'its header has a critical extension'],
    ['with a cipher that is not known', () => withHeader({ enc: 'A128CBC' }), 'it is encrypted in a way that is not accepted'],
    ['with no cipher', () => withHeader({ enc: undefined }), 'it is encrypted in a way that is not accepted'],
    ['with another header than it was encrypted under', () => withHeader({ cty: 'other' }), undecryptable],
    ['that is compressed', () => encrypt(sign(bench.claims()), ours.rsa, { zip: 'DEF' }), 'it is compressed'],
    [
      'with a header that says a thing twice [RV-30]',
      () => withHeaderText('{"alg":"dir","alg":"RSA-OAEP-256","enc":"A128CBC-HS256"}'),
      'of its header, a member stands in it twice',
    ],
    ['with padding [RV-32]', async () => `${await encrypt(sign(bench.claims()), ours.rsa)}=`, 'it is not an encrypted JWT'],
    ['with its tag cut [RV-25]', async () => (await encrypt(sign(bench.claims()), ours.rsa)).slice(0, -6), undecryptable],
    ['without its tag [RV-25]', async () => (await encrypt(sign(bench.claims()), ours.rsa)).replace(/[^.]*$/, ''), undecryptable],
    ['of five empty parts', () => '....', 'of its header, it is not JSON'],
  ])('is refused %s', async (_what, make, why) => {
    expect(await outcomeOf(await make())).toBe(why)
  })

  it('is refused where there is no key to read it', async () => {
    expect(await outcomeOf(await encrypt(sign(bench.claims()), ours.rsa), {})).toBe(
      'it is encrypted, and no decryptionKey is there to read it',
    )
  })

  it.each<[string, () => unknown]>([
    ['a PEM with nothing in it', () => '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'],
    ['a JWK with nothing in it', () => ({ kty: 'RSA', d: 'AQ' })],
    ['a JWK that signs', () => ({ ...ours.rsa.export({ format: 'jwk' }), use: 'sig' })],
    ['an RSA key that is too short', () => keys.weak],
    ['a key that signs', () => keys.ed25519],
  ])('is refused with %s', async (_what, decryptionKey) => {
    expect(await outcomeOf(await encrypt(sign(bench.claims()), ours.rsa), { decryptionKey: decryptionKey() })).toBe(undecryptable)
  })

  it('shows its key nowhere', async () => {
    const decryptionKey = { ...ours.rsa.export({ format: 'jwk' }), kid: 'CANARY' }
    const server = bench.makeSigned({ decryptionKey })
    bench.route(as1, signed(await encrypt(sign(bench.claims()), ours.rsa)))
    const auth = await granted(server.authorize(bearer()))
    expect(inspect([server, auth, bench.events], { depth: 9, showHidden: true })).not.toContain(String(decryptionKey.d))
  })

  it('is read with the key that was given, whatever the caller does with his object later', async () => {
    const decryptionKey: Record<string, unknown> = { ...ours.rsa.export({ format: 'jwk' }) }
    const server = bench.makeSigned({ decryptionKey })
    delete decryptionKey['d']
    bench.route(as1, signed(await encrypt(sign(bench.claims()), ours.rsa)))
    await granted(server.authorize(bearer()))
    expect(Object.isFrozen(decryptionKey)).toBe(false)
  })
})

/** A good reply whose header was written over after encryption. */
async function withHeader(more: object): Promise<string> {
  return withHeaderText(JSON.stringify({ alg: 'RSA-OAEP-256', enc: 'A128CBC-HS256', ...more }))
}

async function withHeaderText(text: string): Promise<string> {
  return (await encrypt(sign(bench.claims()), ours.rsa)).replace(/^[^.]*/, encode(text))
}
