/**
 * What `client_secret_jwt` and `private_key_jwt` share: a signed statement of who we are, RFC 7521 §4.2, RFC 7523 §3, made anew for each
 * attempt. jose is loaded when the first one is signed: nobody else needs it.
 *
 * @module
 */
import type { KeyInput } from 'jose'
import type { PrivateKey } from '../json-web-key.ts'
import type { Attempt, ClientAuthentication } from './client-authentication.ts'

/** What assertions of a client rest on. */
export interface AssertionParts {
  /** As messages name it. */
  readonly factory: string
  readonly method: string
  readonly clientId: string
  readonly algorithm: string
  readonly key: Uint8Array | PrivateKey
  readonly keyId?: string | undefined
  /** Default: the issuer. */
  readonly audience: string | undefined
}

type Sign = (claims: Readonly<Record<string, string | number>>) => Promise<string>

const lifetimeSeconds = 60

/** Makes a method of client authentication by assertion. The key stays in a closure. */
export function authenticateByAssertion(parts: AssertionParts): ClientAuthentication {
  const { factory, method, clientId, algorithm, audience } = parts
  // Kept when it is there, and not as a promise: on Workers one request must not wait for what another has begun.
  let signer: Sign | undefined

  const sign: Sign = async (claims) => {
    signer ??= await loadSigner(parts)
    try {
      return await signer(claims)
    } catch {
      throw unusable(factory, algorithm)
    }
  }

  return Object.freeze({
    method,
    identity: clientId,
    fields: { form: ['client_id', 'client_assertion_type', 'client_assertion'] },
    needsIssuer: audience === undefined,
    async ready() {
      await sign({})
    },
    async credentials({ issuer, now }: Attempt) {
      const aud = audience ?? issuer
      if (aud === undefined) throw new TypeError(`${factory}: neither "audience" nor the issuer is known: an assertion says whom it is for`)
      const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      const iat = Math.floor(now / 1000)
      // A new `jti` for each attempt: a server may take each only once (RFC 7523 §3).
      const claims = { iss: clientId, sub: clientId, aud, iat, exp: iat + lifetimeSeconds, jti: crypto.randomUUID() }
      return { form: { client_id: clientId, client_assertion_type, client_assertion: await sign(claims) } }
    },
  })
}

async function loadSigner({ factory, algorithm: alg, key, keyId: kid }: AssertionParts): Promise<Sign> {
  const { importPKCS8, SignJWT } = await import('jose')
  const header = { alg, ...(kid === undefined ? {} : { kid }) }
  try {
    const usable = typeof key === 'string' ? await importPKCS8(key, alg) : (key as KeyInput)
    return (claims) => new SignJWT({ ...claims }).setProtectedHeader(header).sign(usable)
  } catch {
    throw unusable(factory, alg)
  }
}

/** Without the cause: what failed to read a key may quote it. */
function unusable(factory: string, algorithm: string): TypeError {
  return new TypeError(`${factory}: "key" cannot be used to sign with ${algorithm}`)
}
