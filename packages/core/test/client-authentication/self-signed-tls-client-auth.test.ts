import { selfSignedTlsClientAuth } from '../../src/client-authentication/self-signed-tls-client-auth.ts'
import { describeCertificateMethod } from './certificate-method.ts'

describeCertificateMethod('self_signed_tls_client_auth', 'selfSignedTlsClientAuth()', selfSignedTlsClientAuth)
