/**
 * The setting `publicKeys` of dialects: which key proves which client.
 *
 * @module
 */
import type { JWK } from 'jose'
import type { OptionFaults } from '../option-faults.ts'
import type { Reader } from '../option-readers.ts'

/** By client id. */
type PublicKeys = Readonly<Record<string, JWK>>

const keyTypes: readonly unknown[] = ['RSA', 'EC', 'OKP']

export const publicKeys: Reader<PublicKeys> = (value, option, faults) => {
  const keys = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const read = keys.filter((entry): entry is [string, JWK] => isPublicKey(entry[1]))
  if (keys.length === 0 || read.length !== keys.length) faults.expect(option, 'an object of public keys (JWK) by client id', value)
  return Object.fromEntries(read)
}

function isPublicKey(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kty' in value && keyTypes.includes(value.kty) && !('d' in value)
}

/** Finds fault where another setting has a value that needs keys, and there are none. */
export function needPublicKeys(
  keys: PublicKeys,
  path: string,
  { setting, value }: Readonly<Record<'setting' | 'value', string>>,
  faults: OptionFaults,
): void {
  if (Object.keys(keys).length > 0) return
  const [name, because] = [faults.name(`${path}.publicKeys`), faults.name(`${path}.${setting}`)]
  faults.say(`"${name}" must hold the clients' keys when "${because}" is "${value}"`)
}
