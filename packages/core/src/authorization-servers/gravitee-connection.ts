/**
 * What Gravitee's objects `http`, `proxy` and `ssl` say of connections. A certificate is always verified, whatever they say.
 *
 * @module
 */
import { runtime } from '#runtime'
import type { HttpOptions } from '../http-options.ts'
import { oneOf } from '../option-faults.ts'
import type { GraviteeObject } from './gravitee-document.ts'
import type { GraviteeReading } from './gravitee-reading.ts'

// What these say holds here by itself, or has nothing to hold on to.
const ofHttp = {
  ...{ keepAlive: true, keepAliveTimeout: 30_000, connectTimeout: 5000, idleTimeout: 60_000, pipelining: false, useCompression: true },
  ...{ maxWaitQueueSize: -1, maxConnectionLifetime: 0, followRedirects: false, propagateClientAcceptEncoding: false },
  ...{ propagateClientHost: false, clearTextUpgrade: true, http2MultiplexingLimit: -1, http2ConnectionWindowSize: -1 },
  ...{ http2StreamWindowSize: -1, http2MaxFrameSize: 16_384 },
}

/** The members of `http`, of `proxy`. */
export const httpNames: readonly string[] = ['version', 'readTimeout', 'maxConcurrentConnections', ...Object.keys(ofHttp)]
export const proxyNames: readonly string[] = ['enabled', 'useSystemProxy', 'type', 'host', 'port', 'username', 'password']

/** Reads `http`: how long a question may take, and over how many connections. */
export function readHttp(
  http: GraviteeObject | undefined,
  reading: GraviteeReading,
): { readonly timeoutMs?: number; readonly connections: HttpOptions } {
  if (http === undefined) return { connections: {} }
  http.ignore(ofHttp, 'one deadline is over everything, redirects are not followed, the rest is as undici has it')
  const version = oneOf('HTTP_1_1', 'HTTP_2')(http.text('version', 'HTTP_1_1'), 'http.version', reading.faults)
  const timeoutMs = http.whole('readTimeout', 'milliseconds', 10_000)
  const maxConnections = http.whole('maxConcurrentConnections', 'connections', 20)
  reading.differs('http.readTimeout', 'OPTIONS_REVIVED', `Gravitee never reads it; here everything must be done within ${timeoutMs} ms`)
  // At the edge connections are not ours to count.
  if (!runtime.configurable) return { timeoutMs, connections: {} }
  reading.understands(
    'http',
    `${version === 'HTTP_2' ? 'HTTP/2 where the server has it' : 'HTTP/1.1'}, ${maxConnections} connections at most`,
  )
  return { timeoutMs, connections: { maxConnections, ...(version === 'HTTP_2' ? { http2: true } : {}) } }
}

/** Reads `proxy`, or `useSystemProxy` of older files. */
export function readProxy(proxy: GraviteeObject | undefined, system: boolean, reading: GraviteeReading): string | undefined {
  const enabled = proxy?.flag('enabled', false) ?? false
  if (system || (enabled && proxy?.flag('useSystemProxy', false) === true)) {
    reading.understands(system ? 'useSystemProxy' : 'proxy.useSystemProxy', 'the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name')
    return 'system'
  }
  if (proxy === undefined || !enabled) return undefined
  const type = proxy.text('type', 'HTTP')
  if (type !== 'HTTP') reading.faults.say('"proxy.type" must be "HTTP": connections cannot go through SOCKS')
  const host = proxy.text('host')
  const port = proxy.whole('port', 'the port', 0)
  if (host === undefined || port === 0) {
    reading.faults.say('"proxy.host" and "proxy.port" are needed for a proxy that is not the system\'s')
    return undefined
  }
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  if (/[\s/?#@\\]/.test(address) || !URL.canParse(`http://${address}`)) {
    reading.faults.say('"proxy.host" and "proxy.port" must be those of an HTTP proxy')
    return undefined
  }
  reading.understands('proxy', `the HTTP proxy ${address}`)
  const [username, password] = [proxy.text('username'), proxy.text('password', '')]
  const credentials = username === undefined ? '' : `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`
  return `http://${credentials}${address}`
}
