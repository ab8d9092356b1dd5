/**
 * Reads the options of `pollSecurityEvents()`.
 *
 * @module
 */
import { secureUrl } from '../introspection-endpoint.ts'
import { flag, OptionFaults, type Reader, readMembers, seconds, whole } from '../option-faults.ts'

/** Where Security Event Tokens are polled for, and how. */
export interface PollOptions {
  /** Absolute https URL of the poll endpoint (RFC 8936 §2); http only on loopback. */
  readonly endpoint: string | undefined
  /** The value of `Authorization`, or a function that gives it for each poll, such as `` async () => `Bearer ${await source.token()}` ``. Default: none. */
  readonly authorization?: string | (() => string | Promise<string>) | undefined
  /** Tokens taken at once. Default 100. */
  readonly maxEvents?: number
  /** Whether a poll waits at the transmitter until there is something. Default `true`. */
  readonly longPolling?: boolean
  /** Milliseconds that one poll may take. Default 60 000. */
  readonly timeoutMs?: number
  /** Seconds between polls that bring nothing, where they do not wait at the transmitter. Default 10. */
  readonly intervalSeconds?: number
}

/** The options with their defaults. */
export interface PollSettings {
  readonly endpoint: URL
  readonly authorization: () => string | undefined | Promise<string | undefined>
  readonly maxEvents: number
  readonly longPolling: boolean
  readonly timeoutMs: number
  readonly intervalMs: number
}

const placeholder = new URL('https://invalid.example')
const known = ['endpoint', 'authorization', 'maxEvents', 'longPolling', 'timeoutMs', 'intervalSeconds']

const authorization: Reader<PollSettings['authorization']> = (value, name, faults) => {
  if (typeof value === 'function') return value as () => string | Promise<string>
  return typeof value === 'string' && value !== '' ? () => value : faults.expect(name, 'a string that is not empty, or a function', value)
}

/** @throws {TypeError} naming every fault. */
export function readPollOptions(options: unknown): PollSettings {
  const faults = new OptionFaults()
  const members = readMembers(options, known, faults)
  const read = <T>(name: string, reader: Reader<T>, byDefault: T): T =>
    members[name] === undefined ? byDefault : (reader(members[name], name, faults) ?? byDefault)
  if (!('endpoint' in members)) faults.say('"endpoint" is needed')
  const settings: PollSettings = {
    endpoint: read('endpoint', secureUrl, placeholder),
    authorization: read<PollSettings['authorization']>('authorization', authorization, () => undefined),
    maxEvents: read('maxEvents', whole('events', 1, 1000), 100),
    longPolling: read('longPolling', flag, true),
    timeoutMs: read('timeoutMs', whole('milliseconds', 1, 2 ** 31 - 1), 60_000),
    intervalMs: read('intervalSeconds', seconds, 10) * 1000,
  }
  faults.throwAny('pollSecurityEvents()')
  return settings
}
