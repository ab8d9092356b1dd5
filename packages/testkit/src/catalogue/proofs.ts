/**
 * DPoP proofs as rows describe them (RFC 9449 §4.2): valid but for what the description changes.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { digest, type KeyPair, keys, makeKey, octets, type Signer, signJwt } from './keys.ts'
import type { Members, ProofDescription } from './row.ts'

/** The request that a proof is about. */
export interface Proven {
  readonly method: string
  readonly path: string
  readonly token: string
  /** Seconds since epoch. */
  readonly now: number
  /** What the resource server has given, by the name that a description uses. */
  readonly nonces: Readonly<Record<string, string>>
}

/** The values of the `DPoP` header lines. */
export function makeProofs(description: ProofDescription | null | undefined, proven: Proven): readonly string[] {
  if (description === undefined || description === null) return []
  return Array.from({ length: description.lines ?? 1 }, () => description.raw ?? makeProof(description, proven))
}

function makeProof(description: ProofDescription, { method, path, token, now, nonces }: Proven): string {
  const { header: headerChanges = {}, claims: claimChanges = {}, nonce } = description
  const [key, alg] = keyOf(description)
  const header: Members = without({ typ: 'dpop+jwt', alg, jwk: key.jwk, ...headerChanges }, description.header_omit)
  const claims = without(
    {
      jti: randomUUID(),
      htm: method,
      htu: `https://api.example${path.split('?')[0] ?? ''}`,
      iat: now,
      ath: digest(token),
      ...(nonce === undefined ? {} : { nonce: nonces[nonce] ?? nonce }),
      ...claimChanges,
    },
    description.omit,
  )
  return signJwt(header, claims, signerOf(description, header, key))
}

function keyOf({ key, alg = 'ES256', jwk }: ProofDescription): readonly [KeyPair, string] {
  if (jwk === 'rsa-1024') return [makeKey('RS256', 1024), 'RS256']
  if (alg !== 'ES256') return [makeKey(alg), alg]
  return [key === 'other' ? keys.other : keys.client, alg]
}

function signerOf({ sign }: ProofDescription, header: Members, key: KeyPair): Signer {
  if (sign === null) return 'nothing'
  if (sign === 'zero') return 'zero'
  if (sign === 'other') return keys.other
  return header['alg'] === 'HS256' ? { secret: Buffer.from(octets.k ?? '', 'base64url') } : key
}

/** Members without some. */
export function without(members: Members, names: readonly string[] = []): Members {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)))
}
