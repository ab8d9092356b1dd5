/**
 * Reads the content of signals, up to a size, from the request or from what the application has made of it.
 *
 * @module
 */
import { type ResourceRequest, readContent } from '../resource-request.ts'

/** Tells whether the content is said to be of this media type, and of no other. */
export function isOfType(request: ResourceRequest, type: string): boolean {
  const [line = '', ...others] = request.header('content-type')
  return others.length === 0 && line.split(';', 1)[0]?.trim().toLowerCase() === type
}

// A logout token has some hundred bytes, a Security Event Token with many aliases some thousand.
const limits = { maxBytes: 65_536, timeoutMs: 10_000 }

/** The content; `undefined` where there is too much of it, or not all of it comes. */
export async function readBounded(request: ResourceRequest): Promise<Uint8Array | undefined> {
  const { body } = request
  const parsed = typeof body === 'string' ? new TextEncoder().encode(body) : body instanceof Uint8Array ? body : undefined
  if (parsed !== undefined) return parsed.length > limits.maxBytes ? undefined : parsed
  const [length = '0'] = request.header('content-length')
  return Number(length) > limits.maxBytes ? undefined : readContent(request, limits)
}

/** Whether it says of itself that it is not too large. */
export function isBounded(request: ResourceRequest): boolean {
  const [length = 'unknown'] = request.header('content-length')
  return Number(length) <= limits.maxBytes
}

/** The values of a parameter, from what the application has parsed, else from the content itself. */
export async function readForm(request: ResourceRequest, name: string): Promise<readonly unknown[] | undefined> {
  const { body } = request
  if (body instanceof URLSearchParams || body instanceof FormData) return body.getAll(name)
  if (typeof body === 'object' && body !== null && !(body instanceof Uint8Array) && Object.hasOwn(body, name)) {
    const { [name]: value } = body as Readonly<Record<string, unknown>>
    return [value]
  }
  const content = await readBounded(request)
  return content === undefined ? undefined : new URLSearchParams(`&${new TextDecoder().decode(content)}`).getAll(name)
}
