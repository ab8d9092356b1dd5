/**
 * An exchange by a function of fetch's shape: the global one on the edge, or one of the application's own.
 *
 * @module
 */
import { type Connection, type ExchangeLimits, type HttpFailure, type HttpReply, type HttpRequest, systemCodeOf } from './runtime.ts'

/** What is asked of a transport: the global `fetch` fits. */
export type Transport = (
  url: string,
  init: {
    readonly method: string
    readonly headers: Record<string, string>
    readonly body?: string
    readonly redirect: 'manual'
    readonly signal: AbortSignal
  },
) => Promise<Response>

const decodable = new Set(['identity', 'gzip', 'x-gzip', 'deflate', 'br'])

/** Makes a connection of a transport. */
export function connectByFetch(transport: Transport): Connection {
  return {
    async exchange(request, limits) {
      const abort = new AbortController()
      const late = new Promise<HttpFailure>((resolve) => {
        limits.deadline.whenExpired(() => {
          resolve({ failure: 'ENDPOINT_TIMEOUT', replied: false })
          abort.abort()
        })
      })
      // A race, because a transport of the application's own may not heed the signal.
      return Promise.race([late, send(transport, request, limits, abort)])
    },
    close: () => Promise.resolve(),
  }
}

async function send(
  transport: Transport,
  request: HttpRequest,
  limits: ExchangeLimits,
  abort: AbortController,
): Promise<HttpReply | HttpFailure> {
  let response: Response
  try {
    response = await transport(request.url.href, {
      method: request.method,
      headers: { ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: 'manual',
      signal: abort.signal,
    })
  } catch (error) {
    return { failure: 'ENDPOINT_UNREACHABLE', replied: false, ...systemCodeOf(error) }
  }
  try {
    // What fetch cannot decode, it hands on as it came: anything might be read into that.
    // And a transport may have followed a redirect all the same: another server's word is not the endpoint's.
    if (response.redirected || !decodable.has((response.headers.get('content-encoding') ?? 'identity').toLowerCase())) {
      abort.abort()
      return { failure: 'RESPONSE_NOT_CONFORM', replied: true }
    }
    const body = await readBody(response, limits.maxBytes)
    if (body === undefined) {
      abort.abort()
      return { failure: 'RESPONSE_TOO_LARGE', replied: true }
    }
    return { status: response.status, header: (name) => response.headers.get(name) ?? undefined, body }
  } catch (error) {
    return { failure: 'ENDPOINT_UNREACHABLE', replied: true, ...systemCodeOf(error) }
  }
}

/** Reads the content up to a number of bytes; `undefined` when there is more. */
async function readBody(response: Response, maxBytes: number): Promise<Uint8Array | undefined> {
  if (response.body === null) return new Uint8Array()
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    size += step.value.byteLength
    if (size > maxBytes) {
      void reader.cancel().catch(() => undefined)
      return undefined
    }
    chunks.push(step.value)
  }
  const body = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.byteLength
  }
  return body
}
