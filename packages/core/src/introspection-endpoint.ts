/**
 * Reads the URL of an endpoint of the authorization server: https, or http where nobody can listen in (RFC 7662 §4).
 *
 * @module
 */
import { flag, type OptionFaults, type Reader } from './option-faults.ts'

/** Reads the URL of an endpoint, in the light of `allowInsecureEndpoint`. */
export function readEndpoint(members: Readonly<Record<string, unknown>>, faults: OptionFaults, name = 'introspectionEndpoint'): URL {
  const placeholder = new URL('https://invalid.example')
  const { [name]: value, allowInsecureEndpoint: allowed } = members
  const insecure = allowed === undefined ? false : flag(allowed, 'allowInsecureEndpoint', faults)
  if (value === undefined) {
    faults.say(`"${name}" is needed`)
    return placeholder
  }
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  const expected = url === undefined ? absolute : findFault(url, insecure === true)
  if (expected !== undefined) faults.expect(name, expected, value)
  return url ?? placeholder
}

/** Reads the URL of keys: whoever could change them on the way could sign, so that http is for loopback alone. */
export const keysUrl: Reader<URL> = (value, name, faults) => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  const expected = url === undefined ? absolute : findFault(url, false, '')
  return expected === undefined ? url : faults.expect(name, expected, value)
}

const absolute = 'an absolute https URL'

function findFault(url: URL, insecure: boolean, exception = ', or with "allowInsecureEndpoint: true"'): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return absolute
  if (url.username !== '' || url.password !== '') return 'a URL without user name and password'
  // An empty fragment is not in `hash`.
  if (url.href.includes('#')) return 'a URL without a fragment'
  if (url.protocol === 'https:' || isLoopback(url.hostname) || insecure) return undefined
  return `an https URL: http only on loopback${exception}`
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}
