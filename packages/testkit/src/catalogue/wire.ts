/**
 * A client of raw HTTP/1.1: the bytes of a row go out as they are, and what comes back is read without leniency of a library.
 *
 * @module
 */
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Certificate } from '../certificates.ts'
import type { ClientRequest, Lines } from './row.ts'

/** What came back. Status 0: the connection ended without an answer, or none came in time. */
export interface Answer {
  readonly status: number
  readonly headers: Lines
  readonly body: string
  /** All of it, as it came. */
  readonly text: string
  readonly milliseconds: number
}

/** The bytes of a request; `Host` and `Content-Length` are added where they are missing. */
export function bytesOf({ raw, method = 'GET', path = '/r', headers = [], body, encoding }: ClientRequest, more: Lines = []): Buffer {
  const coding = encoding ?? 'latin1'
  if (raw !== undefined) return Buffer.from(raw, coding)
  const content = Buffer.from(body ?? '')
  const has = (name: string): boolean => headers.some(([known]) => known.toLowerCase() === name)
  const lines = [
    ...(has('host') ? [] : [['Host', 'api.example'] as const]),
    ...headers,
    ...more,
    ...(body === undefined || has('content-length') ? [] : [['Content-Length', String(content.length)] as const]),
  ]
  const head = [`${method} ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head, coding), content])
}

/** The values of a header field, line by line. */
export function linesOf({ headers }: Pick<Answer, 'headers'>, name: string): readonly string[] {
  return headers.filter(([known]) => known.toLowerCase() === name).map(([, value]) => value)
}

const patienceMs = 5000

/** A connection to an application. */
export class Connection {
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #ended = false
  #wake = (): void => undefined

  constructor(origin: string, certificate?: Certificate) {
    const { protocol, port } = new URL(origin)
    const to = { port: Number(port), host: '127.0.0.1', noDelay: true }
    this.#socket = protocol === 'https:' ? connectTls({ ...to, rejectUnauthorized: false, ...certificate }) : connect(to)
    const end = (): void => {
      this.#ended = true
      this.#wake()
    }
    this.#socket
      .on('data', (chunk: Buffer) => {
        this.#received = Buffer.concat([this.#received, chunk])
        this.#wake()
      })
      .on('end', end)
      .on('close', end)
      .on('error', end)
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  /** Waits for the next answer. */
  async read(method = 'GET'): Promise<Answer> {
    const started = performance.now()
    for (;;) {
      const read = readAnswer(this.#received, method, this.#ended)
      const milliseconds = performance.now() - started
      if (read !== undefined) {
        this.#received = read.rest
        return { ...read.answer, milliseconds }
      }
      if (this.#ended || milliseconds > patienceMs) {
        return { status: 0, headers: [], body: '', text: this.#received.toString('latin1'), milliseconds }
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  close(): void {
    this.#socket.destroy()
  }
}

interface ReadAnswer {
  readonly answer: Omit<Answer, 'milliseconds'>
  readonly rest: Buffer
}

function readAnswer(received: Buffer, method: string, ended: boolean): ReadAnswer | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = received.subarray(0, end).toString('latin1')
  const [start = '', ...lines] = head.split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(start)?.[1] ?? Number.NaN)
  const after = received.subarray(end + 4)
  // Interim replies, but for the switch of protocols, which is one's last word.
  if (status >= 100 && status < 200 && status !== 101) return readAnswer(after, method, ended)
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const)
  const body = readBody(after, linesOf({ headers }, 'transfer-encoding')[0], linesOf({ headers }, 'content-length')[0], {
    ended,
    none: method === 'HEAD' || status === 204 || status === 304,
  })
  if (body === undefined) return undefined
  const text = body.content.toString()
  return { answer: { status, headers, body: text, text: `${head}\r\n\r\n${text}` }, rest: body.rest }
}

function readBody(
  received: Buffer,
  coding: string | undefined,
  length: string | undefined,
  { ended, none }: { readonly ended: boolean; readonly none: boolean },
): { readonly content: Buffer; readonly rest: Buffer } | undefined {
  if (none) return { content: Buffer.alloc(0), rest: received }
  if (coding === 'chunked') return readChunks(received)
  if (length === undefined) return ended ? { content: received, rest: Buffer.alloc(0) } : undefined
  const end = Number(length)
  return received.length < end ? undefined : { content: received.subarray(0, end), rest: received.subarray(end) }
}

function readChunks(received: Buffer): { readonly content: Buffer; readonly rest: Buffer } | undefined {
  const chunks: Buffer[] = []
  for (let rest = received; ; ) {
    const line = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.subarray(0, line).toString(), 16)
    if (line < 0 || rest.length < line + 2 + size + 2) return undefined
    chunks.push(rest.subarray(line + 2, line + 2 + size))
    rest = rest.subarray(line + 2 + size + 2)
    if (size === 0) return { content: Buffer.concat(chunks), rest }
  }
}
