/**
 * Keys, RFC 7517: which of an authorization server's may verify, and what; never a secret or private one. And what a private key of ours may be.
 *
 * @module
 */
import { decodeBase64url } from './base64url.ts'

/** Signature algorithms that can be accepted: asymmetric ones only, RFC 8725 §3.2. */
export type SignatureAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519'

/** A key that verifies signatures: nothing but its public members, and what it says of its use. */
export interface VerificationKey {
  readonly jwk: Readonly<Record<string, string>> & { readonly kty: string }
  readonly alg: string | undefined
  readonly kid: string | undefined
}

/** A JSON Web Key, RFC 7517; the `JsonWebKey` of Node fits. */
export interface PrivateJwk {
  readonly kty?: string | undefined
  readonly [member: string]: unknown
}

/** What is asked of a `KeyObject` of Node. */
export interface PrivateKeyObject {
  readonly type: string
  readonly asymmetricKeyType?: string | undefined
  readonly asymmetricKeyDetails?: object | undefined
}

/** A private key: PKCS#8 in PEM, a JWK, a CryptoKey, or a `KeyObject` of Node. */
export type PrivateKey = string | PrivateJwk | JsonWebKey | CryptoKey | PrivateKeyObject

type Members = Readonly<Record<string, unknown>>

/** By algorithm, the kind of key: `kty` and, where there are several, `crv`. */
const kinds: Readonly<Record<SignatureAlgorithm, string>> = {
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  PS256: 'RSA',
  PS384: 'RSA',
  PS512: 'RSA',
  ES256: 'EC P-256',
  ES384: 'EC P-384',
  ES512: 'EC P-521',
  EdDSA: 'OKP Ed25519',
  Ed25519: 'OKP Ed25519',
}

/** The names of all algorithms that can be accepted. */
export const signatureAlgorithms: readonly SignatureAlgorithm[] = Object.freeze(Object.keys(kinds) as SignatureAlgorithm[])

const publicMembers: Readonly<Record<string, readonly string[]>> = { RSA: ['n', 'e'], EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'] }
const secretMembers = ['k', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv']

// FAPI 2.0 Security Profile §5.4.1.
const minRsaBits = 2048

/** The entries of a JWK Set, or of a list of keys; `undefined` where it is neither. */
export function listKeys(value: unknown): readonly unknown[] | undefined {
  const list: unknown = isObject(value) ? value['keys'] : value
  return Array.isArray(list) ? list : undefined
}

/** Tells whether an entry holds what must not be known but to its owner. */
export function isSecret(entry: unknown): boolean {
  return isObject(entry) && (entry['kty'] === 'oct' || secretMembers.some((name) => entry[name] !== undefined))
}

/** The keys that can verify a signature; whatever else stands in a set is passed over (RFC 7517 §5). */
export function readVerificationKeys(entries: readonly unknown[]): readonly VerificationKey[] {
  return entries.flatMap((entry) => (isObject(entry) && isForSignatures(entry) ? readKey(entry) : []))
}

function isForSignatures(entry: Members): boolean {
  const { use = 'sig', key_ops: operations = ['verify'] } = entry
  return use === 'sig' && Array.isArray(operations) && operations.includes('verify') && !isSecret(entry)
}

function readKey(entry: Members): VerificationKey[] {
  const { kty, alg, kid } = entry
  const names = typeof kty === 'string' && Object.hasOwn(publicMembers, kty) ? publicMembers[kty] : undefined
  if (typeof kty !== 'string' || names === undefined || ![alg, kid].every((text) => text === undefined || typeof text === 'string'))
    return []
  const members = names.map((name) => [name, entry[name]] as const)
  if (!members.every((member): member is readonly [string, string] => typeof member[1] === 'string')) return []
  const jwk: VerificationKey['jwk'] = { ...Object.fromEntries(members), kty }
  if (kty === 'RSA' && countBits(jwk['n']) < minRsaBits) return []
  return [{ jwk: Object.freeze(jwk), alg: alg as string | undefined, kid: kid as string | undefined }]
}

/** Tells whether a value is a private key of a pair, as far as can be seen without an import. */
export function isPrivateKey(value: unknown): value is PrivateKey {
  if (typeof value === 'string') return /^\s*-----BEGIN PRIVATE KEY-----\s/.test(value)
  if (!isObject(value)) return false
  if (['[object CryptoKey]', '[object KeyObject]'].includes(Object.prototype.toString.call(value))) return value['type'] === 'private'
  return typeof value['kty'] === 'string' && value['kty'] !== 'oct' && typeof value['d'] === 'string'
}

function countBits(number = ''): number {
  const bytes = decodeBase64url(number) ?? new Uint8Array()
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (bytes.length - first - 1) * 8 + (32 - Math.clz32(bytes[first] ?? 0))
}

/**
 * Tells whether a key may verify a signature made with an algorithm, by `kty`, `crv` and `alg` (RFC 8725 §3.1). A `kid` in the header only
 * chooses among them; several keys may have the same.
 */
export function fits({ jwk, alg, kid }: VerificationKey, algorithm: SignatureAlgorithm, keyId?: string): boolean {
  const kind = jwk['crv'] === undefined ? jwk.kty : `${jwk.kty} ${jwk['crv']}`
  return kinds[algorithm] === kind && (alg ?? algorithm) === algorithm && (keyId ?? kid) === (kid ?? keyId)
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
