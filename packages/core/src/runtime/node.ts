/**
 * The runtime of Node: undici's dispatchers and `node:crypto`.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import { Agent, type Dispatcher, EnvHttpProxyAgent, ProxyAgent } from 'undici'
import { ReplyHandler } from './node-reply.ts'
import type { ConnectionSettings, ExchangeLimits, HttpFailure, HttpReply, HttpRequest, Runtime } from './runtime.ts'

/** Node. */
export const runtime: Runtime = {
  sha256: (text) => hash('sha256', text, 'base64url'),
  configurable: true,
  connect(settings) {
    const dispatcher = makeDispatcher(settings)
    return {
      exchange: (request, limits) => exchange(dispatcher, request, limits),
      close: () => dispatcher.destroy(),
    }
  },
}

function makeDispatcher({ maxConnections, connectTimeoutMs, http2 = false, proxy, ...trust }: ConnectionSettings): Dispatcher {
  const secureContext = makeSecureContext(trust)
  // Said here, so that NODE_TLS_REJECT_UNAUTHORIZED in the environment switches nothing off.
  const tls = { timeout: connectTimeoutMs, rejectUnauthorized: true, ...(secureContext === undefined ? {} : { secureContext }) }
  // The deadline of an exchange bounds everything; undici's own idle timers would only add work.
  const options = { connections: maxConnections, allowH2: http2, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000 }
  if (proxy === undefined) return new Agent({ ...options, connect: tls })
  try {
    if (proxy === 'system') return new EnvHttpProxyAgent({ ...options, connect: tls, requestTls: tls })
    return new ProxyAgent({ ...options, uri: proxy, connect: tls, requestTls: tls })
  } catch {
    // Not the cause: a proxy's URL may hold a password.
    throw new TypeError('"http.proxy" cannot be used: it must be the URL of an HTTP proxy')
  }
}

/** One context for all connections: what is in it is read once. */
function makeSecureContext({ ca, certificate }: Pick<ConnectionSettings, 'ca' | 'certificate'>): SecureContext | undefined {
  if (ca === undefined && certificate === undefined) return undefined
  const trusted = ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }
  const name = certificate === undefined ? '"http.ca"' : 'the client certificate'
  try {
    if (certificate === undefined) return createSecureContext(trusted)
    const { passphrase } = certificate
    const secret = passphrase === undefined ? {} : { passphrase }
    if ('pfx' in certificate) return createSecureContext({ ...trusted, ...secret, pfx: Buffer.from(certificate.pfx) })
    return createSecureContext({ ...trusted, ...secret, cert: toText(certificate.cert), key: toText(certificate.key) })
  } catch {
    throw new TypeError(`${name} cannot be read`)
  }
}

function toText(pem: string | Uint8Array): string {
  return typeof pem === 'string' ? pem : new TextDecoder().decode(pem)
}

function exchange(
  dispatcher: Dispatcher,
  { method, url, headers, body }: HttpRequest,
  limits: ExchangeLimits,
): Promise<HttpReply | HttpFailure> {
  return new Promise((resolve) => {
    const handler = new ReplyHandler(limits.maxBytes, resolve)
    limits.deadline.whenExpired(() => {
      handler.fail('ENDPOINT_TIMEOUT')
    })
    try {
      // Introspection is read-only (RFC 9110 §9.2.2), but `idempotent` would let undici pipeline it behind a slow one: left out.
      dispatcher.dispatch({ origin: url.origin, method, path: url.pathname + url.search, headers, body: body ?? null }, handler)
    } catch (error) {
      handler.onResponseError(undefined, error)
    }
  })
}
