/**
 * Reads the URL of an endpoint of the authorization server: https, or http where nobody can listen in (RFC 7662 §4).
 *
 * @module
 */
import { networkOf } from './network-address.ts'
import { flag, type OptionFaults, type Reader } from './option-faults.ts'

/** The issuer by whose metadata endpoints are found. */
export interface Issuer {
  /** As it was given: metadata must name it character by character (RFC 8414 §3.3). */
  readonly issuer: string
  readonly url: URL
  /** `allowInsecureEndpoint`. */
  readonly insecure: boolean
}

/** Reads where to ask: at the endpoint of this name, or where there is none, at the one that the metadata of `issuer` name. */
export function readWhereToAsk(
  members: Readonly<Record<string, unknown>>,
  faults: OptionFaults,
  name = 'introspectionEndpoint',
): URL | Issuer {
  const { [name]: endpoint, issuer, allowInsecureEndpoint } = members
  if (endpoint !== undefined || typeof issuer !== 'string' || issuer === '') {
    return readEndpoint(members, faults, name, ', or "issuer" to find it by')
  }
  const url = readEndpoint(members, faults, 'issuer')
  // An empty query is not in `search`.
  if (url.href.includes('?')) faults.expect('issuer', 'a URL without a query (RFC 8414 §2)', issuer)
  return { issuer, url, insecure: allowInsecureEndpoint === true }
}

/** Reads the URL of an endpoint, in the light of `allowInsecureEndpoint`. */
function readEndpoint(
  members: Readonly<Record<string, unknown>>,
  faults: OptionFaults,
  name = 'introspectionEndpoint',
  otherwise = '',
): URL {
  const placeholder = new URL('https://invalid.example')
  const { [name]: value, allowInsecureEndpoint: allowed } = members
  const insecure = allowed === undefined ? false : flag(allowed, 'allowInsecureEndpoint', faults)
  if (value === undefined) {
    faults.sayNeeded(`"${name}" is needed${otherwise}`, name, 'issuer')
    return placeholder
  }
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  const expected = findFault(url, insecure === true)
  if (expected !== undefined) faults.expect(name, expected, value)
  return url ?? placeholder
}

/** Reads the URL of keys, or of what ends tokens: whoever could change that on the way could sign, so that http is for loopback alone. */
export const secureUrl: Reader<URL> = (value, name, faults) => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  const expected = findFault(url, false, '')
  return expected === undefined ? url : faults.expect(name, expected, value)
}

const absolute = 'an absolute https URL'

/** What a URL should be instead, if anything. */
export function findFault(
  url: URL | undefined,
  insecure: boolean,
  exception = ', or with "allowInsecureEndpoint: true"',
): string | undefined {
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return absolute
  if (url.username !== '' || url.password !== '') return 'a URL without user name and password'
  // An empty fragment is not in `hash`.
  if (url.href.includes('#')) return 'a URL without a fragment'
  if (url.protocol === 'https:' || networkOf(url.hostname) === 'loopback' || insecure) return undefined
  return `an https URL: http only on loopback${exception}`
}
