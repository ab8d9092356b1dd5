/**
 * Reads the flags of `oauth-introspect-dev`, and gathers all that is wrong with them.
 *
 * @module
 */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { DevClient } from './clients.ts'
import { readDialectFlags } from './dialect-flags.ts'
import { parseFaultFlag } from './fault-flag.ts'
import { readJsonFile, toNumber } from './flag-values.ts'
import { findNearest } from './nearest-name.ts'
import { OptionFaults } from './option-faults.ts'
import { type ResolvedOptions, resolveOptions } from './options.ts'
import { parseStoreFlag, type StorePlace } from './store-flag.ts'

/** What the command is to do. */
export type Command =
  | { readonly does: 'help' }
  | { readonly does: 'version' }
  | { readonly does: 'serve'; readonly options: ResolvedOptions; readonly store: StorePlace; readonly caFile?: string }

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
  store: { type: 'string' },
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
  const store = typeof values.store === 'string' ? parseStoreFlag(values.store, faults) : undefined
  const caFile = values['ca-file']
  if (caFile !== undefined && options.dialects.wso2 === undefined)
    faults.say('"--ca-file" is for the dialect "wso2", which is not asked for')
  faults.throwAny('oauth-introspect-dev')
  return { does: 'serve', options, store: store ?? { kind: 'memory' }, ...(typeof caFile === 'string' ? { caFile } : {}) }
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

/** `id:secret` or `id:secret:scope scope`; scopes may have colons. */
function toClient(text: string): DevClient {
  const [, clientId = '', clientSecret = '', scopes] = /^([^:]*):?([^:]*)(?::(.*))?$/s.exec(text) ?? []
  return { clientId, clientSecret, ...(scopes === undefined ? {} : { scopes: scopes.split(' ').filter((scope) => scope !== '') }) }
}

const renamed: Readonly<Record<string, string>> = { accessTokenTtlSeconds: '--ttl', allowNonLoopback: '--allow-non-loopback' }

function toFlag(option: string, fromFile: boolean): string {
  if (option.startsWith('clients')) return fromFile ? `--${option}` : option.replace('clients', '--client')
  if (option.startsWith('faults')) return option.replace('faults', '--fault')
  if (option.startsWith('dialects')) return `--${option}`
  return renamed[option] ?? `--${option}`
}
