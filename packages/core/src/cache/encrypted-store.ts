/**
 * Encrypts what another store keeps: AES-256-GCM, a nonce of 96 random bits each. Cache key, key id, end of life and version of the format are
 * authenticated along, so that an entry that was altered, moved to another key, made to live longer, or put back after its life is a miss.
 * One put back within its life cannot be told from the entry that it once was: the age of an answer and marks of revocation end it.
 *
 * @module
 */
import { decodeBase64url, encodeBase64url } from '../base64url.ts'
import { callable, OptionFaults, readEach, readMembers } from '../option-faults.ts'
import { type EncryptionKey, encryptionKeys, type StoreKey } from './encryption-key.ts'
import { type Store, type StoreLike, store as storeReader, strictReads } from './store.ts'

/** How `encryptedStore()` encrypts. */
export interface EncryptedStoreSettings {
  /** The first one encrypts, all decrypt: a new key is put in front, and the old one taken away when no entry of it is alive. */
  readonly keys: readonly StoreKey[]
  /** The clock: milliseconds since epoch. Default `Date.now`. */
  readonly now?: () => number
}

const version = '1'
const unreadable = Symbol('unreadable')
const nonceLength = 12

/**
 * A store whose entries are encrypted. A key should be replaced before it has encrypted 2^32 entries (NIST SP 800-38D §8.3).
 *
 * @throws {TypeError} naming every wrong setting.
 */
export function encryptedStore(store: StoreLike, settings: EncryptedStoreSettings): Store {
  const faults = new OptionFaults()
  const place = storeReader(store, 'store', faults)
  const members = readMembers(settings, ['keys', 'now'], faults)
  const keys = encryptionKeys(members['keys'], 'keys', faults)
  const now = readEach(members, faults)('now', callable<() => number>(), Date.now)
  if (place === undefined || keys === undefined) return faults.fail('encryptedStore()')
  faults.throwAny('encryptedStore()')
  const [current] = keys

  const open = async (key: string): Promise<string | undefined | typeof unreadable> => {
    const written = await place.get(key)
    if (written === undefined) return undefined
    const [given, id, expiresAt = '', nonceText = '', sealedText = '', ...more] = written.split('.')
    const encryptionKey = keys.find((candidate) => candidate.id === id)
    if (given !== version || encryptionKey === undefined || more.length > 0) return unreadable
    if (now() >= Number(expiresAt)) return undefined
    const [nonce, sealed] = [decodeBase64url(nonceText), decodeBase64url(sealedText)]
    if (nonce === undefined || sealed === undefined) return unreadable
    return unseal(encryptionKey, nonce, sealed, authenticated(key, encryptionKey.id, expiresAt))
  }

  const encrypted = Object.freeze<Store>({
    async get(key) {
      const text = await open(key)
      return text === unreadable ? undefined : text
    },
    async set(key, value, ttlMs) {
      const expiresAt = String(Math.floor(now() + ttlMs))
      const nonce = crypto.getRandomValues(new Uint8Array(nonceLength))
      const additionalData = authenticated(key, current.id, expiresAt)
      const algorithm = { name: 'AES-GCM', iv: nonce, additionalData }
      const sealed = await crypto.subtle.encrypt(algorithm, await current.cryptoKey(), new TextEncoder().encode(value))
      const parts = [version, current.id, expiresAt, encodeBase64url(nonce), encodeBase64url(new Uint8Array(sealed))]
      await place.set(key, parts.join('.'), ttlMs)
    },
    delete: (key) => place.delete(key),
  })
  strictReads.set(encrypted, async (key) => {
    const text = await open(key)
    if (text === unreadable) throw new Error('an entry was not written with any of these keys, or was altered or moved since')
    return text
  })
  return encrypted
}

/** What an entry is held against: none of it can be changed without the key. */
function authenticated(cacheKey: string, id: string, expiresAt: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(['oauth-introspect', version, id, expiresAt, cacheKey]))
}

async function unseal(
  key: EncryptionKey,
  iv: Uint8Array<ArrayBuffer>,
  sealed: Uint8Array<ArrayBuffer>,
  additionalData: Uint8Array<ArrayBuffer>,
): Promise<string | typeof unreadable> {
  const cryptoKey = await key.cryptoKey()
  try {
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, cryptoKey, sealed))
  } catch {
    // Not what was encrypted: WebCrypto says no more, and no more is needed.
    return unreadable
  }
}
