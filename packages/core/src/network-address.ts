/**
 * Tells addresses that lead to the machine itself or into a network of its own from those of the internet, RFC 6890.
 * Reads the `hostname` of a URL, which WHATWG has brought into one form: `0x7f.1` is `127.0.0.1` there. Names are not looked up.
 *
 * @module
 */

/** Where an address leads, if not into the internet. */
export type Network = 'loopback' | 'link-local' | 'private' | 'reserved'

const ipv4: readonly (readonly [RegExp, Network])[] = [
  [/^127\./, 'loopback'],
  [/^169\.254\./, 'link-local'],
  [/^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./, 'private'],
  // This network, protocol assignments, benchmarks; multicast and all above it.
  [/^(?:0|192\.0\.0|198\.1[89]|22[4-9]|2[3-5]\d)\./, 'reserved'],
]

/** Where a host of a URL leads; `undefined`: into the internet, or wherever DNS says. */
export function networkOf(hostname: string): Network | undefined {
  if (hostname.startsWith('[')) return networkOfIpv6(expand(hostname.slice(1, -1)))
  const name = hostname.replace(/\.$/, '')
  // RFC 6761 §6.3: such names are never anything else.
  return name === 'localhost' || name.endsWith('.localhost') ? 'loopback' : networkOfIpv4(name)
}

function networkOfIpv4(address: string): Network | undefined {
  return /^\d+(?:\.\d+){3}$/.test(address) ? ipv4.find(([pattern]) => pattern.test(address))?.[1] : undefined
}

function networkOfIpv6(groups: readonly number[]): Network | undefined {
  const [first = 0, second = 0, third = 0] = groups
  const [seventh = 0, last = 0] = groups.slice(6)
  const isZero = (from: number, to: number): boolean => groups.slice(from, to).every((group) => group === 0)
  if (isZero(0, 7) && last === 1) return 'loopback'
  // IPv4 in IPv6: mapped, compatible, NAT64 (RFC 6052), 6to4 (RFC 3056).
  const mapped = isZero(0, 5) && (groups[5] === 0xffff || groups[5] === 0)
  if (mapped || (first === 0x64 && second === 0xff9b && isZero(2, 6))) return networkOfIpv4(dotted(seventh, last))
  if (first === 0x2002) return networkOfIpv4(dotted(second, third))
  if ((first & 0xffc0) === 0xfe80) return 'link-local'
  if ((first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfec0) return 'private'
  return (first & 0xe000) === 0x2000 ? undefined : 'reserved'
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** The eight groups of an address. */
function expand(address: string): number[] {
  const [start = [], end = []] = address.split('::').map((part) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16))))
  return [...start, ...Array.from({ length: 8 - start.length - end.length }, () => 0), ...end]
}
