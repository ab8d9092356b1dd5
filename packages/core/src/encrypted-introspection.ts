/**
 * Decrypts a reply around a signed one, RFC 9701 §5: a nested JWT. Encryption proves nothing, as anybody may have our public key; the
 * signature inside is verified like any other.
 *
 * @module
 */
import { type CryptoKey, compactDecrypt, importPKCS8 } from 'jose'
import { distrust, readHeader, splitCompact } from './compact-jwt.ts'
import type { PrivateKey } from './json-web-key.ts'

// Public-key ones only: with `dir`, a wrapped key or PBES2, one secret would be shared with the authorization server.
const keyManagementAlgorithms = [
  ...['RSA-OAEP', 'RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'],
  ...['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW'],
]
const contentEncryptionAlgorithms = ['A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512', 'A128GCM', 'A192GCM', 'A256GCM']

/** Makes the function that takes the encryption off. It throws an `IntrospectionError` for whatever is not encrypted to this key. */
export function createDecrypter(key: PrivateKey): (jwe: Uint8Array) => Promise<Uint8Array> {
  const imported = new Map<string, Promise<CryptoKey>>()

  /** What an algorithm makes of a PEM, which does not name one. */
  function importPem(pem: string, alg: string): Promise<CryptoKey> {
    let ready = imported.get(alg)
    if (ready === undefined) imported.set(alg, (ready = importPKCS8(pem, alg)))
    return ready
  }

  return async (jwe) => {
    const parts = splitCompact(jwe, 5)
    const { alg, enc, zip } = readHeader(parts[0])
    if (typeof alg !== 'string' || !keyManagementAlgorithms.includes(alg))
      throw distrust('its key is encrypted in a way that is not accepted')
    if (typeof enc !== 'string' || !contentEncryptionAlgorithms.includes(enc))
      throw distrust('it is encrypted in a way that is not accepted')
    // What compression makes small tells of what is in it, and what it makes large is not bounded by the size of the reply (RFC 8725 §3.6).
    if (zip !== undefined) throw distrust('it is compressed')
    try {
      const ready = typeof key === 'string' ? await importPem(key, alg) : key
      const limits = { keyManagementAlgorithms, contentEncryptionAlgorithms, maxDecompressedLength: 0 }
      return (await compactDecrypt(parts.join('.'), ready as CryptoKey, limits)).plaintext
    } catch {
      throw distrust('it cannot be decrypted with this decryptionKey')
    }
  }
}
