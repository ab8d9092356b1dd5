/**
 * The one suite that every way of exchanging HTTP runs: the same replies, good and bad, must come out the same.
 *
 * @module
 */
import { createServer } from 'node:https'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  type AuthorizationServer,
  type Behaviour,
  bytes,
  drip,
  findClosedPort,
  json,
  raw,
  reset,
  silence,
  startAuthorizationServer,
} from './authorization-server.ts'
import { untrusted } from './certificates.ts'
import { listen } from './listen.ts'

/** What came of an exchange: a whole reply, or why there is none. */
export type Exchanged =
  | { readonly status: number; readonly body: Uint8Array; header(name: string): string | undefined }
  | { readonly failure: string; readonly replied: boolean; readonly systemCode?: string }

/** The request of an exchange. */
interface ExchangeRequest {
  readonly method: 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A way of exchanging HTTP, and its kind of deadline. */
export interface ConnectionUnderTest<Deadline extends { clear(): void }> {
  readonly name: string
  readonly startDeadline: (milliseconds: number) => Deadline
  readonly connect: (origin: string) => {
    exchange(request: ExchangeRequest, limits: { readonly deadline: Deadline; readonly maxBytes: number }): Promise<Exchanged>
    close(): Promise<void>
  }
}

const active = '{"active":true}'
const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
const encoded = (encoding: string, body: string | Uint8Array): Behaviour => raw(body, 200, { 'content-encoding': encoding })
const endless: Behaviour = (_call, response) => {
  response.writeHead(200)
  const more = (): void => {
    if (!response.destroyed) response.write('a'.repeat(16_384), more)
  }
  more()
}

const wholeReplies: readonly (readonly [situation: string, reply: Behaviour, status: number, body: string])[] = [
  ['JSON', json({ active: true }), 200, active],
  ['no content', raw('', 204), 204, ''],
  ['an empty content', raw(''), 200, ''],
  ['HTML', raw('<html>', 200, { 'content-type': 'text/html' }), 200, '<html>'],
  ['chunks', bytes(`${head}transfer-encoding: chunked\r\n\r\n7\r\n{"activ\r\n8\r\ne":true}\r\n0\r\n\r\n`), 200, active],
  ['a content that ends with the connection', bytes(`${head}connection: close\r\n\r\n${active}`, 'end'), 200, active],
  [
    'an interim response before it [RV-16]',
    bytes(`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${head}content-length: 15\r\n\r\n${active}`),
    200,
    active,
  ],
  ['gzip', encoded('gzip', gzipSync(active)), 200, active],
  ['x-gzip', encoded('x-gzip', gzipSync(active)), 200, active],
  ['GZIP in capitals', encoded('GZIP', gzipSync(active)), 200, active],
  ['deflate', encoded('deflate', deflateSync(active)), 200, active],
  ['brotli', encoded('br', brotliCompressSync(active)), 200, active],
  ['an encoding that changes nothing', encoded('identity', active), 200, active],
  ...[301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 429, 500, 502, 503, 504].map(
    (status) => [`status ${status}`, raw('said', status, { location: '/elsewhere' }), status, 'said'] as const,
  ),
  ['a status that nobody has defined', bytes('HTTP/1.1 599 Odd\r\ncontent-length: 0\r\n\r\n'), 599, ''],
]

const brokenReplies: readonly (readonly [situation: string, reply: Behaviour, failure: string, replied: boolean])[] = [
  ['a reset before the reply', reset, 'ENDPOINT_UNREACHABLE', false],
  ['an end before the reply', bytes('', 'end'), 'ENDPOINT_UNREACHABLE', false],
  ['a reset within the content', bytes(`${head}content-length: 100\r\n\r\n{`, 'reset'), 'ENDPOINT_UNREACHABLE', true],
  ['a content shorter than announced [RV-15]', bytes(`${head}content-length: 100\r\n\r\n${active}`, 'end'), 'ENDPOINT_UNREACHABLE', true],
  [
    'chunks without an end [RV-15]',
    bytes(`${head}transfer-encoding: chunked\r\n\r\nf\r\n${active}\r\n`, 'end'),
    'ENDPOINT_UNREACHABLE',
    true,
  ],
  ['chunks that are none', bytes(`${head}transfer-encoding: chunked\r\n\r\nzz\r\n${active}\r\n`), 'ENDPOINT_UNREACHABLE', true],
  ['an encoding unknown', encoded('rot13', active), 'RESPONSE_NOT_CONFORM', true],
  ['an encoding named like a member of every object', encoded('constructor', active), 'RESPONSE_NOT_CONFORM', true],
  ['a content of 101 bytes [RV-34]', raw('a'.repeat(101)), 'RESPONSE_TOO_LARGE', true],
  ['a content without end [RV-34]', endless, 'RESPONSE_TOO_LARGE', true],
  ['a gzip content of 101 bytes once decoded [RV-34]', encoded('gzip', gzipSync('a'.repeat(101))), 'RESPONSE_TOO_LARGE', true],
  ['a deflated bomb [RV-34]', encoded('deflate', deflateSync(Buffer.alloc(10_000_000))), 'RESPONSE_TOO_LARGE', true],
]

const lateReplies: readonly (readonly [situation: string, reply: Behaviour])[] = [
  ['silence', silence],
  ['headers and then silence', bytes(`${head}content-length: 20\r\n\r\n`)],
  ['a header section that drips', drip('HTTP/1.1 200 OK\r\nx: ', 5)],
  ['a content that drips', drip(`${head}content-length: 99999\r\n\r\n{`, 5)],
]

/** Runs the suite on a way of exchanging HTTP. */
export function describeConnection<Deadline extends { clear(): void }>(subject: ConnectionUnderTest<Deadline>): void {
  const { name, startDeadline, connect } = subject

  describe(`an exchange by ${name}`, () => {
    let as: AuthorizationServer
    let opened: { close(): Promise<void> }[] = []

    /** One exchange over a connection of its own, content of 100 bytes at most. */
    async function exchange(url = `${as.introspectionEndpoint}?tenant=a%20b`, timeoutMs = 2000): Promise<Exchanged> {
      const connection = connect(new URL(url).origin)
      opened.push(connection)
      const headers = { accept: 'application/json', 'x-ours': '1' }
      const deadline = startDeadline(timeoutMs)
      return connection
        .exchange({ method: 'POST', url: new URL(url), headers, body: 'token=tok' }, { deadline, maxBytes: 100 })
        .finally(() => {
          deadline.clear()
        })
    }

    beforeEach(async () => {
      as = await startAuthorizationServer()
    })
    afterEach(async () => {
      await Promise.all([...opened.map((connection) => connection.close()), as.close()])
      opened = []
    })

    it('sends the method, the path with its query, the headers and the content as given', async () => {
      await exchange()
      expect(as.calls).toMatchObject([
        { method: 'POST', url: '/introspect?tenant=a%20b', body: 'token=tok', headers: { accept: 'application/json', 'x-ours': '1' } },
      ])
    })

    it.each(wholeReplies)('hands over %s', async (_situation, reply, status, body) => {
      as.behave(reply)
      const exchanged = await exchange()
      expect(exchanged).toMatchObject({ status })
      expect('body' in exchanged && Buffer.from(exchanged.body).toString()).toBe(body)
      expect(as.calls.map(({ url }) => url)).toEqual(['/introspect?tenant=a%20b'])
    })

    it.each(brokenReplies)('fails on %s', async (_situation, reply, failure, replied) => {
      as.behave(reply)
      expect(await exchange()).toMatchObject({ failure, replied })
    })

    it.each(lateReplies)('gives up on %s at the deadline, and on the connection', async (_situation, reply) => {
      const ended = new Promise((resolve) => {
        as.behave((call, response) => {
          response.socket?.on('error', () => undefined).once('close', resolve)
          reply(call, response)
        })
      })
      expect(await exchange(as.introspectionEndpoint, 60)).toMatchObject({ failure: 'ENDPOINT_TIMEOUT' })
      await ended
    })

    it('takes a content of exactly as many bytes as allowed, decoded ones too', async () => {
      as.behave(raw('a'.repeat(100)), encoded('gzip', gzipSync('a'.repeat(100))))
      expect(await exchange()).toMatchObject({ status: 200 })
      expect(await exchange()).toMatchObject({ status: 200 })
    })

    it('gives every value of a response field, and undefined for one that is absent', async () => {
      as.behave(bytes('HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nx-twice: a\r\nX-Twice: b\r\ncontent-length: 0\r\n\r\n'))
      const exchanged = await exchange()
      const fields = ['retry-after', 'x-twice', 'x-none'].map((name) =>
        'failure' in exchanged ? exchanged.failure : exchanged.header(name),
      )
      expect(fields).toEqual(['7', 'a, b', undefined])
    })

    it('follows no redirect to another origin [IR-06] [IR-20]', async () => {
      const elsewhere = await startAuthorizationServer()
      as.behave(raw('', 307, { location: elsewhere.introspectionEndpoint }))
      expect(await exchange()).toMatchObject({ status: 307 })
      expect(elsewhere.calls).toEqual([])
      await elsewhere.close()
    })

    it("names the system's word when nobody listens", async () => {
      const exchanged = await exchange(`http://127.0.0.1:${await findClosedPort()}/introspect`)
      expect(exchanged).toEqual({ failure: 'ENDPOINT_UNREACHABLE', replied: false, systemCode: 'ECONNREFUSED' })
    })

    it('says nothing to a server whose certificate it does not trust [IR-05]', async () => {
      const heard: string[] = []
      const server = createServer(untrusted, (request, response) => {
        heard.push(request.url ?? '')
        response.end(active)
      })
      const { origin, close } = await listen(server)
      const exchanged = await exchange(origin.replace('http:', 'https:'))
      expect(exchanged).toEqual({ failure: 'ENDPOINT_UNREACHABLE', replied: false, systemCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
      expect(heard).toEqual([])
      await close()
    })
  })
}
