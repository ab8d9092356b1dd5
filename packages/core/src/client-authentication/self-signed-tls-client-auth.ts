/**
 * `self_signed_tls_client_auth`, RFC 8705 §2.2: a certificate of our own making, which the authorization server knows as it is.
 *
 * @module
 */
import type { ClientAuthentication } from './client-authentication.ts'
import { authenticateByCertificate, type ClientCertificateSettings } from './client-certificate.ts'

/**
 * Authenticates by a certificate of our own making. On Node, over https, by connections of our own: not with `transport`.
 *
 * @throws {TypeError} naming every fault; `createResourceServer()` throws one when certificate and key cannot be used.
 */
export function selfSignedTlsClientAuth(settings: ClientCertificateSettings): ClientAuthentication {
  return authenticateByCertificate('selfSignedTlsClientAuth()', 'self_signed_tls_client_auth', settings)
}
