/**
 * Finds the one access token of a request: in the header, and where it is switched on, in the form or the query, RFC 6750 §2.
 * A request that presents more than one is ambiguous, whatever they are (§3.1).
 *
 * @module
 */
import { type PresentationRules, type Presented, readBearerToken, readToken } from './bearer-token.ts'
import { type ResourceRequest, readContent } from './resource-request.ts'

/** Places of RFC 6750 §2 where a token may stand. */
export type TokenPlace = 'header' | 'form' | 'query'

/** Where tokens are looked for: these places, or wherever a function of the application finds one. */
export type TokenSources<Native = unknown> = readonly TokenPlace[] | ((request: ResourceRequest<Native>) => string | undefined)

/** How a token may be presented. */
export interface SourceRules extends PresentationRules {
  readonly sources: TokenSources
}

/** What a request presents; a promise only where its form must be read first. Throws what the application's function throws. */
export function readPresented(request: ResourceRequest, rules: SourceRules): Presented | Promise<Presented> {
  const { sources } = rules
  if (typeof sources === 'function') return readBySource(sources(request), rules)
  if (sources.length === 1 && sources[0] === 'header') return readBearerToken(request, rules)
  const found: Presented[] = []
  if (sources.includes('header')) found.push(readBearerToken(request, rules))
  if (sources.includes('query')) found.push(readOnly(readQuery(request.url), rules))
  if (!sources.includes('form') || !isForm(request)) return unite(found)
  return readForm(request).then((tokens) => unite([...found, readOnly(tokens, rules)]))
}

/** Whatever an application's function finds is held against the same rules. */
function readBySource(found: unknown, rules: PresentationRules): Presented {
  if (found === undefined || found === null || found === '') return missing
  if (typeof found === 'string') return readToken(found, rules)
  throw new TypeError('the function given as "tokenSources" must return a string or undefined')
}

function unite(found: readonly Presented[]): Presented {
  const [first, ...others] = found.filter((presented) => !('nothing' in presented))
  if (others.length > 0) return ambiguous
  // Of places that have nothing, the header stands first, and only it can have a scheme that is not offered.
  return first ?? found[0] ?? missing
}

const missing: Presented = { nothing: 'token_missing' }
const ambiguous: Presented = { fault: 'request_malformed' }

/** A parameter that is there more than once, or is empty, is malformed (RFC 6749 §3.1, RFC 6750 §3.1). */
function readOnly(tokens: readonly unknown[], rules: PresentationRules): Presented {
  const [token] = tokens
  if (tokens.length === 0) return missing
  return tokens.length > 1 || typeof token !== 'string' || token === '' ? ambiguous : readToken(token, rules)
}

function readQuery(url: string): readonly string[] {
  const start = url.indexOf('?')
  return start < 0 ? [] : readUrlEncoded(url.slice(start + 1))
}

function readUrlEncoded(text: string): readonly string[] {
  // The "&" keeps URLSearchParams from taking a leading "?" away, which belongs to the first name.
  return new URLSearchParams(`&${text}`).getAll('access_token')
}

const methodsWithContent = new Set(['POST', 'PUT', 'PATCH'])

/** RFC 6750 §2.2: a method that gives content a meaning, and content of this one type, in one part. */
function isForm(request: ResourceRequest): boolean {
  if (!methodsWithContent.has(request.method)) return false
  const [type = '', ...others] = request.header('content-type')
  if (others.length > 0 || !/^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i.test(type)) return false
  return request.header('content-encoding').every((encoding) => /^identity$/i.test(encoding))
}

const limits = { maxBytes: 1_048_576, timeoutMs: 10_000 }

/** The values of `access_token`, from what the application has parsed, else from the content itself. */
async function readForm(request: ResourceRequest): Promise<readonly unknown[]> {
  const { body } = request
  if (typeof body === 'string') return readUrlEncoded(body)
  if (body instanceof URLSearchParams || body instanceof FormData) return body.getAll('access_token')
  if (typeof body === 'object' && body !== null && !(body instanceof Uint8Array) && Object.hasOwn(body, 'access_token')) {
    const { access_token: parsed } = body as { readonly access_token: unknown }
    return [parsed]
  }
  // Parsers that pass a form by leave an empty object behind: only the content itself tells.
  const content = body instanceof Uint8Array ? body : await readContent(request, limits)
  // ASCII and nothing else (RFC 6750 §2.2).
  if (content === undefined || content.some((byte) => byte > 0x7f)) return []
  return readUrlEncoded(new TextDecoder().decode(content))
}
