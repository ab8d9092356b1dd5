/**
 * Reads the authorization server's metadata, RFC 8414 §2, as what it is: untrusted. Whoever could write there where tokens and
 * credentials are sent would have them all. What is wrong is told in constant words.
 *
 * @module
 */
import { findFault, type Issuer } from './introspection-endpoint.ts'
import { isJson } from './media-type.ts'
import { networkOf } from './network-address.ts'
import type { HttpReply } from './runtime/runtime.ts'
import { readJsonObject } from './strict-json.ts'

/** What metadata say. */
export interface Discovered {
  readonly endpoint: URL
  /** The server's public keys; `undefined` where it names none, or a place that must not be gone to. */
  readonly jwksUri: URL | undefined
}

/** What is looked for in metadata. */
export interface Wanted extends Issuer {
  readonly endpointName: 'introspection_endpoint' | 'token_endpoint'
  /** How we authenticate there. */
  readonly method: string
  /** A parameter that the endpoint's query must not have, because we write it there. */
  readonly ownParameter?: string
}

const mutualTls = ['tls_client_auth', 'self_signed_tls_client_auth']
const assertions = ['client_secret_jwt', 'private_key_jwt']
// The registered ones. `bearer_token` is none of them, and with `none` the endpoint knows us in a way that metadata do not speak of.
const checkedMethods = ['client_secret_basic', 'client_secret_post', ...assertions, ...mutualTls]

/** Reads a document; `undefined` when it is the issuer's but does not name the endpoint. */
export function readMetadata(reply: HttpReply, wanted: Wanted): Discovered | { readonly fault: string } | undefined {
  if (!isJson(reply)) return { fault: 'its media type is not application/json' }
  const json = readJsonObject(reply.body)
  if ('fault' in json) return json
  const { members } = json
  // RFC 8414 §3.3: nothing else in it may be used then.
  if (members['issuer'] !== wanted.issuer) return { fault: 'its "issuer" is not the one configured' }
  const aliases = mutualTls.includes(wanted.method) ? (members['mtls_endpoint_aliases'] ?? {}) : {}
  if (!isObject(aliases)) return { fault: 'its "mtls_endpoint_aliases" is not an object' }
  const named = aliases[wanted.endpointName] ?? members[wanted.endpointName] ?? undefined
  if (named === undefined) return undefined
  const { url: endpoint, expected } = readUrl(named, wanted)
  if (endpoint === undefined) return { fault: `its "${wanted.endpointName}" must be ${expected}` }
  const { ownParameter: own } = wanted
  if (own !== undefined && endpoint.searchParams.has(own)) return { fault: `its "${wanted.endpointName}" has "${own}" in its query` }
  const fault = findAuthenticationFault(members, wanted)
  return fault === undefined ? { endpoint, jwksUri: readUrl(members['jwks_uri'], wanted).url } : { fault }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A URL that may be followed: never from the internet into a network where only we can go (RFC 9728 §7.7). */
function readUrl(value: unknown, { url: issuer, insecure }: Issuer): { readonly url?: URL; readonly expected: string } {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  const expected = findFault(url, insecure)
  if (url === undefined || expected !== undefined) return { expected: expected ?? '' }
  const network = networkOf(url.hostname)
  if (network !== undefined && network !== networkOf(issuer.hostname))
    return { expected: `outside of ${network} networks, as the issuer is` }
  if (url.protocol === 'http:' && issuer.protocol === 'https:' && !insecure) return { expected: 'an https URL, as the issuer is' }
  return { url, expected: '' }
}

/** Heeds what the server says of client authentication, where it says something (RFC 8414 §2). */
function findAuthenticationFault(members: Readonly<Record<string, unknown>>, { endpointName, method }: Wanted): string | undefined {
  const methods = members[`${endpointName}_auth_methods_supported`] ?? undefined
  if (!checkedMethods.includes(method) || methods === undefined) return undefined
  if (!Array.isArray(methods) || !methods.includes(method)) return `its "${endpointName}_auth_methods_supported" does not list "${method}"`
  const algorithms = members[`${endpointName}_auth_signing_alg_values_supported`] ?? undefined
  if (!assertions.includes(method) || algorithms === undefined) return undefined
  return Array.isArray(algorithms) && !algorithms.includes('none')
    ? undefined
    : `its "${endpointName}_auth_signing_alg_values_supported" is no list, or has "none" in it`
}
