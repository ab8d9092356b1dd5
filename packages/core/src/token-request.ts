/**
 * The request for an access token by the client credentials grant, RFC 6749 §4.4.2.
 *
 * @module
 */
import type { Credentials } from './client-authentication/client-authentication.ts'
import type { OptionFaults } from './option-faults.ts'
import type { HttpRequest } from './runtime/runtime.ts'

/** Names with their values; a name may come again. */
export type Fields = readonly (readonly [name: string, value: string])[]

const reserved = ['grant_type', 'scope', 'resource', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type']

/** Reads parameters of the application's own. */
export function readParameters(value: unknown, faults: OptionFaults): Fields {
  if (value === undefined) return []
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined
  if (entries === undefined) faults.expect('parameters', 'an object of strings', value)
  const parameters: (readonly [string, string])[] = []
  for (const [name, content] of entries ?? []) {
    if (reserved.includes(name)) faults.say(`"parameters" must not have "${name}", which has a meaning of its own`)
    else if (typeof content === 'string') parameters.push([name, content])
    else faults.expect(`parameters.${name}`, 'a string', content)
  }
  return parameters
}

/** Writes the request; `query` is what stands in the URL beside what is there. */
export function writeTokenRequest(endpoint: URL, form: Fields, query: Fields, credentials: Credentials): HttpRequest {
  const url = new URL(endpoint)
  const more = new URLSearchParams(query.map(([name, value]) => [name, value])).toString()
  if (more !== '') url.search = url.search === '' ? more : `${url.search}&${more}`
  const fields = [...form, ...Object.entries(credentials.form ?? {})]
  return {
    method: 'POST',
    url,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...credentials.headers },
    body: new URLSearchParams(fields.map(([name, value]) => [name, value])).toString(),
  }
}
