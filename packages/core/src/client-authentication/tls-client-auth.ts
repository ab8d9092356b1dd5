/**
 * `tls_client_auth`, RFC 8705 §2.1: a certificate by an authority that the authorization server trusts, whose subject it knows.
 *
 * @module
 */
import type { ClientAuthentication } from './client-authentication.ts'
import { authenticateByCertificate, type ClientCertificateSettings } from './client-certificate.ts'

/**
 * Authenticates by a certificate of an authority. On Node, over https, by connections of our own: not with `transport`.
 *
 * @throws {TypeError} naming every fault; `createResourceServer()` throws one when certificate and key cannot be used.
 */
export function tlsClientAuth(settings: ClientCertificateSettings): ClientAuthentication {
  return authenticateByCertificate('tlsClientAuth()', 'tls_client_auth', settings)
}
