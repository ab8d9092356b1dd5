/**
 * Writes a refusal where there is no adapter: WebSocket upgrades, plain `http` servers, fetch handlers.
 *
 * @module
 */
import type { Header, Refused } from './challenge.ts'

/** The part of Node's `ServerResponse` that is used. */
export interface NodeOutgoing {
  readonly headersSent: boolean
  statusCode: number
  setHeader(name: string, value: string): unknown
  appendHeader(name: string, value: string): unknown
  end(content?: string): unknown
}

/** Tells whether a header of ours goes beside what others have set, instead of in its place. */
export function isAppended(name: string): boolean {
  return name === 'WWW-Authenticate' || name === 'Vary' || name === 'Access-Control-Expose-Headers'
}

/** The refusal as a web `Response`. */
export function refusalResponse(refused: Refused): Response {
  const headers = new Headers({ 'Content-Type': 'application/json' })
  for (const [name, value] of refused.headers) headers.append(name, value)
  return new Response(JSON.stringify(refused.body), { status: refused.status, headers })
}

/** Writes the refusal to a Node response, beside the headers that are there; does nothing when an answer has been sent already. */
export function writeRefusal(refused: Refused, response: NodeOutgoing): void {
  if (response.headersSent) return
  response.statusCode = refused.status
  writeHeaders(refused.headers, response)
  response.setHeader('Content-Type', 'application/json')
  // To HEAD, Node sends the headers and leaves the content out by itself.
  response.end(JSON.stringify(refused.body))
}

/** Writes headers to a Node response that has not been sent. */
export function writeHeaders(headers: readonly Header[], response: NodeOutgoing): void {
  for (const [name, value] of headers) {
    if (isAppended(name)) response.appendHeader(name, value)
    else response.setHeader(name, value)
  }
}
