/**
 * Reads the certificates out of a PKCS#12 store that holds no key, RFC 7292: Node itself takes such stores only with one.
 * As encryption PBES2 is understood (RFC 8018 §6.2), which is what keytool and OpenSSL write today.
 *
 * @module
 */
import { createDecipheriv, pbkdf2Sync, X509Certificate } from 'node:crypto'
import type { TrustStore } from './runtime.ts'

interface Element {
  readonly tag: number
  readonly content: Buffer
}

const [octets, oid, sequence, explicit0, implicit0] = [0x04, 0x06, 0x30, 0xa0, 0x80]

// Object identifiers, as they are in DER.
const data = '2a864886f70d010701'
const encryptedData = '2a864886f70d010706'
const certBag = '2a864886f70d010c0a0103'
const localKeyId = '2a864886f70d010915'
const pbes2 = '2a864886f70d01050d'
const digests: Readonly<Record<string, string>> = {
  '2a864886f70d0207': 'sha1',
  '2a864886f70d0209': 'sha256',
  '2a864886f70d020a': 'sha384',
  '2a864886f70d020b': 'sha512',
}
const ciphers: Readonly<Record<string, readonly [name: string, keyLength: number]>> = {
  '608648016503040102': ['aes-128-cbc', 16],
  '608648016503040116': ['aes-192-cbc', 24],
  '60864801650304012a': ['aes-256-cbc', 32],
}

// More would keep the start of an application busy for minutes.
const mostIterations = 10_000_000

class Unreadable extends Error {}

/** The certificates of a store in PEM. Its MAC is not looked at: a store is trusted for being named, and wrong passwords decrypt nothing. */
export function readTrustStore(pfx: Uint8Array, password: string): TrustStore {
  try {
    const [, authSafe] = members(element(Buffer.from(pfx)))
    const certificates = elements(contentOf(authSafe, password)).flatMap((info) => certificatesIn(contentOf(info, password)))
    return certificates.length === 0 ? { fault: 'there is no trusted certificate in it' } : { certificates }
  } catch (error) {
    // What other errors say may hold some of the store.
    return { fault: error instanceof Unreadable ? error.message : 'it is no PKCS#12, or the password is not the one' }
  }
}

/** The content of a ContentInfo, decrypted. */
function contentOf(info: Element | undefined, password: string): Buffer {
  const [type, wrapped] = members(info)
  const inner = element(expect(wrapped, explicit0))
  if (hex(type) === data) return contentOfSequence(expect(inner, octets))
  if (hex(type) !== encryptedData) throw new Unreadable('it is protected by other means than a password')
  const [, encrypted] = members(inner)
  const [, algorithm, text] = members(encrypted)
  return contentOfSequence(decrypt(members(algorithm), expect(text, implicit0), password))
}

function decrypt([scheme, parameters]: readonly Element[], text: Buffer, password: string): Buffer {
  if (hex(scheme) !== pbes2) throw new Unreadable('its encryption is an outdated one: write it anew with a keytool or OpenSSL of today')
  const [derivation, encryption] = members(parameters)
  const [, derived] = members(derivation)
  const [salt, iterations, ...more] = members(derived)
  // A key length may stand before the algorithm; the default of that is SHA-1.
  const algorithm = more.find(({ tag }) => tag === sequence)
  const digest = digests[algorithm === undefined ? '2a864886f70d0207' : hex(members(algorithm)[0])]
  const [cipherId, iv] = members(encryption)
  const cipher = ciphers[hex(cipherId)]
  const rounds = Number.parseInt(hex(iterations), 16)
  if (digest === undefined || cipher === undefined || rounds > mostIterations) throw new Unreadable('its encryption is not known here')
  const key = pbkdf2Sync(password, expect(salt, octets), rounds, cipher[1], digest)
  const decipher = createDecipheriv(cipher[0], key, expect(iv, octets))
  return Buffer.concat([decipher.update(text), decipher.final()])
}

/** Those that belong to a key are not trusted: they are somebody's own. */
function certificatesIn(safeContents: Buffer): readonly string[] {
  return elements(safeContents).flatMap((bag) => {
    const [type, value, attributes] = members(bag)
    if (
      hex(type) !== certBag ||
      (attributes !== undefined && elements(attributes.content).some((one) => hex(members(one)[0]) === localKeyId))
    )
      return []
    const [, wrapped] = members(element(expect(value, explicit0)))
    return [new X509Certificate(expect(element(expect(wrapped, explicit0)), octets)).toString()]
  })
}

function contentOfSequence(der: Buffer): Buffer {
  return expect(element(der), sequence)
}

function members(of: Element | undefined): readonly Element[] {
  return elements(expect(of, sequence))
}

function expect(found: Element | undefined, tag: number): Buffer {
  if (found?.tag === tag) return found.content
  throw new Error('not as RFC 7292 has it')
}

function hex(found: Element | undefined): string {
  return found === undefined || (found.tag !== oid && found.tag !== 0x02) ? '' : found.content.toString('hex')
}

function element(der: Buffer): Element {
  const [first] = elements(der)
  if (first === undefined) throw new Error('not as RFC 7292 has it')
  return first
}

/** One after the other, DER: every length is definite. */
function elements(der: Buffer): readonly Element[] {
  const found: Element[] = []
  for (let at = 0; at < der.length; ) {
    const short = der.readUInt8(at + 1)
    const bytes = short < 0x80 ? 0 : short & 0x7f
    const length = bytes === 0 ? short : der.readUIntBE(at + 2, bytes)
    const start = at + 2 + bytes
    if (short === 0x80 || start + length > der.length) throw new Error('not DER')
    found.push({ tag: der.readUInt8(at), content: der.subarray(start, start + length) })
    at = start + length
  }
  return found
}
