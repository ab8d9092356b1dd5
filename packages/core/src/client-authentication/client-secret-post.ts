/**
 * `client_secret_post`, RFC 6749 §2.3.1: identifier and secret in the form, never in the URL.
 *
 * @module
 */
import { type ClientAuthentication, readClient } from './client-authentication.ts'

/**
 * Authenticates by form parameters.
 *
 * @throws {TypeError} when the identifier or the secret is missing.
 */
export function clientSecretPost(clientId: string | undefined, clientSecret: string | undefined): ClientAuthentication {
  const client = readClient('clientSecretPost()', clientId, clientSecret)
  return Object.freeze({
    method: 'client_secret_post',
    identity: client.clientId,
    fields: { form: ['client_id', 'client_secret'] },
    credentials: () => ({ form: { client_id: client.clientId, client_secret: client.clientSecret } }),
  })
}
