/**
 * The flags `--dialect` and `--dialects`.
 *
 * @module
 */
import type { DialectName } from './dialects/dialect-options.ts'
import { readJsonFile, toNumber } from './flag-values.ts'
import type { OptionFaults } from './option-faults.ts'

const productPorts: ReadonlyMap<string, number> = new Map([
  ['wso2', 9443],
  ['friendly', 9000],
  ['checkToken', 8080],
  ['axway', 8089],
] satisfies [DialectName, number][])

/** `--dialect` names one and perhaps its port, `--dialects` a file of settings; a port that is not given is the product's own. */
export function readDialectFlags(
  values: { readonly dialect?: readonly unknown[] | undefined; readonly dialects?: unknown },
  faults: OptionFaults,
): unknown {
  const named = (values.dialect ?? []).filter((text) => typeof text === 'string')
  const fromFile = typeof values.dialects === 'string' ? readJsonFile('--dialects', values.dialects, faults) : undefined
  if (named.length > 0 && values.dialects !== undefined) faults.say('"--dialect" and "--dialects" exclude each other')
  const given = named.map((text): readonly [string, unknown] => {
    const [name = '', port] = text.split(':')
    return [toCamelCase(name), port === undefined ? {} : { port: toNumber(port) }]
  })
  const dialects: unknown = named.length > 0 ? Object.fromEntries(given) : fromFile
  if (typeof dialects !== 'object' || dialects === null || Array.isArray(dialects)) return dialects
  return Object.fromEntries(Object.entries(dialects).map(([name, settings]) => [name, withPort(name, settings)]))
}

function withPort(name: string, settings: unknown): unknown {
  const port = productPorts.get(name)
  if (settings === true) return { port }
  return typeof settings === 'object' && settings !== null && port !== undefined ? { port, ...settings } : settings
}

function toCamelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}
