/**
 * `private_key_jwt`, OpenID Connect Core §9, RFC 7523 §2.2: an assertion signed with a private key that the authorization server has the
 * public half of.
 *
 * @module
 */

import type { PrivateKey, SignatureAlgorithm } from '../json-web-key.ts'
import { OptionFaults, oneOf, text } from '../option-faults.ts'
import { authenticateByAssertion } from './client-assertion.ts'
import { type ClientAuthentication, readSettings } from './client-authentication.ts'
import { keyKinds, privateKey } from './private-key.ts'

/** Who signs, and how. */
export interface PrivateKeyJwtSettings {
  readonly clientId: string | undefined
  /** The private key: PKCS#8 in PEM, a JWK, a CryptoKey, or a `KeyObject` of Node. */
  readonly key: PrivateKey | undefined
  /** How the key signs: `'RS256'`, `'PS256'`, `'ES256'` and the like, `'EdDSA'` or `'Ed25519'`. */
  readonly algorithm: SignatureAlgorithm
  /** The `kid` of assertions. Default: that of a JWK, if it has one. */
  readonly keyId?: string | undefined
  /** Whom assertions are for, where the authorization server wants more than its issuer (RFC 7523 §3). Default: the issuer. */
  readonly audience?: string | undefined
}

const algorithms = Object.keys(keyKinds) as SignatureAlgorithm[]

/**
 * Authenticates by an assertion signed with a private key, a new one for each attempt.
 *
 * @throws {TypeError} naming every fault, such as a key of another kind than the algorithm's; a key that is not whole shows in `ready()`.
 */
export function privateKeyJwt(settings: PrivateKeyJwtSettings): ClientAuthentication {
  const faults = new OptionFaults()
  const members = readSettings(settings, ['clientId', 'key', 'algorithm'], ['keyId', 'audience'], faults)
  const { clientId: id, keyId: kid, audience: aud } = members
  const clientId = id === undefined ? '' : (text(id, 'clientId', faults) ?? '')
  const known = members['algorithm'] === undefined ? undefined : oneOf(...algorithms)(members['algorithm'], 'algorithm', faults)
  const algorithm = known ?? 'RS256'
  const key = members['key'] === undefined || known === undefined ? '' : (privateKey(algorithm)(members['key'], 'key', faults) ?? '')
  const { kid: own } = (typeof key === 'object' && 'kty' in key ? key : {}) as { readonly kid?: unknown }
  const keyId = kid === undefined ? (typeof own === 'string' ? own : undefined) : text(kid, 'keyId', faults)
  const audience = aud === undefined ? undefined : text(aud, 'audience', faults)
  faults.throwAny('privateKeyJwt()')
  return authenticateByAssertion({ factory: 'privateKeyJwt()', method: 'private_key_jwt', clientId, algorithm, key, keyId, audience })
}
