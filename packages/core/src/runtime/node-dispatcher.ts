/**
 * Makes the dispatcher of undici that the settings of a connection ask for: whom it trusts, who it is, which way it goes.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import { Agent, type Dispatcher, EnvHttpProxyAgent, Pool, ProxyAgent } from 'undici'
import type { ClientCertificate, ConnectionSettings } from './runtime.ts'

/** @throws {TypeError} naming the setting that cannot be used, never what is in it. */
export function makeDispatcher(settings: ConnectionSettings): Dispatcher {
  const { maxConnections, connectTimeoutMs, http2 = false, proxy, ca, certificate } = settings
  const trusted = ca === undefined ? {} : { ca: ca.map(readAuthorities) }
  // Said aloud, because NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would have anybody trusted.
  const tls = { timeout: connectTimeoutMs, rejectUnauthorized: true }
  const requestTls = { ...tls, allowH2: http2, ...inContext(trusted, certificate) }
  // The deadline of an exchange bounds everything; undici's own idle timers would only add work.
  const options = { connections: maxConnections, allowH2: http2, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000 }
  if (proxy === undefined) return new Agent({ ...options, connect: requestTls })
  const throughProxy = {
    ...options,
    connect: requestTls,
    requestTls,
    // The client certificate is for the authorization server, not for the proxy.
    proxyTls: { ...tls, ...inContext(trusted) },
    // A proxy that says nothing would hold a connection for the five minutes that are undici's default.
    clientFactory: (origin: URL, more: object) => new Pool(origin, { ...more, headersTimeout: connectTimeoutMs }),
  }
  try {
    if (proxy === 'system') return new EnvHttpProxyAgent(throughProxy)
    return new ProxyAgent({ ...throughProxy, ...addressOf(new URL(proxy)) })
  } catch {
    // Not the cause: a proxy's URL may hold a password.
    throw new TypeError('"http.proxy" cannot be used: it must be the URL of an HTTP proxy, or what the environment has must be')
  }
}

/** undici itself leaves out a user name without a password. */
function addressOf({ origin, username, password }: URL): { readonly uri: string; readonly token?: string } {
  if (username === '' && password === '') return { uri: origin }
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { uri: origin, token: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

/** createSecureContext() leaves out what it cannot read, and says nothing. */
function readAuthorities(pem: string): string {
  try {
    const blocks = pem.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? []
    const complete = blocks.length > 0 && blocks.length === pem.split('-----BEGIN ').length - 1
    if (complete && blocks.every((block) => new X509Certificate(block).raw.length > 0)) return pem
  } catch {
    // Told below, with the rest.
  }
  throw new TypeError('"http.ca" cannot be read: it must be certificates in PEM, and nothing else')
}

/** One context for all connections: what is in it is read once. */
function inContext(trusted: { readonly ca?: string[] }, certificate?: ClientCertificate): { readonly secureContext?: SecureContext } {
  if (certificate === undefined) return trusted.ca === undefined ? {} : { secureContext: createSecureContext(trusted) }
  const { passphrase } = certificate
  const secret = passphrase === undefined ? {} : { passphrase }
  try {
    if ('pfx' in certificate) return { secureContext: createSecureContext({ ...trusted, ...secret, pfx: Buffer.from(certificate.pfx) }) }
    const cert = toText(certificate.cert)
    const key = toText(certificate.key)
    // createSecureContext() takes a key of another kind than the certificate's, and then shows no certificate.
    if (new X509Certificate(cert).checkPrivateKey(createPrivateKey({ key, ...secret })))
      return { secureContext: createSecureContext({ ...trusted, ...secret, cert, key }) }
  } catch {
    // Told below, with the rest.
  }
  throw new TypeError(
    'the client certificate cannot be used: PEM and the key that belongs to it are expected, or PKCS#12 and its passphrase',
  )
}

function toText(pem: string | Uint8Array): string {
  return typeof pem === 'string' ? pem : new TextDecoder().decode(pem)
}
