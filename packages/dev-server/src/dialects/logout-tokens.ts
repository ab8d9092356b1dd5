/**
 * Logout tokens, OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.5: signed here, sent to each client.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** A key pair for logout tokens. */
export interface LogoutKey {
  readonly privateKey: CryptoKey
  /** The public half, as it stands in the JWKS document. */
  readonly jwk: JWK
}

const alg = 'ES256'

/** A new key pair. */
export async function createLogoutKey(): Promise<LogoutKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg)
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), alg, use: 'sig', kid: randomUUID() } }
}

/** What a logout token says. */
export interface Logout {
  readonly issuer: string
  readonly audience: string
  readonly subject: string
  /** Seconds since the epoch. */
  readonly at: number
}

/** Signs a logout token, good for two minutes. */
export function signLogoutToken({ privateKey, jwk }: LogoutKey, { issuer, audience, subject, at }: Logout): Promise<string> {
  return new SignJWT({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })
    .setProtectedHeader({ alg, typ: 'logout+jwt', ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(subject)
    .setIssuedAt(at)
    .setExpirationTime(at + 120)
    .setJti(randomUUID())
    .sign(privateKey)
}

/** POSTs it; whether the client took it. A client that cannot be reached has not. */
export async function sendLogoutToken(uri: string, token: string): Promise<boolean> {
  try {
    const body = new URLSearchParams({ logout_token: token })
    const response = await fetch(uri, { method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout(5000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
