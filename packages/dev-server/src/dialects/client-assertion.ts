/**
 * Finds the client that an assertion proves (RFC 7523 §2.2): signed with the client's key, or with its secret, once, for this server.
 *
 * @module
 */
import { decodeJwt, importJWK, type JWK, jwtVerify } from 'jose'
import type { DevClient } from '../clients.ts'
import type { Call } from './call.ts'
import type { DialectGround } from './dialect.ts'

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const longestLifeSeconds = 600

/** What proves a client's assertions: its public key, or the bytes of its secret. */
export type AssertionKey = JWK | Uint8Array

/** `keyOf` gives the client's key; a client without one proves nothing. An assertion may be for the server or for the path asked. */
export function assertionFinder(
  { clients, tokens, origin }: DialectGround,
  keyOf: (client: DevClient) => AssertionKey | undefined,
): (call: Call) => Promise<DevClient | undefined> {
  /** `jti` of assertions that were used, and when they are over, in seconds. */
  const used = new Map<string, number>()

  async function isFresh(assertion: string, clientId: string, path: string, key: AssertionKey): Promise<boolean> {
    try {
      const verifying = key instanceof Uint8Array ? key : await importJWK(key, key.alg ?? algorithmOf(key))
      const { payload } = await jwtVerify(assertion, verifying, {
        issuer: clientId,
        subject: clientId,
        audience: [origin, origin + path],
        requiredClaims: ['exp', 'jti'],
        currentDate: new Date(tokens.seconds * 1000),
      })
      const { jti = '', exp = 0 } = payload
      for (const [id, over] of used) if (over < tokens.seconds) used.delete(id)
      if (used.has(jti) || exp > tokens.seconds + longestLifeSeconds) return false
      used.set(jti, exp)
      return true
    } catch {
      return false
    }
  }

  return async (call) => {
    if (call.form.get('client_assertion_type') !== assertionType) return undefined
    const assertion = call.form.get('client_assertion') ?? ''
    const client = clients.find(({ clientId }) => clientId === readSubject(assertion))
    const key = client === undefined ? undefined : keyOf(client)
    if (client === undefined || key === undefined || !(await isFresh(assertion, client.clientId, call.path, key))) return undefined
    call.note.clientId = client.clientId
    return client
  }
}

function algorithmOf({ kty }: JWK): string {
  return { RSA: 'RS256', OKP: 'EdDSA' }[String(kty)] ?? 'ES256'
}

function readSubject(assertion: string): string | undefined {
  try {
    return decodeJwt(assertion).sub
  } catch {
    return undefined
  }
}
