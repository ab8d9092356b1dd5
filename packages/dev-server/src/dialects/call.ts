/**
 * A request to a dialect, read, and the reply to it, written.
 *
 * @module
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { type Note, noteOf } from '../note.ts'

/** A request whose body has been read. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** Empty when the body was no form. */
  readonly form: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** What the watch is to know of it. */
  readonly note: Note
}

/** What is answered. */
export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** The body, as JSON; none when it is left out. */
  readonly json?: unknown
}

const longestBody = 65_536

/** Reads a request; `undefined` when its body is longer than 64 KiB. */
export async function readCall(request: IncomingMessage): Promise<Call | undefined> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > longestBody) return undefined
    chunks.push(chunk)
  }
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers['content-type'] ?? '')
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    form: new URLSearchParams(isForm ? Buffer.concat(chunks).toString('utf8') : ''),
    headers: request.headers,
    note: noteOf(request),
  }
}

/** Writes a reply. What is said about tokens is not for caches (RFC 6749 §5.1). */
export function writeReply(response: ServerResponse, { status, headers = {}, json }: Reply): void {
  response.statusCode = status
  response.setHeader('Cache-Control', 'no-store')
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  if (json === undefined) response.end()
  else response.setHeader('Content-Type', 'application/json;charset=UTF-8').end(JSON.stringify(json))
}

/** An error of OAuth 2.0, RFC 6749 §5.2. */
export function oauthError(status: number, error: string, description: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, json: { error, error_description: description } }
}
