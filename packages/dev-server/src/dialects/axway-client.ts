/**
 * Finds the client of a request to the Axway dialect: in the `Authorization` header, in the query string, or by its key pair (RFC 7523 §2.2).
 *
 * @module
 */
import { decodeJwt, importJWK, jwtVerify } from 'jose'
import type { DevClient } from '../clients.ts'
import type { ResolvedAxwaySettings } from './axway-settings.ts'
import type { Call } from './call.ts'
import { findClient, readBasic } from './credentials.ts'
import type { DialectGround } from './dialect.ts'

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const longestAssertionLifeSeconds = 600

/** Finds the client where the settings say, and nowhere else. */
export function axwayClientFinder(
  settings: ResolvedAxwaySettings,
  { clients, tokens, origin }: DialectGround,
): (call: Call) => Promise<DevClient | undefined> {
  /** `jti` of assertions that were used, and when they are over, in seconds. */
  const used = new Map<string, number>()

  async function findByKeyPair(call: Call): Promise<DevClient | undefined> {
    const assertion = call.form.get('client_assertion') ?? ''
    if (call.form.get('client_assertion_type') !== assertionType) return undefined
    const client = clients.find(({ clientId }) => clientId === readSubject(assertion))
    const key = client === undefined ? undefined : settings.publicKeys[client.clientId]
    if (client === undefined || key === undefined || !(await isFresh(assertion, client.clientId, call.path, key))) return undefined
    call.note.clientId = client.clientId
    return client
  }

  async function isFresh(assertion: string, clientId: string, path: string, key: Parameters<typeof importJWK>[0]): Promise<boolean> {
    try {
      const publicKey = await importJWK(key, key.alg ?? { RSA: 'RS256', OKP: 'EdDSA' }[String(key.kty)] ?? 'ES256')
      const { payload } = await jwtVerify(assertion, publicKey, {
        issuer: clientId,
        subject: clientId,
        audience: [origin, origin + path],
        requiredClaims: ['exp', 'jti'],
        currentDate: new Date(tokens.seconds * 1000),
      })
      const { jti = '', exp = 0 } = payload
      for (const [id, over] of used) if (over < tokens.seconds) used.delete(id)
      if (used.has(jti) || exp > tokens.seconds + longestAssertionLifeSeconds) return false
      used.set(jti, exp)
      return true
    } catch {
      return false
    }
  }

  return (call) => {
    if (settings.clientInformation === 'keyPair') return findByKeyPair(call)
    const credentials = settings.clientInformation === 'header' ? readBasic(call) : readQuery(call, settings)
    return Promise.resolve(findClient(call, clients, credentials))
  }
}

function readQuery({ query }: Call, settings: ResolvedAxwaySettings): { readonly name: string; readonly password: string } {
  return { name: query.get(settings.clientIdParameter) ?? '', password: query.get(settings.clientSecretParameter) ?? '' }
}

function readSubject(assertion: string): string | undefined {
  try {
    return decodeJwt(assertion).sub
  } catch {
    return undefined
  }
}
