/**
 * `client_secret_basic`, RFC 6749 §2.3.1: identifier and secret are form-encoded (Appendix B) before they are joined.
 *
 * @module
 */
import { type ClientAuthentication, readClient } from './client-authentication.ts'

/**
 * Authenticates by the `Authorization: Basic` header.
 *
 * @throws {TypeError} when the identifier or the secret is missing.
 */
export function clientSecretBasic(clientId: string | undefined, clientSecret: string | undefined): ClientAuthentication {
  const client = readClient('clientSecretBasic()', clientId, clientSecret)
  const authorization = `Basic ${btoa(`${encodeForm(client.clientId)}:${encodeForm(client.clientSecret)}`)}`
  return Object.freeze({
    method: 'client_secret_basic',
    identity: client.clientId,
    credentials: () => ({ headers: { authorization } }),
  })
}

/** application/x-www-form-urlencoded, as URLSearchParams writes it. */
function encodeForm(value: string): string {
  return new URLSearchParams({ '': value }).toString().slice(1)
}
