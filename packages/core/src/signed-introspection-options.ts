/**
 * Reads `signedIntrospection`: who must have signed a reply, with what, for whom, and how long ago.
 *
 * @module
 */
import type { ClientAuthentication } from './client-authentication/client-authentication.ts'
import type { ReplyRules } from './introspection-response.ts'
import { isPrivateKey, type KeyOrigin, type PrivateKey, type SignatureAlgorithm, signatureAlgorithms } from './json-web-key.ts'
import { readKeyOrigin } from './key-origin-options.ts'
import { type OptionFaults, type Reader, readMembers, text, whole } from './option-faults.ts'

interface SignedReplyOptions {
  /**
   * Signature algorithms that are accepted, none of them with a shared secret. Default `['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']`: `RS256`
   * is what a server uses when it was told nothing (RFC 9701 §6); FAPI 2.0 allows the others only.
   */
  readonly algorithms?: readonly SignatureAlgorithm[]
  /**
   * The private key that replies are encrypted to: a `CryptoKey`, a `KeyObject`, a JWK, or PKCS#8 in PEM. With it, replies that are signed but
   * not encrypted are refused too. Without it, encrypted ones are.
   */
  readonly decryptionKey?: PrivateKey
  /** Seconds since a reply was made (its `iat`), at most: an older one may be a replay. Default 60. */
  readonly maxAgeSeconds?: number
  /** The name of this resource server in the `aud` of replies. Default: the client id; needed where the client authentication has none. */
  readonly audience?: string
}

/** How signed replies are verified: with the keys at `jwksUri`, with these `keys`, or with those that the metadata of the `issuer` name. */
export type SignedIntrospectionOptions = SignedReplyOptions &
  (
    | {
        /**
         * URL of the issuer's key set (RFC 7517); https, or http on loopback. Fetched when needed, kept for 10 minutes, or for an hour while it
         * is down. Default, where the endpoint is found by the `issuer`: what its metadata say.
         */
        readonly jwksUri?: string | undefined
        readonly keys?: never
      }
    | {
        /** The issuer's public keys, in place of `jwksUri`: a list of JWKs, or a JWK Set. */
        readonly keys: readonly object[] | { readonly keys: readonly object[] }
        readonly jwksUri?: never
      }
  )

/** What is demanded of a signed reply. */
export interface SignedReplyRules {
  readonly issuer: string
  readonly audience: string
  readonly algorithms: readonly SignatureAlgorithm[]
  readonly keys: KeyOrigin
  readonly decryptionKey: PrivateKey | undefined
  readonly maxAgeSeconds: number
  readonly clockToleranceSeconds: number
}

/** The other options that these rules are made of. */
interface Surroundings extends Pick<ReplyRules, 'missingActive'> {
  readonly issuer: string | undefined
  readonly client: ClientAuthentication
  /** The endpoint is found by metadata of the issuer, and so can its keys be. */
  readonly discovers: boolean
  readonly clockToleranceSeconds: number
}

const names = ['algorithms', 'jwksUri', 'keys', 'decryptionKey', 'maxAgeSeconds', 'audience']
const prefix = 'signedIntrospection.'
const defaultAlgorithms: readonly SignatureAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']

const algorithms: Reader<readonly SignatureAlgorithm[]> = (value, name, faults) => {
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  const chosen = signatureAlgorithms.filter((algorithm) => list.includes(algorithm))
  return chosen.length > 0 && list.every((item) => chosen.some((algorithm) => algorithm === item))
    ? chosen
    : faults.expect(name, `a list of asymmetric signature algorithms (${signatureAlgorithms.join(', ')})`, value)
}

const privateKey: Reader<PrivateKey> = (value, name, faults) => {
  if (!isPrivateKey(value)) return faults.expect(name, 'a private key: CryptoKey, KeyObject, JWK, or PKCS#8 in PEM', value)
  // A JWK is the caller's object: what he does with it later must not matter.
  return typeof value === 'object' && 'kty' in value ? Object.freeze({ ...value }) : value
}

/** Reads what is demanded of signed replies; `undefined` where plain ones are taken. */
export function readSignedIntrospection(value: unknown, around: Surroundings, faults: OptionFaults): SignedReplyRules | undefined {
  if (value === undefined || value === false) return undefined
  const members = readMembers(value, names, faults, prefix)
  const read = <T>(name: string, reader: Reader<T>): T | undefined =>
    members[name] === undefined ? undefined : reader(members[name], prefix + name, faults)
  const { issuer, client, discovers, clockToleranceSeconds, missingActive } = around
  if (issuer === undefined) faults.say('"issuer" is needed with "signedIntrospection": a reply must be signed by it')
  if (missingActive !== 'refuse') faults.say('"introspectionReply.missingActive" must be "refuse" with "signedIntrospection"')
  const accepted = read('algorithms', algorithms) ?? defaultAlgorithms
  return {
    issuer: issuer ?? '',
    audience: members['audience'] === undefined ? readClientId(client, faults) : (read('audience', text) ?? ''),
    algorithms: accepted,
    keys: readKeyOrigin(members, accepted, { prefix, ...(discovers ? {} : { needed: 'beside "introspectionEndpoint"' }) }, faults),
    decryptionKey: read('decryptionKey', privateKey),
    maxAgeSeconds: read('maxAgeSeconds', whole('seconds', 1)) ?? 60,
    clockToleranceSeconds,
  }
}

/** RFC 9701 §5: `aud` names whoever asked. A bearer token of ours, or nothing at all, does not say who that is. */
function readClientId({ method, identity }: ClientAuthentication, faults: OptionFaults): string {
  if (method !== 'bearer_token' && typeof identity === 'string' && identity !== '') return identity
  faults.say(`"${prefix}audience" is needed with ${method}, which has no client id`)
  return ''
}

/** Everything about these rules that can change an answer, for the key under which it is remembered. */
export function identifySigned(rules: SignedReplyRules | undefined): readonly string[] {
  if (rules === undefined) return []
  const { issuer, audience, algorithms, keys, decryptionKey, maxAgeSeconds } = rules
  const origin = keys instanceof URL ? keys.href : JSON.stringify(keys)
  return [issuer, audience, algorithms.join(' '), origin, decryptionKey === undefined ? 'signed' : 'encrypted', String(maxAgeSeconds)]
}
