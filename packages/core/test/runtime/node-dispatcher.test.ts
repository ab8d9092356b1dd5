import { generateKeyPairSync } from 'node:crypto'
import { createSecureServer } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  type AuthorizationServer,
  authority,
  certifiedClient,
  certifiedClientEncryptedKey,
  certifiedClientPfx,
  certifiedForAnotherHost,
  certifiedServer,
  expiredServer,
  json,
  outerProcess,
  type Proxy,
  passphrase,
  selfSignedClient,
  startAuthorizationServer,
  startProxy,
  startTlsFront,
  type TlsFront,
} from '@oauth-introspect/testkit'
import { runtime } from '../../src/runtime/node.ts'
import { type Connection, type ConnectionSettings, Deadline, type HttpFailure, type HttpReply } from '../../src/runtime/runtime.ts'

let as: AuthorizationServer
let opened: { close(): Promise<unknown> }[]

beforeEach(async () => {
  as = await startAuthorizationServer()
  as.behave(json({ active: true }))
  opened = []
})
afterEach(async () => {
  await Promise.all([...opened.map((each) => each.close()), as.close()])
})

function connect(settings: Partial<ConnectionSettings> = {}): Connection {
  const connection = runtime.connect({ maxConnections: 16, connectTimeoutMs: 1000, ...settings })
  opened.push(connection)
  return connection
}

async function front(tls: TlsOptions): Promise<TlsFront> {
  const started = await startTlsFront(as.origin, tls)
  opened.push(started)
  return started
}

async function proxyOf(options?: Parameters<typeof startProxy>[0]): Promise<Proxy> {
  const proxy = await startProxy(options)
  opened.push(proxy)
  return proxy
}

async function ask(connection: Connection, origin: string, timeoutMs = 2000): Promise<HttpReply | HttpFailure> {
  const deadline = new Deadline(timeoutMs)
  const request = { method: 'POST', url: new URL('/introspect', origin), headers: { accept: 'x' }, body: 'token=t' } as const
  const reply = await connection.exchange(request, { deadline, maxBytes: 1000 })
  deadline.clear()
  return reply
}

/** The message of the error that settings of these kinds are. */
function faultOf(settings: Partial<ConnectionSettings>): string {
  try {
    connect(settings)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    expect(error).not.toHaveProperty('cause')
    return String(error)
  }
  throw new Error('expected a TypeError')
}

const rsaKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

const unreachable = (systemCode: string): object => ({ failure: 'ENDPOINT_UNREACHABLE', replied: false, systemCode })

describe('the server that is asked', () => {
  it('is trusted when an authority of "http.ca" has certified it [IR-05]', async () => {
    const { origin, certificates } = await front(certifiedServer)
    expect(await ask(connect({ ca: [selfSignedClient.cert, authority] }), origin)).toMatchObject({ status: 200 })
    expect(await ask(connect({ ca: [`a bundle\n${selfSignedClient.cert}\nand\n${authority}\n`] }), origin)).toMatchObject({ status: 200 })
    expect(await ask(connect({ ca: [authority] }), origin.replace('localhost', '127.0.0.1'))).toMatchObject({ status: 200 })
    expect(certificates).toEqual([undefined, undefined, undefined])
  })

  it.each<[string, TlsOptions, Partial<ConnectionSettings>, string]>([
    ['no authority known here has certified', certifiedServer, {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['none of "http.ca" has certified', certifiedServer, { ca: [selfSignedClient.cert] }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['has a certificate for another host [IR-07]', certifiedForAnotherHost, { ca: [authority] }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['has a certificate that is no longer valid', expiredServer, { ca: [authority] }, 'CERT_HAS_EXPIRED'],
  ])('hears nothing when it is one that %s [IR-05]', async (_situation, tls, settings, systemCode) => {
    const { origin, attempts } = await front(tls)
    expect(await ask(connect(settings), origin)).toEqual(unreachable(systemCode))
    const proxy = await proxyOf()
    expect(await ask(connect({ ...settings, proxy: proxy.origin }), origin)).toEqual(unreachable(systemCode))
    expect({ attempts, calls: as.calls, tunnels: proxy.tunnels.length }).toEqual({ attempts: 0, calls: [], tunnels: 1 })
  })

  it('hears nothing when it speaks no TLS [IR-05]', async () => {
    const { origin, attempts } = await front(certifiedServer)
    expect(await ask(connect({ ca: [authority] }), as.origin.replace('http:', 'https:'))).toMatchObject({ failure: 'ENDPOINT_UNREACHABLE' })
    expect(as.calls).toEqual([])
    expect(await ask(connect(), origin.replace('https:', 'http:'))).toMatchObject({ failure: 'ENDPOINT_UNREACHABLE' })
    expect({ attempts, calls: as.calls }).toEqual({ attempts: 0, calls: [] })
  })

  it('is not trusted because a variable of the environment says so [IR-05]', async () => {
    const { origin } = await front(certifiedServer)
    const { env } = outerProcess
    const before = env['NODE_TLS_REJECT_UNAUTHORIZED']
    env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      expect(await ask(connect(), origin)).toEqual(unreachable('UNABLE_TO_VERIFY_LEAF_SIGNATURE'))
    } finally {
      if (before === undefined) delete env['NODE_TLS_REJECT_UNAUTHORIZED']
      else env['NODE_TLS_REJECT_UNAUTHORIZED'] = before
    }
    expect(as.calls).toEqual([])
  })

  it.each([
    ['nothing that is PEM', ['garbage']],
    ['an empty text', ['']],
    ['a certificate cut short', [authority.slice(0, 200)]],
    ['a certificate that is none', ['-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----']],
    ['a bundle of which one cannot be read', [`${authority}\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----`]],
    ['a bundle of which one is cut short', [`${authority}\n${authority.slice(0, 200)}`]],
    ['one text of two', [authority, 'garbage']],
    ['a key', [certifiedServer.key]],
    ['a certificate and its key', [`${certifiedServer.cert}\n${certifiedServer.key}`]],
  ])('cannot be told by %s', (_situation, ca) => {
    const fault = 'TypeError: "http.ca" cannot be read: it must be certificates in PEM, and nothing else'
    expect(faultOf({ ca })).toBe(fault)
    expect(faultOf({ ca, certificate: certifiedClient })).toBe(fault)
  })
})

describe('a client certificate', () => {
  const encoder = new TextEncoder()
  it.each([
    ['one that an authority has signed', certifiedClient, certifiedClient.cert],
    ['one that is signed by itself', selfSignedClient, selfSignedClient.cert],
    ['one in bytes', { cert: encoder.encode(certifiedClient.cert), key: encoder.encode(certifiedClient.key) }, certifiedClient.cert],
    ['one whose key is encrypted', { cert: certifiedClient.cert, key: certifiedClientEncryptedKey, passphrase }, certifiedClient.cert],
    ['one in PKCS#12', { pfx: certifiedClientPfx, passphrase }, certifiedClient.cert],
    ['one with its chain', { cert: `${certifiedClient.cert}\n${authority}`, key: certifiedClient.key }, certifiedClient.cert],
  ])('is shown: %s', async (_situation, certificate, shown) => {
    const { origin, certificates } = await front(certifiedServer)
    expect(await ask(connect({ ca: [authority], certificate }), origin)).toMatchObject({ status: 200 })
    expect(certificates).toEqual([shown])
  })

  it('is shown to a server that demands one, which takes nobody without', async () => {
    const { origin } = await front({ ...certifiedServer, ca: authority, rejectUnauthorized: true })
    expect(await ask(connect({ ca: [authority], certificate: certifiedClient }), origin)).toMatchObject({ status: 200 })
    for (const settings of [{}, { certificate: selfSignedClient }]) {
      expect(await ask(connect({ ca: [authority], ...settings }), origin)).toMatchObject({ failure: 'ENDPOINT_UNREACHABLE' })
    }
    expect(as.calls).toHaveLength(1)
  })

  it('is shown by the connection it was given to, and by no other', async () => {
    const { origin, certificates } = await front(certifiedServer)
    const [own, other] = [connect({ ca: [authority], certificate: certifiedClient }), connect({ ca: [authority] })]
    for (const connection of [own, other, own, other]) expect(await ask(connection, origin)).toMatchObject({ status: 200 })
    expect(certificates).toEqual([certifiedClient.cert, undefined])
  })

  it('makes a server no more trusted than it is', async () => {
    const { origin } = await front(certifiedServer)
    expect(await ask(connect({ certificate: certifiedClient }), origin)).toEqual(unreachable('UNABLE_TO_VERIFY_LEAF_SIGNATURE'))
    expect(as.calls).toEqual([])
  })

  it.each<[string, ConnectionSettings['certificate']]>([
    ["with another's key", { cert: certifiedClient.cert, key: selfSignedClient.key }],
    ["with another's key of another kind", { cert: certifiedClient.cert, key: rsaKey() }],
    ['with an encrypted key and no passphrase', { cert: certifiedClient.cert, key: certifiedClientEncryptedKey }],
    [
      'with an encrypted key and the wrong passphrase',
      { cert: certifiedClient.cert, key: certifiedClientEncryptedKey, passphrase: 'CANARY' },
    ],
    ['in the place of its key', { cert: certifiedClient.key, key: certifiedClient.cert }],
    ['that is none', { cert: 'CANARY', key: certifiedClient.key }],
    ['whose key is none', { cert: certifiedClient.cert, key: 'CANARY' }],
    ['in PKCS#12 and no passphrase', { pfx: certifiedClientPfx }],
    ['in PKCS#12 and the wrong passphrase', { pfx: certifiedClientPfx, passphrase: 'CANARY' }],
    ['in PKCS#12 that is none', { pfx: encoder.encode('CANARY') }],
  ])('cannot be one %s', (_situation, certificate) => {
    const fault = faultOf({ ca: [authority], certificate })
    expect(fault).toBe(
      'TypeError: the client certificate cannot be used: PEM and the key that belongs to it are expected, or PKCS#12 and its passphrase',
    )
  })
})

describe('a proxy', () => {
  it.each([
    ['no credentials', undefined, ''],
    ['a user name and a password', 'user:CANARY:p@ss ü', 'user:CANARY%3Ap%40ss%20%C3%BC@'],
    ['a user name only', 'user:', 'user@'],
    ['a password only', ':CANARY', ':CANARY@'],
  ])('opens a tunnel to the server for %s', async (_situation, credentials, userinfo) => {
    const { origin, certificates } = await front(certifiedServer)
    const proxy = await proxyOf(credentials === undefined ? {} : { credentials })
    const connection = connect({
      ca: [authority],
      certificate: certifiedClient,
      maxConnections: 1,
      proxy: proxy.origin.replace('http://', `http://${userinfo}`),
    })
    expect(await ask(connection, origin)).toMatchObject({ status: 200 })
    expect(await ask(connection, origin)).toMatchObject({ status: 200 })
    const authorization = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`
    expect(proxy.tunnels).toEqual([{ target: new URL(origin).host, authorization }])
    expect(certificates).toEqual([certifiedClient.cert])
    expect(as.calls.map(({ headers }) => headers['proxy-authorization'])).toEqual([undefined, undefined])
  })

  it('may speak TLS, is trusted as servers are, and sees no client certificate', async () => {
    const { origin } = await front(certifiedServer)
    const proxy = await proxyOf({ tls: certifiedServer })
    const seen = await startTlsFront((await proxyOf()).origin, certifiedServer)
    opened.push(seen)
    expect(await ask(connect({ ca: [authority], proxy: proxy.origin }), origin)).toMatchObject({ status: 200 })
    const connection = connect({ ca: [authority], certificate: certifiedClient, proxy: seen.origin })
    expect(await ask(connection, origin)).toMatchObject({ status: 200 })
    expect(seen.certificates).toEqual([undefined])
    const untrusting = await proxyOf({ tls: certifiedForAnotherHost })
    expect(await ask(connect({ ca: [authority], proxy: untrusting.origin }), origin)).toMatchObject({ failure: 'ENDPOINT_UNREACHABLE' })
    expect(untrusting.tunnels).toEqual([])
  })

  it('is asked for a tunnel also to a server without TLS, so that it sees no token', async () => {
    const proxy = await proxyOf()
    expect(await ask(connect({ proxy: proxy.origin }), as.origin)).toMatchObject({ status: 200 })
    expect(proxy.tunnels).toEqual([{ target: new URL(as.origin).host, authorization: undefined }])
  })

  it('that refuses us, or cannot be reached, fails the exchange', async () => {
    const { origin } = await front(certifiedServer)
    const proxy = await proxyOf({ credentials: 'user:right' })
    const wrong = proxy.origin.replace('http://', 'http://user:CANARY@')
    for (const uri of [wrong, proxy.origin]) {
      const reply = await ask(connect({ ca: [authority], proxy: uri }), origin)
      expect(reply).toEqual(unreachable('UND_ERR_ABORTED'))
      expect(JSON.stringify(reply)).not.toContain('CANARY')
    }
    await proxy.close()
    opened = opened.filter((each) => each !== proxy)
    expect(await ask(connect({ ca: [authority], proxy: proxy.origin }), origin)).toEqual(unreachable('ECONNREFUSED'))
    expect(as.calls).toEqual([])
  })

  it('that says nothing holds no connection for longer than connecting may take', async () => {
    const { origin } = await front(certifiedServer)
    const proxy = await proxyOf()
    proxy.ignoreNext()
    const connection = connect({ ca: [authority], proxy: proxy.origin, maxConnections: 1, connectTimeoutMs: 50 })
    expect(await ask(connection, origin, 5000)).toMatchObject({ failure: 'ENDPOINT_UNREACHABLE', systemCode: 'UND_ERR_HEADERS_TIMEOUT' })
    expect(await ask(connection, origin, 5000)).toMatchObject({ status: 200 })
  })

  it.each(['http://user:CANARY%zz@proxy.example', 'http://user%ff:CANARY@proxy.example', 'ftp://user:CANARY@proxy.example', 'CANARY'])(
    'cannot be %s, and its URL is not repeated',
    (proxy) => {
      const fault = faultOf({ proxy })
      expect(fault).toContain('"http.proxy" cannot be used')
      expect(fault).not.toContain('CANARY')
    },
  )
})

describe("the environment's proxy", () => {
  const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY']
  const before = new Map(names.map((name) => [name, process.env[name]]))
  const forget = (name: string): boolean => Reflect.deleteProperty(process.env, name)
  beforeEach(() => {
    names.forEach(forget)
  })
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) forget(name)
      else process.env[name] = value
    }
  })

  it('is used with proxy: "system", and only then', async () => {
    const { origin } = await front(certifiedServer)
    const proxy = await proxyOf({ credentials: 'user:secret' })
    process.env['HTTPS_PROXY'] = proxy.origin.replace('http://', 'http://user:secret@')
    expect(await ask(connect({ ca: [authority] }), origin)).toMatchObject({ status: 200 })
    expect(proxy.tunnels).toEqual([])
    const connection = connect({ ca: [authority], proxy: 'system', certificate: certifiedClient })
    expect(await ask(connection, origin)).toMatchObject({ status: 200 })
    expect(proxy.tunnels).toMatchObject([{ target: new URL(origin).host }])
  })

  it('is not used for hosts of NO_PROXY, which are trusted no less carefully', async () => {
    const { origin, certificates } = await front(certifiedServer)
    const proxy = await proxyOf()
    process.env['HTTPS_PROXY'] = proxy.origin
    process.env['NO_PROXY'] = 'other.example,localhost'
    expect(await ask(connect({ ca: [authority], proxy: 'system', certificate: certifiedClient }), origin)).toMatchObject({ status: 200 })
    expect(await ask(connect({ proxy: 'system' }), origin)).toEqual(unreachable('UNABLE_TO_VERIFY_LEAF_SIGNATURE'))
    expect({ tunnels: proxy.tunnels, certificates }).toEqual({ tunnels: [], certificates: [certifiedClient.cert] })
    process.env['NO_PROXY'] = 'other.example'
    expect(await ask(connect({ ca: [authority], proxy: 'system' }), origin)).toMatchObject({ status: 200 })
    expect(proxy.tunnels).toHaveLength(1)
  })

  it('may be none', async () => {
    const { origin } = await front(certifiedServer)
    expect(await ask(connect({ ca: [authority], proxy: 'system' }), origin)).toMatchObject({ status: 200 })
  })

  it.each(['proxy.example:8080', 'http://user:CANARY%zz@proxy.example', 'CANARY', 'ftp://CANARY@proxy.example'])(
    'fails at once when it is %s',
    (value) => {
      for (const name of ['HTTP_PROXY', 'HTTPS_PROXY']) {
        process.env[name] = value
        const fault = faultOf({ proxy: 'system' })
        expect(fault).toContain('"http.proxy" cannot be used')
        expect(fault).not.toContain('CANARY')
        forget(name)
      }
    },
  )
})

describe('HTTP/2', () => {
  const sessions: Socket[] = []

  /** A server of HTTP/2 that answers as it is told, and of HTTP/1.1 if allowed. */
  async function secure(
    answer: (path: string) => string | undefined,
    allowHTTP1: boolean,
  ): Promise<{ origin: string; versions: string[] }> {
    const versions: string[] = []
    const server = createSecureServer({ ...certifiedServer, allowHTTP1 }, (request, response) => {
      versions.push(`${request.httpVersion} ${request.method} ${String(request.headers['accept'])}`)
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        const text = answer(body)
        if (text === undefined) return
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length })
        response.end(text)
      })
    })
    server.on('connection', (socket: Socket) => sessions.push(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    opened.push({
      close: () =>
        new Promise((resolve) => {
          server.close(resolve)
          for (const socket of sessions.splice(0)) socket.destroy()
        }),
    })
    return { origin: `https://localhost:${(server.address() as AddressInfo).port}`, versions }
  }

  const text = (reply: HttpReply | HttpFailure): unknown => ('failure' in reply ? reply : Buffer.from(reply.body).toString())

  it('is spoken when it is asked for and offered, directly and through a proxy', async () => {
    const { origin, versions } = await secure((body) => `{"heard":"${body}"}`, false)
    const direct = connect({ ca: [authority], http2: true })
    expect(text(await ask(direct, origin))).toBe('{"heard":"token=t"}')
    expect(text(await ask(direct, origin))).toBe('{"heard":"token=t"}')
    const proxy = await proxyOf()
    expect(text(await ask(connect({ ca: [authority], http2: true, proxy: proxy.origin }), origin))).toBe('{"heard":"token=t"}')
    expect(versions).toEqual(Array.from({ length: 3 }, () => '2.0 POST x'))
    expect([sessions.length, proxy.tunnels.length]).toEqual([2, 1])
  })

  it('is not spoken unless it is asked for, nor to a server that does not offer it', async () => {
    const both = await secure(() => '{}', true)
    expect(text(await ask(connect({ ca: [authority] }), both.origin))).toBe('{}')
    expect(both.versions).toEqual(['1.1 POST x'])
    const old = await front(certifiedServer)
    expect(await ask(connect({ ca: [authority], http2: true }), old.origin)).toMatchObject({ status: 200 })
  })

  it('keeps the bounds of an exchange: its deadline and its size', async () => {
    const { origin } = await secure((body) => (body === 'token=t' ? undefined : 'a'), false)
    expect(await ask(connect({ ca: [authority], http2: true }), origin, 60)).toEqual({ failure: 'ENDPOINT_TIMEOUT', replied: false })
    const large = await secure(() => 'a'.repeat(1001), false)
    const connection = connect({ ca: [authority], http2: true })
    expect(await ask(connection, large.origin)).toEqual({ failure: 'RESPONSE_TOO_LARGE', replied: true })
    expect(await ask(connection, large.origin)).toEqual({ failure: 'RESPONSE_TOO_LARGE', replied: true })
  })

  it('trusts no server more than HTTP/1.1 does [IR-05]', async () => {
    const { origin, versions } = await secure(() => '{}', false)
    expect(await ask(connect({ http2: true }), origin)).toEqual(unreachable('UNABLE_TO_VERIFY_LEAF_SIGNATURE'))
    expect(versions).toEqual([])
  })
})
