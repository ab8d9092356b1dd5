/**
 * Writes one introspection request, RFC 7662 §2.1: by default a form over POST; otherwise as odd servers want it, always encoded.
 *
 * @module
 */
import type { Credentials } from './client-authentication/client-authentication.ts'
import { writeForm } from './form.ts'
import type { HttpRequest } from './runtime/runtime.ts'

/** Where the token stands in an introspection request. */
export type TokenIn = 'form' | 'query' | 'header'

/** The shape of introspection requests. */
export interface RequestRules {
  readonly method: 'POST' | 'GET'
  readonly tokenIn: readonly TokenIn[]
  readonly tokenParameter: string
  /** The parameter that holds the token in the form, where it is another than in the query. */
  readonly formParameter?: string
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

/** Writes the request about a token. The hint goes where the token goes; everything else into the form, or where there is none, into the query. */
export function writeIntrospectionRequest(
  endpoint: URL,
  token: string,
  credentials: Credentials,
  rules: RequestRules,
  accept: string,
): HttpRequest {
  const { method, tokenIn, tokenParameter, formParameter = tokenParameter, tokenTypeHint } = rules
  const hint = tokenTypeHint === undefined ? {} : { token_type_hint: tokenTypeHint }
  const inForm = tokenIn.includes('form') ? { [formParameter]: token } : {}
  const inQuery = tokenIn.includes('query') ? { [tokenParameter]: token } : {}
  const hintInForm = method === 'POST' && (tokenIn.includes('form') || !tokenIn.includes('query'))
  const others = { ...rules.parameters, ...credentials.form }
  const url = withQuery(endpoint, { ...inQuery, ...(hintInForm ? {} : hint), ...(method === 'GET' ? others : {}) })
  const headers = {
    accept,
    ...rules.headers,
    ...(rules.tokenHeader === undefined ? {} : { [rules.tokenHeader]: token }),
    ...credentials.headers,
  }
  if (method === 'GET') return { method, url, headers }
  const body = writeForm({ ...inForm, ...(hintInForm ? hint : {}), ...others })
  return { method, url, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body }
}

/** The endpoint's own query is kept as it is (RFC 6749 §3.2). */
function withQuery(endpoint: URL, query: Readonly<Record<string, string>>): URL {
  const more = writeForm(query)
  if (more === '') return endpoint
  const url = new URL(endpoint)
  url.search = url.search === '' ? more : `${url.search}&${more}`
  return url
}

/** Everything about the shape that can change an answer, for the key under which it is remembered. */
export function identifyRequest(rules: RequestRules): readonly string[] {
  const { method, tokenIn, tokenParameter, formParameter = tokenParameter, tokenHeader = '', tokenTypeHint = '' } = rules
  const token = [tokenIn.join(' '), tokenParameter, formParameter, tokenHeader, tokenTypeHint]
  return [method, ...token, ...listed(rules.parameters), ...listed(rules.headers)]
}

function listed(fields: Readonly<Record<string, string>>): readonly string[] {
  const entries = Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1))
  return [String(entries.length), ...entries.flat()]
}
