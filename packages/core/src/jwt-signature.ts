/**
 * Verifies the signature of a JWT, RFC 7515 §5.2, by whichever key of an issuer has made it.
 *
 * @module
 */
import { compactVerify } from 'jose'
import { fits, type SignatureAlgorithm, type VerificationKey } from './json-web-key.ts'
import type { KeySource } from './json-web-key-set.ts'
import type { Deadline } from './runtime/runtime.ts'

/** What a header says of the signature. The algorithm is one that is accepted. */
export interface Signer {
  readonly alg: SignatureAlgorithm
  readonly kid: string | undefined
}

/**
 * The payload, when a key that is known, or that was taken into use since, has signed it; `undefined` when none has.
 *
 * @throws {IntrospectionError} when the keys cannot be had.
 */
export async function verifySignature(jwt: string, signer: Signer, source: KeySource, deadline: Deadline): Promise<Uint8Array | undefined> {
  const known = await source.current(deadline)
  return (await verifyByAny(jwt, known.keys, signer)) ?? verifyByAny(jwt, (await source.newer(known, deadline))?.keys, signer)
}

async function verifyByAny(jwt: string, keys: readonly VerificationKey[] = [], { alg, kid }: Signer): Promise<Uint8Array | undefined> {
  for (const key of keys) {
    if (!fits(key, alg, kid)) continue
    try {
      return (await compactVerify(jwt, key.jwk, { algorithms: [alg] })).payload
    } catch {
      // Not by this one, or this one is no key at all: the next may be it.
    }
  }
  return undefined
}
