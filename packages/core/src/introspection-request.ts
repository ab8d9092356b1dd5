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
  const query: Record<string, string> = {}
  const form: Record<string, string> = {}
  if (tokenIn.includes('query')) query[tokenParameter] = token
  if (tokenIn.includes('form')) form[formParameter] = token
  const hintInForm = method === 'POST' && (tokenIn.includes('form') || !tokenIn.includes('query'))
  if (tokenTypeHint !== undefined) (hintInForm ? form : query)['token_type_hint'] = tokenTypeHint
  Object.assign(method === 'GET' ? query : form, rules.parameters, credentials.form)

  const headers: Record<string, string> = { accept }
  if (method === 'POST') headers['content-type'] = 'application/x-www-form-urlencoded'
  Object.assign(headers, rules.headers)
  if (rules.tokenHeader !== undefined) headers[rules.tokenHeader] = token
  Object.assign(headers, credentials.headers)
  const url = withQuery(endpoint, query)
  return method === 'GET' ? { method, url, headers } : { method, url, headers, body: writeForm(form) }
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
