/**
 * Keys of clients and authorization servers, and what is signed with them. Signs what no library would: no algorithm, the wrong key, nothing.
 *
 * @module
 */
import {
  createHash,
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  type JsonWebKey,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { clientCertificates } from '../certificates.ts'
import type { Members } from './row.ts'

/** A key, both halves as JWK. */
export interface KeyPair {
  readonly jwk: JsonWebKey
  readonly secretJwk: JsonWebKey
}

/** Makes a key for an algorithm. */
export function makeKey(algorithm: string, modulusLength = 2048): KeyPair {
  const { publicKey, privateKey } = algorithm.startsWith('RS')
    ? generateKeyPairSync('rsa', { modulusLength })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { jwk: publicKey.export({ format: 'jwk' }), secretJwk: privateKey.export({ format: 'jwk' }) }
}

const makeOctets = (): JsonWebKey => ({ kty: 'oct', k: randomBytes(32).toString('base64url') })

/** The keys that rows name. */
export const keys: Readonly<Record<'client' | 'other' | 'as-1' | 'as-b' | 'attacker', KeyPair>> = {
  client: makeKey('ES256'),
  other: makeKey('ES256'),
  'as-1': makeKey('ES256'),
  'as-b': makeKey('ES256'),
  attacker: makeKey('ES256'),
}

/** A symmetric key that a client puts into its proof. */
export const octets: JsonWebKey = makeOctets()

const octetsOfServer = makeOctets()

/** How a JWT is signed: by a key, by a secret, with bytes of zero, or with nothing at all. */
export type Signer = KeyPair | { readonly secret: Buffer } | 'zero' | 'nothing'

/** The signer that a row names. */
export function signerOf(name: string | null): Signer {
  if (name === null) return 'nothing'
  if (name === 'empty') return { secret: Buffer.alloc(0) }
  if (name === 'oct-in-jwks') return { secret: Buffer.from(octetsOfServer.k ?? '', 'base64url') }
  const key = (keys as Readonly<Record<string, KeyPair>>)[name]
  if (key === undefined) throw new Error(`no key is called "${name}"`)
  return key
}

/** A compact JWS over a payload. */
export function signJwt(header: Members, payload: unknown, signer: Signer): string {
  const input = [JSON.stringify(header), typeof payload === 'string' ? payload : JSON.stringify(payload)]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
  return `${input}.${signature(input, header['alg'], signer).toString('base64url')}`
}

function signature(input: string, algorithm: unknown, signer: Signer): Buffer {
  if (signer === 'nothing') return Buffer.alloc(0)
  if (signer === 'zero') return Buffer.alloc(64)
  if ('secret' in signer) return createHmac('sha256', signer.secret).update(input).digest()
  const key = createPrivateKey({ key: signer.secretJwk, format: 'jwk' })
  return sign(algorithm === 'RS512' ? 'sha512' : 'sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
}

/** The authorization server's key set; rows about odd ones say so in their words. */
export function keySet(what: string): { readonly keys: readonly JsonWebKey[] } {
  return {
    keys: [
      ...(what.includes('duplicate kid') ? [{ ...keys.other.jwk, kid: 'as-1', use: 'enc' }] : []),
      { ...keys['as-1'].jwk, kid: 'as-1', use: 'sig', alg: 'ES256' },
      ...(what.includes('symmetric or private') ? [{ ...octetsOfServer, kid: 'as-1', alg: 'HS256' }] : []),
    ],
  }
}

/** The SHA-256 of a text, base64url. */
export function digest(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** The thumbprint of a key on P-256 (RFC 7638). */
export function thumbprint({ jwk: { crv, kty, x, y } }: KeyPair): string {
  return digest(JSON.stringify({ crv, kty, x, y }))
}

/** The thumbprint of a client's certificate (RFC 8705 §3.1). */
export function certificateThumbprint(name: keyof typeof clientCertificates): string {
  return digest(new X509Certificate(clientCertificates[name].cert).raw)
}
