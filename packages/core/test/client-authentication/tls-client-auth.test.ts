import { tlsClientAuth } from '../../src/client-authentication/tls-client-auth.ts'
import { describeCertificateMethod } from './certificate-method.ts'

describeCertificateMethod('tls_client_auth', 'tlsClientAuth()', tlsClientAuth)
