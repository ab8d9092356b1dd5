/**
 * What `tls_client_auth` and `self_signed_tls_client_auth` share: the certificate is shown in TLS, the client's name in the form, RFC 8705 §2.
 *
 * @module
 */
import { OptionFaults, type Reader, text } from '../option-faults.ts'
import type { ClientCertificate } from '../runtime/runtime.ts'
import { type ClientAuthentication, readSettings } from './client-authentication.ts'

/** A client, its certificate and key: in PEM, or in PKCS#12. Whether they belong together shows when a resource server is made. */
export type ClientCertificateSettings =
  | {
      readonly clientId: string | undefined
      /** PEM, a chain perhaps, the client's own first. */
      readonly cert: string | Uint8Array | undefined
      /** PEM. */
      readonly key: string | Uint8Array | undefined
      /** Opens an encrypted key. */
      readonly passphrase?: string | undefined
    }
  | {
      readonly clientId: string | undefined
      /** PKCS#12. Authorities in it are trusted like those of `http.ca`, as Node has it. */
      readonly pfx: Uint8Array | undefined
      readonly passphrase?: string | undefined
    }

const bytes: Reader<Uint8Array> = (value, name, faults) =>
  value instanceof Uint8Array && value.byteLength > 0 ? Uint8Array.from(value) : faults.expect(name, 'bytes', value)

const pem: Reader<string | Uint8Array> = (value, name, faults) =>
  value instanceof Uint8Array ? bytes(value, name, faults) : text(value, name, faults)

/** Makes a method of client authentication by certificate. The key stays in a closure. */
export function authenticateByCertificate(factory: string, method: string, settings: unknown): ClientAuthentication {
  const faults = new OptionFaults()
  const packed = typeof settings === 'object' && settings !== null && 'pfx' in settings
  const members = readSettings(settings, packed ? ['clientId', 'pfx'] : ['clientId', 'cert', 'key'], ['passphrase'], faults)
  const read = <T>(name: string, reader: Reader<T>): T | undefined =>
    members[name] === undefined ? undefined : reader(members[name], name, faults)
  const clientId = read('clientId', text) ?? ''
  const secret = members['passphrase'] === undefined ? {} : { passphrase: read('passphrase', text) ?? '' }
  const certificate: ClientCertificate = packed
    ? { pfx: read('pfx', bytes) ?? new Uint8Array(), ...secret }
    : { cert: read('cert', pem) ?? '', key: read('key', pem) ?? '', ...secret }
  faults.throwAny(factory)
  return Object.freeze({
    method,
    identity: clientId,
    fields: { form: ['client_id'] },
    certificate: () => certificate,
    credentials: () => ({ form: { client_id: clientId } }),
  })
}
