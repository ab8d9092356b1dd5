/**
 * The keys of `encryptedStore()`, in any form that people have them.
 *
 * @module
 */
import { decodeBase64url } from '../base64url.ts'
import { type OptionFaults, type Reader, readMembers } from '../option-faults.ts'

/** A key and its name. */
export interface StoreKey {
  /** Stands in every entry, in the clear: 1 to 64 letters, digits, `-` or `_`. Never given to another key. */
  readonly id: string
  /** 256 bits: a `CryptoKey` for AES-GCM that may encrypt and decrypt, 32 bytes, or their base64url. */
  readonly key: CryptoKey | Uint8Array | string | undefined
}

/** A key ready for use. */
export interface EncryptionKey {
  readonly id: string
  readonly cryptoKey: () => CryptoKey | Promise<CryptoKey>
}

/** A list of at least one key, each with an id of its own; the first one must be able to encrypt, all to decrypt. */
export const encryptionKeys: Reader<readonly [EncryptionKey, ...EncryptionKey[]]> = (value, name, faults) => {
  const items: readonly unknown[] = Array.isArray(value) ? value : []
  const [current, ...others] = items.map((item, at) =>
    readKey(item, `${name}[${at}]`, at === 0 ? ['encrypt', 'decrypt'] : ['decrypt'], faults),
  )
  if (items.length === 0) return faults.expect(name, 'a list of at least one key', value)
  const keys = others.filter((key) => key !== undefined)
  if (current === undefined) return undefined
  if (new Set([current, ...keys].map(({ id }) => id)).size <= keys.length) faults.say(`"${name}" must not have two keys with one id`)
  return [current, ...keys]
}

function readKey(value: unknown, name: string, usages: readonly KeyUsage[], faults: OptionFaults): EncryptionKey | undefined {
  const members = readMembers(value, ['id', 'key'], faults, `${name}.`)
  for (const needed of ['id', 'key'])
    if (typeof value === 'object' && value !== null && !(needed in value)) faults.say(`"${name}.${needed}" is needed`)
  const id = members['id'] === undefined ? undefined : readId(members['id'], `${name}.id`, faults)
  const cryptoKey = members['key'] === undefined ? undefined : readMaterial(members['key'], `${name}.key`, usages, faults)
  return id === undefined || cryptoKey === undefined ? undefined : { id, cryptoKey }
}

const readId: Reader<string> = (value, name, faults) =>
  typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : faults.expect(name, '1 to 64 letters, digits, "-" or "_"', value)

function readMaterial(
  value: unknown,
  name: string,
  usages: readonly KeyUsage[],
  faults: OptionFaults,
): EncryptionKey['cryptoKey'] | undefined {
  if (Object.prototype.toString.call(value) === '[object CryptoKey]') {
    const key = value as CryptoKey
    return isFit(key, usages) ? () => key : faults.expect(name, `an AES-GCM key of 256 bits that may ${usages.join(' and ')}`, value)
  }
  const bytes = typeof value === 'string' ? decodeBase64url(value) : value instanceof Uint8Array ? Uint8Array.from(value) : undefined
  return bytes?.length === 32 ? importing(bytes) : faults.expect(name, 'a CryptoKey, 32 bytes, or 32 bytes in base64url', value)
}

function isFit(key: CryptoKey, usages: readonly KeyUsage[]): boolean {
  const { name, length } = key.algorithm as { readonly name: string; readonly length?: number }
  return name === 'AES-GCM' && length === 256 && usages.every((usage) => key.usages.includes(usage))
}

/** Imported when first used. What is kept is the key and no promise of it: some runtimes do not await what another request began. */
function importing(bytes: Uint8Array<ArrayBuffer>): () => CryptoKey | Promise<CryptoKey> {
  let imported: CryptoKey | undefined
  return () => imported ?? importKey()

  async function importKey(): Promise<CryptoKey> {
    imported = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
    return imported
  }
}
