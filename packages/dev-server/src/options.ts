/**
 * The options of the development server: types, defaults, checks. Read once, at start.
 *
 * @module
 */
import { type DevClient, defaultClients, readClients } from './clients.ts'
import { type DialectOptions, type ResolvedDialects, readDialects } from './dialects/dialect-options.ts'
import { type Fault, readFaults } from './faults.ts'
import { isHost, isLoopback } from './host.ts'
import { OptionFaults } from './option-faults.ts'
import { flag, lifetime, memberReader, port, text } from './option-readers.ts'
import type { TokenStore } from './token-store/token-store.ts'

/** What `createDevServer()` takes; all of it may be left out. */
export interface DevServerOptions {
  /** TCP port. Default 0: any free one. */
  readonly port?: number
  /** Host name or IP address to listen on. Default `127.0.0.1`. Anything but loopback needs `allowNonLoopback`. */
  readonly host?: string
  /** The clients that may speak to it. Default: `app` / `app-secret`, which gets tokens, and `api` / `api-secret`, which introspects. */
  readonly clients?: readonly DevClient[]
  /** Lifetime of access tokens in seconds. Default 3600. */
  readonly accessTokenTtlSeconds?: number
  /** `aud` of tokens whose request names no `resource` (RFC 8707). Default: they have no `aud`. */
  readonly audience?: string
  /** `true` lets other machines reach it. Default `false`. Its secrets are well known and there is no TLS. */
  readonly allowNonLoopback?: boolean
  /** Servers of other products, each on a port of its own beside this one. Default: none. */
  readonly dialects?: DialectOptions
  /** Where tokens are kept. Default: in memory, and they end with the server. */
  readonly store?: TokenStore
  /** The clock of the dialects and of usage figures, in milliseconds since the epoch. The standard server goes by the system's. Default `Date.now`. */
  readonly now?: () => number
  /** Faults that are switched on from the start. Default: none. */
  readonly faults?: readonly Fault[]
  /** Serves the console and what it is made of: `/console`, `/usage`, `/metrics`, `/faults`, to this machine only. Default `false`. */
  readonly console?: boolean
}

/** The options with their defaults. */
export interface ResolvedOptions {
  readonly port: number
  readonly host: string
  readonly clients: readonly DevClient[]
  readonly accessTokenTtlSeconds: number
  readonly audience: string | undefined
  readonly allowNonLoopback: boolean
  readonly dialects: ResolvedDialects
  readonly store: TokenStore | undefined
  readonly now: (() => number) | undefined
  readonly faults: readonly Fault[]
  readonly console: boolean
}

const known = [
  ...['port', 'host', 'clients', 'accessTokenTtlSeconds', 'audience', 'allowNonLoopback', 'dialects', 'store', 'now', 'faults', 'console'],
]

/** @throws {TypeError} naming every wrong option. */
export function readOptions(options: unknown): ResolvedOptions {
  const faults = new OptionFaults()
  const resolved = resolveOptions(options, faults)
  faults.throwAny('createDevServer')
  return resolved
}

/** Reads the options; what is wrong goes to `faults`, and nothing is to be made of the result then. */
export function resolveOptions(options: unknown, faults: OptionFaults): ResolvedOptions {
  const read = memberReader(options, '', { known }, faults)
  const allowNonLoopback = read('allowNonLoopback', false, flag)
  return {
    port: read('port', 0, port),
    host: read('host', '127.0.0.1', (value) => readHost(value, allowNonLoopback, faults)),
    clients: read('clients', defaultClients, (value) => readClients(value, faults)),
    accessTokenTtlSeconds: read('accessTokenTtlSeconds', 3600, lifetime),
    audience: read<string | undefined>('audience', undefined, text),
    allowNonLoopback,
    dialects: read('dialects', {}, readDialects),
    store: read<TokenStore | undefined>('store', undefined, readStore),
    now: read<(() => number) | undefined>('now', undefined, readClock),
    faults: read('faults', [], readFaults),
    console: read('console', false, flag),
  }
}

function readHost(value: unknown, allowNonLoopback: boolean, faults: OptionFaults): string {
  if (typeof value !== 'string' || !isHost(value)) {
    faults.expect('host', 'a host name or an IP address, without port and brackets', value)
    return ''
  }
  if (!allowNonLoopback && !isLoopback(value))
    faults.say(
      `"${faults.name('host')}" must be a loopback host unless "${faults.name('allowNonLoopback')}" is given, got "${value}": other machines could reach the server`,
    )
  return value
}

const operations = ['add', 'find', 'move', 'ofGrant', 'latest', 'tally', 'usage', 'forget'] satisfies (keyof TokenStore)[]

function readStore(value: unknown, option: string, faults: OptionFaults): TokenStore | undefined {
  const members = new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : [])
  if (operations.every((name) => typeof members.get(name) === 'function')) return value as TokenStore
  return faults.expect(option, 'a token store, such as memoryTokenStore()', value)
}

function readClock(value: unknown, option: string, faults: OptionFaults): (() => number) | undefined {
  return typeof value === 'function'
    ? (value as () => number)
    : faults.expect(option, 'a function that returns milliseconds since the epoch', value)
}
