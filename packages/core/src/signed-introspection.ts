/**
 * Reads a signed reply, RFC 9701 §5: who signed it, for whom, and when, before anything in it is looked at.
 * Loaded when the first signed reply is to be read, and only then: plain introspection needs none of it.
 *
 * @module
 */
import { distrust, readHeader, readObject, splitCompact } from './compact-jwt.ts'
import { createDecrypter } from './encrypted-introspection.ts'
import { IntrospectionError } from './errors.ts'
import type { SignatureAlgorithm } from './json-web-key.ts'
import { createKeySource, type KeySourceParts } from './json-web-key-set.ts'
import { type Signer, verifySignature } from './jwt-signature.ts'
import type { Deadline, HttpReply } from './runtime/runtime.ts'
import type { SignedReplyRules } from './signed-introspection-options.ts'

/** Reads signed replies. */
export interface SignedReplies {
  /** Resolves when the keys are known. @throws {IntrospectionError} when they cannot be had. */
  ready(deadline: Deadline): Promise<void>
  /**
   * What a reply says of the token: the members of `token_introspection`, and none that stand beside it.
   *
   * @throws {IntrospectionError} `SIGNATURE_INVALID`; `RESPONSE_NOT_CONFORM` where it is not a signed reply; any code of an exchange for the keys.
   */
  read(reply: HttpReply, deadline: Deadline): Promise<Record<string, unknown>>
}

const mediaType = 'application/token-introspection+jwt'

/** Makes the reader of signed replies of one authorization server. */
export function createSignedReplies(rules: SignedReplyRules, parts: KeySourceParts): SignedReplies {
  const source = createKeySource(rules.keys, parts)
  const decrypt = rules.decryptionKey === undefined ? undefined : createDecrypter(rules.decryptionKey)

  /** The payload of a JWT that a key of the issuer has signed: one that is known, or one that it has taken into use since. */
  async function verify(jwt: Uint8Array, deadline: Deadline): Promise<Uint8Array> {
    const signed = splitCompact(jwt, 3)
    const { alg, kid } = readSigner(readHeader(signed[0]), rules.algorithms)
    const payload = await verifySignature(signed.join('.'), { alg, kid }, source, deadline)
    if (payload === undefined) throw distrust('no key of the authorization server has made its signature')
    return payload
  }

  return {
    async ready(deadline) {
      await source.current(deadline)
    },
    async read(reply, deadline) {
      if (mediaTypeOf(reply) !== mediaType) {
        throw new IntrospectionError('RESPONSE_NOT_CONFORM', `the introspection reply cannot be used: its media type is not ${mediaType}`)
      }
      const jwt = decrypt === undefined ? reply.body : await decrypt(reply.body)
      const claims = readObject(await verify(jwt, deadline), 'payload')
      const fault = findFault(claims, rules, parts.now() / 1000)
      if (fault !== undefined) throw distrust(fault)
      const { token_introspection: members } = claims
      if (typeof members === 'object' && members !== null && !Array.isArray(members)) return members as Record<string, unknown>
      throw distrust('its "token_introspection" is not an object')
    },
  }
}

function mediaTypeOf(reply: HttpReply): string | undefined {
  return reply.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
}

/** The type keeps other JWTs of this issuer out (RFC 8725 §3.11). A key that the header brings along is never looked at (§3.10). */
function readSigner({ typ, alg, kid }: Readonly<Record<string, unknown>>, accepted: readonly SignatureAlgorithm[]): Signer {
  if (typeof typ !== 'string' || !/^(?:application\/)?token-introspection\+jwt$/i.test(typ)) throw distrust('its type is another')
  const algorithm = accepted.find((candidate) => candidate === alg)
  if (algorithm === undefined) throw distrust('its algorithm is not among those accepted')
  if (kid !== undefined && typeof kid !== 'string') throw distrust('its key identifier is no text')
  return { alg: algorithm, kid }
}

function findFault(claims: Readonly<Record<string, unknown>>, rules: SignedReplyRules, now: number): string | undefined {
  const { iss, aud, iat, exp, nbf } = claims
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud]
  if (iss !== rules.issuer) return 'its "iss" is not the issuer'
  if (!audiences.every((audience) => typeof audience === 'string') || !audiences.includes(rules.audience))
    return 'its "aud" does not name us'
  if (!isTime(iat)) return 'its "iat" is missing, or no number'
  if (now - iat > rules.maxAgeSeconds) return 'its "iat" is too long ago'
  if (iat - now > rules.clockToleranceSeconds) return 'its "iat" lies ahead'
  if (exp !== undefined && !(isTime(exp) && now < exp)) return 'its "exp" has passed, or is no number'
  if (nbf !== undefined && !(isTime(nbf) && nbf - now <= rules.clockToleranceSeconds)) return 'its "nbf" lies ahead, or is no number'
  return undefined
}

/** NumericDate, RFC 7519 §2. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
