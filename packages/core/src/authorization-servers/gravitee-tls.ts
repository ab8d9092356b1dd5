/**
 * What Gravitee's object `ssl` says of trust, and of the certificate to show.
 *
 * @module
 */
import { runtime } from '#runtime'
import type { ClientCertificate } from '../runtime/runtime.ts'
import type { GraviteeObject } from './gravitee-document.ts'
import type { GraviteeReading } from './gravitee-reading.ts'

/** The members of `ssl` and of its stores. */
export const sslNames: readonly string[] = [
  ...['hostnameVerifier', 'trustAll', 'trustStore', 'keyStore'],
  ...['hostnameVerificationAlgorithm', 'openSsl', 'alpn', 'tlsProtocols', 'tlsCiphers'],
]
const trustStoreNames = ['type', 'path', 'content', 'password']
const keyStoreNames = [...trustStoreNames, 'alias', 'keyPassword', 'certPath', 'keyPath', 'certContent', 'keyContent']

/** Whom to trust, and who we are. */
export interface GraviteeTls {
  readonly ca?: readonly string[]
  readonly certificate?: ClientCertificate
}

/** Reads `ssl`. Where Gravitee would verify nothing, that is said, and verified all the same. */
export function readTls(ssl: GraviteeObject | undefined, secure: boolean, reading: GraviteeReading): GraviteeTls {
  const lax = (option: string, when: string): void => {
    const why = `${when} Gravitee trusts any certificate; here it is verified: name its authority in "ssl.trustStore", or in "http.ca"`
    if (secure) reading.differs(option, 'TLS_VERIFIED', why)
  }
  if (ssl === undefined) lax('ssl', 'without it')
  if (ssl === undefined) return {}
  if (ssl.flag('trustAll', false)) lax('ssl.trustAll', 'with it')
  else if (!ssl.flag('hostnameVerifier', true)) lax('ssl.hostnameVerifier', 'without it, for any host name,')
  ssl.ignore({ hostnameVerificationAlgorithm: 'NONE', openSsl: false, alpn: false }, 'the runtime decides')
  ssl.ignore({ tlsProtocols: '', tlsCiphers: '' }, 'the runtime decides')
  const ca = readTrustStore(ssl.object('trustStore', trustStoreNames), reading)
  const certificate = readKeyStore(ssl.object('keyStore', keyStoreNames), reading)
  return { ...(ca === undefined ? {} : { ca }), ...(certificate === undefined ? {} : { certificate }) }
}

function readTrustStore(store: GraviteeObject | undefined, reading: GraviteeReading): readonly string[] | undefined {
  const type = readType(store, 'ssl.trustStore', reading)
  if (store === undefined || type === undefined) return undefined
  const bytes = readBytes(store, 'path', 'content', 'ssl.trustStore', reading)
  if (bytes === undefined) return undefined
  if (type === 'PEM') {
    const text = toPem(bytes)
    if (!text.includes('-----BEGIN ')) reading.faults.say('"ssl.trustStore" must hold certificates in PEM')
    reading.understands('ssl.trustStore', 'only authorities in it are trusted')
    return [text]
  }
  const found = runtime.readTrustStore?.(bytes, store.text('password', ''))
  if (found === undefined || 'fault' in found) {
    reading.faults.say(`"ssl.trustStore" cannot be read: ${found?.fault ?? 'this runtime does not read PKCS#12; give PEM'}`)
    return undefined
  }
  reading.understands('ssl.trustStore', `only authorities in it are trusted: ${found.certificates.length}`)
  return found.certificates
}

function readKeyStore(store: GraviteeObject | undefined, reading: GraviteeReading): ClientCertificate | undefined {
  const type = readType(store, 'ssl.keyStore', reading)
  if (store === undefined || type === undefined) return undefined
  store.ignore({ alias: '' }, 'the first key in the store is shown')
  if (type === 'PEM') {
    const cert = readBytes(store, 'certPath', 'certContent', 'ssl.keyStore', reading)
    const key = readBytes(store, 'keyPath', 'keyContent', 'ssl.keyStore', reading)
    if (cert === undefined || key === undefined) return undefined
    reading.understands('ssl.keyStore', 'a client certificate is shown')
    return { cert: toPem(cert), key: toPem(key), ...secretOf(store, 'keyPassword') }
  }
  store.ignore({ keyPassword: '' }, 'the password of the store opens the key too')
  const pfx = readBytes(store, 'path', 'content', 'ssl.keyStore', reading)
  if (pfx === undefined) return undefined
  reading.understands('ssl.keyStore', 'a client certificate is shown')
  return { pfx, ...secretOf(store, 'password') }
}

function secretOf(store: GraviteeObject, name: string): { readonly passphrase?: string } {
  const passphrase = store.text(name)
  return passphrase === undefined ? {} : { passphrase }
}

function readType(store: GraviteeObject | undefined, name: string, reading: GraviteeReading): 'PEM' | 'PKCS12' | undefined {
  const type = store?.text('type', 'NONE').toUpperCase() ?? 'NONE'
  if (type === 'PEM' || type === 'PKCS12') return type
  if (type === 'JKS') {
    const convert = 'keytool -importkeystore -srckeystore store.jks -destkeystore store.p12 -deststoretype PKCS12'
    reading.faults.say(`"${name}.type" must not be "JKS", which only Java reads: ${convert}, and then "PKCS12"`)
  } else if (type !== 'NONE') reading.faults.expect(`${name}.type`, '"PEM", "PKCS12" or "NONE"', type)
  return undefined
}

/** What a store holds: from a file of this machine, or from the document. */
function readBytes(store: GraviteeObject, path: string, content: string, name: string, reading: GraviteeReading): Uint8Array | undefined {
  const { faults } = reading
  const inline = store.text(content)
  if (inline !== undefined) {
    if (inline.includes('-----BEGIN ')) return new TextEncoder().encode(inline)
    try {
      return Uint8Array.from(atob(inline.replaceAll(/\s/g, '')), (character) => character.charCodeAt(0))
    } catch {
      return faults.expect(`${name}.${content}`, 'PEM or Base64', inline)
    }
  }
  const file = store.text(path)
  if (file === undefined) {
    // A text that could not be read has been told of already.
    if (!store.has(path) && !store.has(content)) faults.say(`"${name}.${path}" or "${name}.${content}" is needed`)
    return undefined
  }
  const read = runtime.readFile?.(file)
  if (read !== undefined) return read
  const why = runtime.readFile === undefined ? 'this runtime has no files' : 'the file cannot be read'
  faults.say(`"${name}.${path}": ${why}; give "${name}.${content}"`)
  return undefined
}

function toPem(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
