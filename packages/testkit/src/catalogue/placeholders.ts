/**
 * Fills the placeholders of a row: the token, times, thumbprints, long texts. Times count from the start of the row.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { clientCertificates } from '../certificates.ts'
import { certificateThumbprint, digest, keys, octets, thumbprint } from './keys.ts'
import type { Row } from './row.ts'

/** What rows are filled with. */
export interface Filling {
  readonly token: string
  /** Seconds since epoch. */
  readonly start: number
}

// A JWE whose content nobody reads: five parts, and a header that says so.
const jwe = [JSON.stringify({ alg: 'dir', enc: 'A128GCM' }), '', 'initial', 'content', 'tag']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')

/** Filled where they are used: the origin and the URL of the endpoint, the index in a loop, what a challenge may say. */
const later = /^\{\{(?:i|self|as|algs|proof)\}\}$/

/** Fills a row. @throws {Error} when it has a placeholder that is not known. */
export function fillRow(row: Row, filling: Filling): Row {
  return fill(row, filling, row.request.client_cert ?? 'client-a') as Row
}

function fill(value: unknown, filling: Filling, certificate: keyof typeof clientCertificates): unknown {
  if (typeof value === 'string') return value.includes('{{') ? fillText(value, filling, certificate) : value
  if (Array.isArray(value)) return value.map((item) => fill(item, filling, certificate))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [String(fill(name, filling, certificate)), fill(member, filling, certificate)]),
  )
}

function fillText(text: string, { token, start }: Filling, certificate: keyof typeof clientCertificates): unknown {
  const time = (offset: string | undefined): number => start + Number(offset ?? 0)
  const alone = /^\{\{(ms:)?now([+-][\d.]+)?\}\}$/.exec(text)
  if (alone !== null) return time(alone[2]) * (alone[1] === undefined ? 1 : 1000)
  if (text === '{{attacker_jwk}}') return keys.attacker.jwk
  if (text === '{{oct_jwk}}') return octets

  const fillOne = (whole: string, placeholder: string): string => {
    const [name = '', ...rest] = placeholder.split(':')
    const argument = rest.join(':')
    const [repeated = '', times = ''] = argument.split(':')
    const moment = /^(?:str:)?(ms:)?now([+-][\d.]+)?$/.exec(placeholder)
    if (moment !== null) return String(time(moment[2]) * (moment[1] === undefined ? 1 : 1000))
    if (later.test(whole)) return whole
    if (/^hex\d+$/.test(name)) return randomBytes(Number(name.slice(3)) / 2).toString('hex')
    switch (name) {
      case 'T':
        return token
      case 'token':
        return argument === '' || argument === 'good' ? token : `${token}-${argument}`
      case 'httpdate':
        return new Date(time(argument.slice('now'.length)) * 1000).toUTCString()
      case 'repeat':
        return repeated.repeat(Number(times))
      case 'nest':
        return '['.repeat(Number(argument)) + ']'.repeat(Number(argument))
      case 'members':
        return Array.from({ length: Number(argument) }, (_, at) => `"k${at}":0`).join(',')
      case 'nest_act':
        return `${'{"act":'.repeat(Number(argument))}{}${'}'.repeat(Number(argument))}`
      case 'jkt':
        return thumbprint(keys.client)
      case 'jkt_other':
        return thumbprint(keys.other)
      case 'x5t':
      case 'x5t(cert A)':
        return certificateThumbprint(certificate)
      case 'x5t_other':
        return certificateThumbprint('client-b')
      case 'pem A, URL-encoded':
        return encodeURIComponent(clientCertificates['client-a'].cert)
      case 'ath':
        return digest(token)
      case 'jwe':
        return jwe
      case 'random':
        return randomBytes(12).toString('hex')
      case 'realm':
        return 'api'
      case 'b64':
        return Buffer.from(argument).toString('base64')
      default:
        throw new Error(`the placeholder "${placeholder}" is not known`)
    }
  }
  // The innermost first: {{b64:x:{{T}}}}.
  let filled = text
  for (let last = ''; last !== filled; ) {
    last = filled
    filled = filled.replaceAll(/\{\{([^{}]*)\}\}/g, fillOne)
  }
  return filled
}
