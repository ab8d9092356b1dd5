/**
 * Writes one introspection request, RFC 7662 §2.1: by default a form over POST; otherwise as odd servers want it, always encoded.
 *
 * @module
 */
import type { Credentials } from './client-authentication/client-authentication.ts'
import type { HttpRequest } from './runtime/runtime.ts'

/** Where the token stands in an introspection request. */
export type TokenIn = 'form' | 'query' | 'header'

/** The shape of introspection requests. */
export interface RequestRules {
  readonly method: 'POST' | 'GET'
  readonly tokenIn: readonly TokenIn[]
  readonly tokenParameter: string
  readonly tokenHeader: string | undefined
  readonly tokenTypeHint: string | undefined
  readonly parameters: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

/** The form and media type that RFC 7662 §2.1 has. */
export const standardRequest: RequestRules = {
  method: 'POST',
  tokenIn: ['form'],
  tokenParameter: 'token',
  tokenHeader: undefined,
  tokenTypeHint: 'access_token',
  parameters: {},
  headers: {},
}

/** Writes the request about a token. What is not the token goes into the form, or where there is none, into the query. */
export function writeIntrospectionRequest(
  endpoint: URL,
  token: string,
  credentials: Credentials,
  rules: RequestRules,
  accept: string,
): HttpRequest {
  const ofToken = { [rules.tokenParameter]: token }
  const hint = rules.tokenTypeHint === undefined ? {} : { token_type_hint: rules.tokenTypeHint }
  const others = { ...hint, ...rules.parameters, ...credentials.form }
  const inForm = rules.method === 'POST'
  const query = { ...(rules.tokenIn.includes('query') ? ofToken : {}), ...(inForm ? {} : others) }
  const headers = {
    accept,
    ...rules.headers,
    ...(rules.tokenHeader === undefined ? {} : { [rules.tokenHeader]: token }),
    ...credentials.headers,
  }
  const url = withQuery(endpoint, query)
  if (!inForm) return { method: 'GET', url, headers }
  const body = new URLSearchParams({ ...(rules.tokenIn.includes('form') ? ofToken : {}), ...others }).toString()
  return { method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body }
}

/** The endpoint's own query is kept as it is (RFC 6749 §3.2). */
function withQuery(endpoint: URL, query: Readonly<Record<string, string>>): URL {
  const more = new URLSearchParams(query).toString()
  if (more === '') return endpoint
  const url = new URL(endpoint)
  url.search = url.search === '' ? more : `${url.search}&${more}`
  return url
}

/** Everything about the shape that can change an answer, for the key under which it is remembered. */
export function identifyRequest(rules: RequestRules): readonly string[] {
  const { method, tokenIn, tokenParameter, tokenHeader = '', tokenTypeHint = '', parameters, headers } = rules
  return [method, tokenIn.join(' '), tokenParameter, tokenHeader, tokenTypeHint, ...listed(parameters), ...listed(headers)]
}

function listed(fields: Readonly<Record<string, string>>): readonly string[] {
  const entries = Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1))
  return [String(entries.length), ...entries.flat()]
}
