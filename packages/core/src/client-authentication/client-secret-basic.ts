/**
 * `client_secret_basic`, RFC 6749 §2.3.1: identifier and secret are form-encoded (Appendix B) before they are joined.
 *
 * @module
 */
import { encodeForm } from '../form.ts'
import { OptionFaults, oneOf, readMembers, word } from '../option-faults.ts'
import { type ClientAuthentication, readClient } from './client-authentication.ts'

/** Deviations of servers in the field. */
export interface BasicOptions {
  /** `'raw'` joins identifier and secret as they are, for servers that do not decode them. Default `'form'`. */
  readonly encoding?: 'form' | 'raw'
  /** The header field. Default `'Authorization'`. */
  readonly header?: string
  /** The word in front of the credentials. Default `'Basic'`. */
  readonly scheme?: string
}

/**
 * Authenticates by the `Authorization: Basic` header.
 *
 * @throws {TypeError} when the identifier or the secret is missing, or cannot be written as chosen.
 */
export function clientSecretBasic(
  clientId: string | undefined,
  clientSecret: string | undefined,
  options: BasicOptions = {},
): ClientAuthentication {
  const client = readClient('clientSecretBasic()', clientId, clientSecret)
  const { encoding, header, scheme } = readBasicOptions(options)
  // A colon ends the identifier (RFC 7617 §2): written raw, another client would be meant.
  if (encoding === 'raw' && client.clientId.includes(':'))
    throw new TypeError('clientSecretBasic(): "clientId" must not have a colon when it is written raw')
  const encode = encoding === 'raw' ? (text: string): string => text : encodeForm
  const bytes = new TextEncoder().encode(`${encode(client.clientId)}:${encode(client.clientSecret)}`)
  const credentials = { headers: { [header]: `${scheme} ${btoa(String.fromCharCode(...bytes))}` } }
  return Object.freeze({
    method: 'client_secret_basic',
    identity: client.clientId,
    fields: { headers: [header] },
    unencoded: encoding === 'raw',
    credentials: () => credentials,
  })
}

function readBasicOptions(options: unknown): { readonly encoding: string; readonly header: string; readonly scheme: string } {
  const faults = new OptionFaults()
  const { encoding = 'form', header = 'Authorization', scheme = 'Basic' } = readMembers(options, ['encoding', 'header', 'scheme'], faults)
  const read = {
    encoding: oneOf('form', 'raw')(encoding, 'encoding', faults) ?? 'form',
    header: word(header, 'header', faults)?.toLowerCase() ?? '',
    scheme: word(scheme, 'scheme', faults) ?? '',
  }
  faults.throwAny('clientSecretBasic()')
  return read
}
