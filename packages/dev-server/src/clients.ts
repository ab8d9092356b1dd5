/**
 * The clients that the server knows: their defaults, and the reading of a list of them.
 *
 * @module
 */
import { type OptionFaults, readMembers } from './option-faults.ts'

/** A client of the development server. It may introspect any token. */
export interface DevClient {
  /** Printable ASCII. */
  readonly clientId: string
  /** Printable ASCII. Taken by `client_secret_basic` and by `client_secret_post`. */
  readonly clientSecret: string
  /** What its tokens may be allowed. Without scopes it gets no tokens: a resource server, which only introspects. */
  readonly scopes?: readonly string[]
}

/** `app` gets tokens, `api` introspects them. */
export const defaultClients: readonly DevClient[] = [
  { clientId: 'app', clientSecret: 'app-secret', scopes: ['read', 'write', 'admin'] },
  { clientId: 'api', clientSecret: 'api-secret' },
]

/** Whether it is one of those that stand in the documentation, with their secrets. */
export function isWellKnown(client: DevClient): boolean {
  return defaultClients.includes(client)
}

const shape = { known: ['clientId', 'clientSecret', 'scopes'], required: ['clientId', 'clientSecret'] }
const printable = /^[\x20-\x7e]+$/
/** `scope-token`, RFC 6749 §3.3. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Reads a list of clients; what is wrong goes to `faults`. */
export function readClients(value: unknown, faults: OptionFaults): readonly DevClient[] {
  if (!Array.isArray(value) || value.length === 0) {
    faults.expect('clients', 'a list of at least one client', value)
    return []
  }
  const clients = value.map((client: unknown, at) => readClient(client, `clients[${at}]`, faults))
  clients.forEach(({ clientId }, at) => {
    const first = clients.findIndex((other) => other.clientId === clientId)
    if (clientId !== '' && first !== at)
      faults.say(`"${faults.name(`clients[${at}].clientId`)}" is the same as "${faults.name(`clients[${first}].clientId`)}"`)
  })
  return clients
}

function readClient(value: unknown, path: string, faults: OptionFaults): DevClient {
  const given = readMembers(value, shape, faults, path)
  const scopes = readScopes(given?.get('scopes'), `${path}.scopes`, faults)
  return {
    clientId: readPrintable(given?.get('clientId'), `${path}.clientId`, faults),
    clientSecret: readPrintable(given?.get('clientSecret'), `${path}.clientSecret`, faults),
    ...(scopes === undefined ? {} : { scopes }),
  }
}

/** `undefined` has been told about by `readMembers()`. */
function readPrintable(value: unknown, option: string, faults: OptionFaults): string {
  if (typeof value === 'string' && printable.test(value)) return value
  if (value !== undefined) faults.expect(option, 'printable ASCII that is not empty', value)
  return ''
}

function readScopes(value: unknown, option: string, faults: OptionFaults): readonly string[] | undefined {
  if (value === undefined) return undefined
  const valid = Array.isArray(value) && value.length > 0 && value.every((scope) => typeof scope === 'string' && scopeToken.test(scope))
  if (valid) return [...new Set(value as string[])]
  return faults.expect(option, 'a list of at least one scope, each without spaces, quotes and backslashes (RFC 6749, section 3.3)', value)
}
