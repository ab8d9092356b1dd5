/**
 * Reads `http`: how connections to the authorization server are made, where that is ours to choose.
 *
 * @module
 */
import { flag, type OptionFaults, type Reader, readMembers, whole } from './option-faults.ts'
import type { ConnectionSettings } from './runtime/runtime.ts'

/** How connections to the authorization server are made. On Node only; a fault elsewhere, and beside `transport`. */
export interface HttpOptions {
  /** PEM certificates to trust in place of the runtime's own, for servers and https proxies. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** URL of an HTTP proxy, perhaps with user name and password; `'system'`: what `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say. Default: none. */
  readonly proxy?: string
  /** Speaks HTTP/2 where the server offers it; a connection then still carries one question at a time. Default `false`. */
  readonly http2?: boolean
  /** Connections at most. Default 16. */
  readonly maxConnections?: number
}

/** The settings of connections that `http` is about. */
export type HttpSettings = Pick<ConnectionSettings, 'ca' | 'proxy' | 'http2' | 'maxConnections'>

/** Where the options are used. */
export interface HttpSurroundings {
  /** Whether the runtime lets us choose. */
  readonly configurable: boolean
  /** Whether the application brings HTTP of its own. */
  readonly transport: boolean
}

const authorities: Reader<readonly string[]> = (value, name, faults) => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  const texts = list.map((item) => (item instanceof Uint8Array ? new TextDecoder().decode(item) : item))
  return texts.length > 0 && texts.every((item) => typeof item === 'string' && item !== '')
    ? (texts as string[])
    : faults.expect(name, 'PEM certificates: text, bytes or a list of them', value)
}

const proxy: Reader<string> = (value, name, faults) =>
  value === 'system' || (typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))
    ? value
    : faults.expect(name, 'the http or https URL of a proxy, or "system"', value)

/** Reads `http`. The settings come out behind a function: the URL of a proxy may hold a password, and options get printed. */
export function readHttpOptions(value: unknown, { configurable, transport }: HttpSurroundings, faults: OptionFaults): () => HttpSettings {
  if (value === undefined) return () => ({ maxConnections: 16 })
  const members = readMembers(value, ['ca', 'proxy', 'http2', 'maxConnections'], faults, 'http.')
  const read = <T>(name: string, reader: Reader<T>): T | undefined =>
    members[name] === undefined ? undefined : reader(members[name], `http.${name}`, faults)
  const settings: HttpSettings = {
    ca: read('ca', authorities),
    proxy: read('proxy', proxy),
    http2: read('http2', flag) ?? false,
    maxConnections: read('maxConnections', whole('connections', 1, 65_536)) ?? 16,
  }
  if (transport) faults.say('"http" must not stand beside "transport", which makes connections of its own')
  else if (!configurable) faults.say('"http" must not be here: this runtime makes its connections itself')
  return () => settings
}
