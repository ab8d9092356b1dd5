/**
 * Private keys that sign, in any form that people have them: told apart, and held against an algorithm, as far as can be without using them.
 *
 * @module
 */
import type { PrivateKey, PrivateKeyObject, SignatureAlgorithm } from '../json-web-key.ts'
import type { Reader } from '../option-faults.ts'

/** The algorithms of RFC 7518 §3.1, RFC 8037 and RFC 9864 that sign with a private key, each with the kind of its keys. */
export const keyKinds: Readonly<Record<SignatureAlgorithm, string>> = {
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  PS256: 'RSA',
  PS384: 'RSA',
  PS512: 'RSA',
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
  Ed25519: 'Ed25519',
}

const webCryptoNames: Readonly<Record<string, string>> = { RS: 'RSASSA-PKCS1-v1_5', PS: 'RSA-PSS', ES: 'ECDSA', Ed: 'Ed25519' }

/** Object identifiers as they stand in DER: of the kinds of keys, and of the named curves. */
const identifiers: readonly (readonly [der: string, kind: string])[] = [
  ['06092a864886f70d010101', 'RSA'],
  ['06072a8648ce3d020106082a8648ce3d030107', 'P-256'],
  ['06072a8648ce3d020106052b81040022', 'P-384'],
  ['06072a8648ce3d020106052b81040023', 'P-521'],
  ['06032b6570', 'Ed25519'],
]
const nodeCurves: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }

const forms = 'a private key: PKCS#8 in PEM, a JWK, a CryptoKey or a KeyObject'

/** Reads a private key for an algorithm. Whether it is whole shows when it is used. */
export function privateKey(algorithm: SignatureAlgorithm): Reader<PrivateKey> {
  const kind = keyKinds[algorithm]
  return (value, name, faults) => {
    if (typeof value === 'string') {
      const pem = value.trim()
      if (/^-----BEGIN (ENCRYPTED|RSA|EC) PRIVATE KEY-----/.test(pem)) return faults.expect(name, 'PKCS#8 that is not encrypted', value)
      const found = kindOfPem(pem)
      if (found === undefined) return faults.expect(name, forms, value)
      return found === kind ? pem : unfit()
    }
    if (typeof value !== 'object' || value === null) return faults.expect(name, forms, value)
    const form = Object.prototype.toString.call(value).slice(8, -1)
    if (form === 'CryptoKey') return isForSigning(value as CryptoKey, algorithm) ? value : unfit()
    if (form === 'KeyObject') return kindOfKeyObject(value as PrivateKeyObject) === kind ? value : unfit()
    const jwk = { ...value } as Readonly<Record<string, unknown>>
    if (typeof jwk['kty'] !== 'string') return faults.expect(name, forms, value)
    return fits(jwk, algorithm) ? jwk : unfit()

    function unfit(): undefined {
      return faults.expect(name, `a private key for ${algorithm}`, value)
    }
  }
}

/** The kind of a key in PKCS#8 (RFC 5958 §2), of which the identifiers stand in front. */
function kindOfPem(pem: string): string | undefined {
  const base64 = /^-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/\s]+={0,2})\s*-----END PRIVATE KEY-----$/.exec(pem)?.[1]?.replaceAll(/\s/g, '')
  if (base64 === undefined) return undefined
  const head = Array.from(base64.length % 4 === 0 ? atob(base64.slice(0, 64)) : '')
  const hex = head.map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  return identifiers.find(([der]) => hex.includes(der))?.[1]
}

function kindOfKeyObject({ type, asymmetricKeyType, asymmetricKeyDetails }: PrivateKeyObject): string | undefined {
  if (type !== 'private') return undefined
  if (asymmetricKeyType === 'rsa') return 'RSA'
  if (asymmetricKeyType === 'ed25519') return 'Ed25519'
  const { namedCurve } = (asymmetricKeyDetails ?? {}) as { readonly namedCurve?: string }
  return asymmetricKeyType === 'ec' && namedCurve !== undefined ? nodeCurves[namedCurve] : undefined
}

function isForSigning({ usages, algorithm }: CryptoKey, wanted: SignatureAlgorithm): boolean {
  const { name, namedCurve, hash } = algorithm as {
    readonly name: string
    readonly namedCurve?: string
    readonly hash?: { readonly name: string }
  }
  if (!usages.includes('sign') || name !== webCryptoNames[wanted.slice(0, 2)]) return false
  return name === 'Ed25519' || (name === 'ECDSA' ? namedCurve === keyKinds[wanted] : hash?.name === `SHA-${wanted.slice(2)}`)
}

function fits({ kty, crv, d, alg, use }: Readonly<Record<string, unknown>>, wanted: SignatureAlgorithm): boolean {
  return (kty === 'RSA' ? kty : crv) === keyKinds[wanted] && typeof d === 'string' && (alg ?? wanted) === wanted && (use ?? 'sig') === 'sig'
}
