/**
 * Reads the flags of `oauth-introspect-dev`, and gathers all that is wrong with them.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { DevClient } from './clients.ts'
import type { DialectName } from './dialects/dialect-options.ts'
import { parseFaultFlag } from './fault-flag.ts'
import { findNearest } from './nearest-name.ts'
import { OptionFaults } from './option-faults.ts'
import { type ResolvedOptions, resolveOptions } from './options.ts'

/** What the command is to do. */
export type Command =
  | { readonly does: 'help' }
  | { readonly does: 'version' }
  | { readonly does: 'serve'; readonly options: ResolvedOptions; readonly caFile?: string }

const flags = {
  port: { type: 'string' },
  host: { type: 'string' },
  client: { type: 'string', multiple: true },
  clients: { type: 'string' },
  ttl: { type: 'string' },
  audience: { type: 'string' },
  dialect: { type: 'string', multiple: true },
  dialects: { type: 'string' },
  'ca-file': { type: 'string' },
  fault: { type: 'string', multiple: true },
  console: { type: 'boolean' },
  'allow-non-loopback': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options']

/** @throws {TypeError} naming every wrong flag. */
export function readCommandLine(args: readonly string[]): Command {
  // Not strict: Node's own messages repeat values, which may be secrets, and stop at the first fault.
  const { values, tokens } = parseArgs({ args: [...args], options: flags, strict: false, tokens: true })
  if (values.help === true) return { does: 'help' }
  if (values.version === true) return { does: 'version' }
  const fromFile = typeof values.clients === 'string'
  const faults = new OptionFaults((option) => toFlag(option, fromFile))
  for (const token of tokens) checkToken(token, faults)
  const options = resolveOptions(toOptions(values, faults), faults)
  const caFile = values['ca-file']
  if (caFile !== undefined && options.dialects.wso2 === undefined)
    faults.say('"--ca-file" is for the dialect "wso2", which is not asked for')
  faults.throwAny('oauth-introspect-dev')
  return { does: 'serve', options, ...(typeof caFile === 'string' ? { caFile } : {}) }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof flags; strict: false }>>['values']
type Token = NonNullable<ReturnType<typeof parseArgs<{ options: typeof flags; strict: false; tokens: true }>>['tokens']>[number]

function checkToken(token: Token, faults: OptionFaults): void {
  if (token.kind === 'positional') faults.say('an argument stands alone: every value needs a flag before it, such as --port')
  if (token.kind !== 'option') return
  const flag = Object.entries(flags).find(([name]) => name === token.name)
  if (flag === undefined) {
    const nearest = findNearest(token.name, Object.keys(flags))
    faults.say(`unknown flag "${token.rawName}"${nearest === undefined ? '' : `: did you mean "--${nearest}"?`}`)
  } else if (flag[1].type === 'boolean') {
    if (token.value !== undefined) faults.say(`"${token.rawName}" takes no value`)
  } else if (token.value === undefined || (!token.inlineValue && token.value.startsWith('--')))
    faults.say(`"${token.rawName}" needs a value`)
}

/** The options that the flags stand for; values that say nothing sensible stay as they are, for `resolveOptions()` to find fault with. */
function toOptions(values: Values, faults: OptionFaults): Readonly<Record<string, unknown>> {
  const given: Record<string, unknown> = { port: 4444 }
  if (typeof values.port === 'string') given['port'] = toNumber(values.port)
  if (typeof values.ttl === 'string') given['accessTokenTtlSeconds'] = toNumber(values.ttl)
  if (typeof values.host === 'string') given['host'] = values.host
  if (typeof values.audience === 'string') given['audience'] = values.audience
  if (values['allow-non-loopback'] === true) given['allowNonLoopback'] = true
  if (values.console === true) given['console'] = true
  const faultFlags = (values.fault ?? []).filter((text) => typeof text === 'string')
  if (faultFlags.length > 0) given['faults'] = faultFlags.map(parseFaultFlag)
  const inline = (values.client ?? []).filter((text) => typeof text === 'string')
  if (inline.length > 0) given['clients'] = inline.map(toClient)
  if (typeof values.clients === 'string') {
    if (inline.length > 0) faults.say('"--client" and "--clients" exclude each other')
    const read = readJsonFile('--clients', values.clients, faults)
    if (read !== undefined) given['clients'] = read
  }
  const dialects = readDialectFlags(values, faults)
  if (dialects !== undefined) given['dialects'] = dialects
  return given
}

function toNumber(text: string): unknown {
  return /^-?\d+$/.test(text) ? Number(text) : text
}

/** `--dialect` names one and perhaps its port, `--dialects` a file of settings; a port that is not given is the product's own. */
function readDialectFlags(values: Values, faults: OptionFaults): unknown {
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

/** `id:secret` or `id:secret:scope scope`; scopes may have colons. */
function toClient(text: string): DevClient {
  const [, clientId = '', clientSecret = '', scopes] = /^([^:]*):?([^:]*)(?::(.*))?$/s.exec(text) ?? []
  return { clientId, clientSecret, ...(scopes === undefined ? {} : { scopes: scopes.split(' ').filter((scope) => scope !== '') }) }
}

function readJsonFile(flag: string, path: string, faults: OptionFaults): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    faults.say(`"${flag}" must name a file that can be read: ${(error as NodeJS.ErrnoException).code ?? 'it cannot'}`)
    return undefined
  }
  try {
    return JSON.parse(text)
  } catch {
    // JSON.parse() repeats some of the text, which holds secrets.
    faults.say(`"${flag}" must name a file of JSON`)
    return undefined
  }
}

const productPorts: ReadonlyMap<string, number> = new Map([
  ['wso2', 9443],
  ['friendly', 9000],
  ['checkToken', 8080],
  ['axway', 8089],
] satisfies [DialectName, number][])

function toCamelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

const renamed: Readonly<Record<string, string>> = { accessTokenTtlSeconds: '--ttl', allowNonLoopback: '--allow-non-loopback' }

function toFlag(option: string, fromFile: boolean): string {
  if (option.startsWith('clients')) return fromFile ? `--${option}` : option.replace('clients', '--client')
  if (option.startsWith('faults')) return option.replace('faults', '--fault')
  if (option.startsWith('dialects')) return `--${option}`
  return renamed[option] ?? `--${option}`
}
