/**
 * `client_secret_jwt`, OpenID Connect Core §9, RFC 7523 §2.2: an assertion signed with the client's secret, which itself is not sent.
 *
 * @module
 */
import { OptionFaults, oneOf, readMembers, text } from '../option-faults.ts'
import { authenticateByAssertion } from './client-assertion.ts'
import { type ClientAuthentication, readClient } from './client-authentication.ts'

/** How the secret signs. */
export interface ClientSecretJwtOptions {
  /** Default `'HS256'`. RFC 7518 §3.2 wants a secret of at least 32, 48 or 64 bytes. */
  readonly algorithm?: 'HS256' | 'HS384' | 'HS512'
  /** Whom assertions are for, where the authorization server wants more than its issuer (RFC 7523 §3). Default: the issuer. */
  readonly audience?: string | undefined
}

/**
 * Authenticates by an assertion signed with the secret, a new one for each attempt.
 *
 * @throws {TypeError} naming every fault.
 */
export function clientSecretJwt(
  clientId: string | undefined,
  clientSecret: string | undefined,
  options: ClientSecretJwtOptions = {},
): ClientAuthentication {
  const factory = 'clientSecretJwt()'
  const client = readClient(factory, clientId, clientSecret)
  const faults = new OptionFaults()
  const { algorithm = 'HS256', audience } = readMembers(options, ['algorithm', 'audience'], faults)
  const parts = {
    factory,
    method: 'client_secret_jwt',
    clientId: client.clientId,
    key: new TextEncoder().encode(client.clientSecret),
    algorithm: oneOf('HS256', 'HS384', 'HS512')(algorithm, 'algorithm', faults) ?? 'HS256',
    audience: audience === undefined ? undefined : text(audience, 'audience', faults),
  }
  faults.throwAny(factory)
  return authenticateByAssertion(parts)
}
