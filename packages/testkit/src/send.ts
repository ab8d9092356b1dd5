/**
 * Sends a request as it is written: repeated header lines stay lines, nothing is added but `Host` and `Connection`.
 *
 * @module
 */
import { request } from 'node:http'

/** A request to a guarded application. */
export interface SentRequest {
  readonly method?: string
  readonly path?: string
  /** Lines in order; names may repeat. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
}

/** What came back; `lines` gives every line of a header field. */
export interface Received {
  readonly status: number
  readonly body: string
  readonly json: unknown
  lines(name: string): readonly string[]
  header(name: string): string | undefined
}

/** Sends a request to an origin on loopback. */
export function send(origin: string, { method = 'GET', path = '/', headers = [], body }: SentRequest): Promise<Received> {
  const { hostname, port, host } = new URL(origin)
  const lines = [
    ['Host', host],
    ['Connection', 'close'],
    ...headers,
    ...(body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(body))]]),
  ]
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, method, path, agent: false, headers: lines.flat() as unknown as Record<string, string> },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          const read = (name: string): string[] => {
            const values: string[] = []
            for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
              if (incoming.rawHeaders[at]?.toLowerCase() === name.toLowerCase()) values.push(incoming.rawHeaders[at + 1] ?? '')
            }
            return values
          }
          resolve({ status: incoming.statusCode ?? 0, body: text, json: parse(text), lines: read, header: (name) => read(name)[0] })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
