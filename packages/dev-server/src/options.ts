/**
 * The options of the development server: types, defaults, checks. Read once, at start.
 *
 * @module
 */
import { type DevClient, defaultClients, readClients } from './clients.ts'
import { isHost, isLoopback } from './host.ts'
import { OptionFaults, readMembers } from './option-faults.ts'

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
}

/** The options with their defaults. */
export interface ResolvedOptions {
  readonly port: number
  readonly host: string
  readonly clients: readonly DevClient[]
  readonly accessTokenTtlSeconds: number
  readonly audience: string | undefined
  readonly allowNonLoopback: boolean
}

const shape = { known: ['port', 'host', 'clients', 'accessTokenTtlSeconds', 'audience', 'allowNonLoopback'] }

const tenYears = 10 * 365 * 24 * 3600

/** @throws {TypeError} naming every wrong option. */
export function readOptions(options: unknown): ResolvedOptions {
  const faults = new OptionFaults()
  const resolved = resolveOptions(options, faults)
  faults.throwAny('createDevServer')
  return resolved
}

/** Reads the options; what is wrong goes to `faults`, and nothing is to be made of the result then. */
export function resolveOptions(options: unknown, faults: OptionFaults): ResolvedOptions {
  const given = readMembers(options, shape, faults) ?? new Map<string, unknown>()
  const read = <T>(option: string, standard: T, reader: (value: unknown, option: string, faults: OptionFaults) => T): T =>
    given.has(option) ? reader(given.get(option), option, faults) : standard
  const allowNonLoopback = read('allowNonLoopback', false, readFlag)
  return {
    port: read('port', 0, whole('', 0, 65_535)),
    host: read('host', '127.0.0.1', (value) => readHost(value, allowNonLoopback, faults)),
    clients: read('clients', defaultClients, (value) => readClients(value, faults)),
    accessTokenTtlSeconds: read('accessTokenTtlSeconds', 3600, whole(' of seconds', 1, tenYears)),
    audience: read('audience', undefined, readAudience),
    allowNonLoopback,
  }
}

function whole(unit: string, least: number, most: number): (value: unknown, option: string, faults: OptionFaults) => number {
  return (value, option, faults) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    faults.expect(option, `a whole number${unit} from ${least} to ${most}`, value)
    return least
  }
}

function readFlag(value: unknown, option: string, faults: OptionFaults): boolean {
  if (typeof value !== 'boolean') faults.expect(option, 'true or false', value)
  return value === true
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

function readAudience(value: unknown, option: string, faults: OptionFaults): string | undefined {
  return typeof value === 'string' && value !== '' ? value : faults.expect(option, 'a string that is not empty', value)
}
