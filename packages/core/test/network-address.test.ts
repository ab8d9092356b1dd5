import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { networkOf } from '../src/network-address.ts'

const of = (host: string): unknown => networkOf(new URL(`https://${host}/`).hostname)

const inside: readonly (readonly [network: string, hosts: readonly string[]])[] = [
  ['loopback', ['127.0.0.1', '127.255.255.255', '127.0.0.1.', '127.1', '0x7f.1', '2130706433', '017700000001']],
  ['loopback', ['localhost', 'LOCALHOST', 'localhost.', 'as.localhost', 'as.localhost.']],
  ['loopback', ['[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::127.0.0.1]']],
  ['loopback', ['[2002:7f00:1::]', '[2002:7f00:1::8]']],
  ['link-local', ['169.254.0.0', '169.254.169.254', '169.254.255.255', '2852039166', '[::ffff:169.254.169.254]']],
  ['link-local', ['[fe80::1]', '[febf:ffff::]', '[64:ff9b::a9fe:a9fe]', '[2002:a9fe:a9fe::]']],
  ['private', ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255']],
  ['private', ['100.64.0.0', '100.100.100.200', '100.127.255.255', '[::ffff:10.0.0.1]', '[::ffff:192.168.1.1]']],
  ['private', ['[fc00::]', '[fd00:ec2::254]', '[fdff:ffff::]', '[fec0::1]', '[feff::]']],
  ['reserved', ['0.0.0.0', '0', '0.255.255.255', '[::]', '[::ffff:0.0.0.0]']],
  ['reserved', ['192.0.0.0', '192.0.0.255', '198.18.0.0', '198.19.255.255', '224.0.0.0', '239.1.2.3', '240.0.0.0', '255.255.255.255']],
  ['reserved', ['[ff02::1]', '[100::1]', '[::ffff:0:7f00:1]', '[64:ff9b:1::7f00:1]', '[1fff::]', '[4000::]', '[1::1]']],
]

const outside = [
  ...['8.8.8.8', '1.0.0.0', '9.255.255.255', '11.0.0.0', '126.255.255.255', '128.0.0.0', '169.253.255.255', '169.255.0.0'],
  ...['172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0', '100.63.255.255', '100.128.0.0', '192.0.1.0'],
  ...['198.17.255.255', '198.20.0.0', '223.255.255.255', '101.64.0.0', '110.64.0.0'],
  ...['[2001:4860:4860::8888]', '[2000::]', '[3fff::1]', '[::ffff:8.8.8.8]', '[64:ff9b::8.8.8.8]', '[2002:808:808::]', '[2003:7f00:1::]'],
  ...['as.example', 'localhost.evil.example', 'notlocalhost', '127.0.0.1.evil.example', '10.0.0.1.nip.example', 'localhostx'],
]

describe('an address', () => {
  it.each(inside)('is known as %s, however it is written: %p [MD-21]', (network, hosts) => {
    for (const host of hosts) expect([host, of(host)]).toEqual([host, network])
  })

  it.each(outside)('leads into the internet, or wherever DNS says: %s', (host) => {
    expect(of(host)).toBeUndefined()
  })

  it('means the same in IPv4, mapped into IPv6, by NAT64 and by 6to4', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
        const [high, low] = [(a * 256 + b).toString(16), (c * 256 + d).toString(16)]
        const network = of(address)
        const others = [`[::ffff:${address}]`, `[::ffff:${high}:${low}]`, `[64:ff9b::${high}:${low}]`, `[2002:${high}:${low}::1]`]
        expect(others.map(of)).toEqual(others.map(() => network))
      }),
    )
  })

  it('of IPv6 outside of global unicast is never taken for one of the internet, unless one of IPv4 is in it', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const { hostname } = new URL(`https://[${address}]/`)
        if (/^\[(?:[23][0-9a-f]{3}:|::|64:ff9b:)/.test(hostname)) return
        expect(networkOf(hostname)).toBeDefined()
      }),
    )
  })
})
