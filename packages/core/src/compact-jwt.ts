/**
 * Takes apart what came as a JWT in compact serialisation, RFC 7515 §7.1, RFC 7516 §7.1, strictly, before any cryptography sees it.
 *
 * @module
 */
import { decodeBase64url } from './base64url.ts'
import { IntrospectionError } from './errors.ts'
import { readJsonObject } from './strict-json.ts'

const ascii = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What cannot be relied on, in constant words. */
export function distrust(what: string): IntrospectionError {
  return new IntrospectionError('SIGNATURE_INVALID', `the signed introspection reply cannot be relied on: ${what}`)
}

/** The parts between the dots. @throws {IntrospectionError} when there are not so many, or when one is not strictly base64url. */
export function splitCompact(bytes: Uint8Array, count: 3 | 5): readonly string[] {
  const parts = decodeText(bytes).split('.')
  if (parts.length === count && parts.every((part) => decodeBase64url(part) !== undefined)) return parts
  if (count === 3 && parts.length === 5) throw distrust('it is encrypted, and no decryptionKey is there to read it')
  throw distrust(count === 3 ? 'it is not a signed JWT' : 'it is not an encrypted JWT')
}

function decodeText(bytes: Uint8Array): string {
  try {
    return ascii.decode(bytes)
  } catch {
    return ''
  }
}

/** The JOSE header. @throws {IntrospectionError} also for any critical extension: none is known (RFC 7515 §4.1.11). */
export function readHeader(part = ''): Readonly<Record<string, unknown>> {
  const header = readObject(decodeBase64url(part) ?? new Uint8Array(), 'header')
  if (Object.hasOwn(header, 'crit')) throw distrust('its header has a critical extension')
  return header
}

/** A header or payload: UTF-8, one JSON object, no member twice. */
export function readObject(bytes: Uint8Array, what: 'header' | 'payload'): Record<string, unknown> {
  const json = readJsonObject(bytes)
  if ('fault' in json) throw distrust(`of its ${what}, ${json.fault}`)
  return json.members
}
