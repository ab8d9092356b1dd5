/**
 * Reads where the keys of an issuer are: `jwksUri`, or the `keys` themselves.
 *
 * @module
 */
import { secureUrl } from './introspection-endpoint.ts'
import { fits, isSecret, type KeyOrigin, listKeys, readVerificationKeys, type SignatureAlgorithm } from './json-web-key.ts'
import type { OptionFaults } from './option-faults.ts'

/** Where the two options stand, and why one of them is needed; without `needed`, metadata of the issuer name the keys. */
export interface KeyOriginPlace {
  readonly prefix: string
  readonly needed?: string
}

/** Reads `jwksUri` or `keys`; there must be one that can verify one of the algorithms. */
export function readKeyOrigin(
  members: Readonly<Record<string, unknown>>,
  accepted: readonly SignatureAlgorithm[],
  { prefix, needed }: KeyOriginPlace,
  faults: OptionFaults,
): KeyOrigin {
  const { jwksUri, keys } = members
  if (jwksUri !== undefined && keys !== undefined) faults.say(`"${prefix}jwksUri" and "${prefix}keys" exclude each other`)
  if (jwksUri !== undefined) return secureUrl(jwksUri, `${prefix}jwksUri`, faults) ?? []
  if (keys !== undefined) return readKeys(keys, accepted, prefix, faults)
  if (needed !== undefined) faults.say(`"${prefix}jwksUri" or "${prefix}keys" is needed ${needed}`)
  return 'discovered'
}

function readKeys(value: unknown, accepted: readonly SignatureAlgorithm[], prefix: string, faults: OptionFaults): KeyOrigin {
  const entries = listKeys(value)
  const keys = readVerificationKeys(entries ?? [])
  if (entries === undefined) faults.expect(`${prefix}keys`, 'a list of JWKs or a JWK Set', value)
  else if (entries.some(isSecret)) faults.say(`"${prefix}keys" must hold public keys only`)
  else if (!keys.some((key) => accepted.some((algorithm) => fits(key, algorithm))))
    faults.say(`"${prefix}keys" must hold a key that can verify one of the algorithms, RSA ones with 2048 bits or more`)
  return keys
}
