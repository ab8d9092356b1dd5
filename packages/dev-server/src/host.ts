/**
 * The host to listen on: which hosts are loopback, and how a URL spells them.
 *
 * @module
 */
import { BlockList, isIP, isIPv6 } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether only this machine can reach the host. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 0) return host.toLowerCase() === 'localhost'
  return loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4')
}

/** Whether it is an IP address or a host name that a URL holds unchanged. */
export function isHost(host: string): boolean {
  if (isIPv6(host)) return !host.includes('%')
  if (host.includes('[')) return false
  const url = `http://${host}:1/`
  return URL.canParse(url) && new URL(url).hostname === host.toLowerCase()
}

/** The origin of a server that listens there. A wildcard address is no name for a server: loopback stands for it. */
export function originOf(host: string, port: number): string {
  if (host === '0.0.0.0') return originOf('127.0.0.1', port)
  if (host === '::') return originOf('::1', port)
  return new URL(`http://${isIPv6(host) ? `[${host}]` : host}:${port}`).origin
}
