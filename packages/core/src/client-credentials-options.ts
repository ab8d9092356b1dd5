/**
 * Reads the options of `clientCredentials()`.
 *
 * @module
 */
import { runtime } from '#runtime'
import {
  type ClientAuthentication,
  type Credentials,
  checkSurroundings,
  readClientAuthentication,
} from './client-authentication/client-authentication.ts'
import { clientSecretBasic } from './client-authentication/client-secret-basic.ts'
import { clientSecretPost } from './client-authentication/client-secret-post.ts'
import { type HttpOptions, type HttpSettings, readHttpOptions } from './http-options.ts'
import { readEndpoint } from './introspection-endpoint.ts'
import { callable, OptionFaults, oneOf, type Reader, readMembers, seconds, text, texts, whole } from './option-faults.ts'
import type { Transport } from './runtime/fetch-connection.ts'
import type { HttpRequest } from './runtime/runtime.ts'

/** Where and as whom to get access tokens by the client credentials grant. */
export interface ClientCredentialsOptions {
  /** Absolute https URL of the token endpoint (RFC 6749 §3.2); its query is kept; http only on loopback. */
  readonly tokenEndpoint: string | undefined
  /** Allows an http endpoint that is not on loopback: credentials and tokens then travel in the clear. Default `false`. */
  readonly allowInsecureEndpoint?: boolean
  /** The client, by identifier and secret. */
  readonly clientId?: string | undefined
  /** See `clientId`. */
  readonly clientSecret?: string | undefined
  /** Where `clientId` and `clientSecret` stand: the `Authorization` header (default), the form, or the query, which ends up in logs. */
  readonly credentialsIn?: 'header' | 'form' | 'query'
  /** The client, by any other method, in place of `clientId` and `clientSecret`. */
  readonly clientAuthentication?: ClientAuthentication
  /** The scope to ask for, space-separated. */
  readonly scope?: string
  /** The resources the token is for (RFC 8707 §2.2). */
  readonly resource?: string | readonly string[]
  /** More form parameters. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Seconds before its expiry at which a token is renewed, half of its life at most. Default 30. */
  readonly renewAheadSeconds?: number
  /** Milliseconds within which a token must be had. Default 5000. */
  readonly timeoutMs?: number
  /** How connections to the token endpoint are made; on Node, without `transport`. */
  readonly http?: HttpOptions
  /** The clock: milliseconds since epoch. Default `Date.now`. */
  readonly now?: () => number
  /** HTTP of your own in place of the runtime's; the global `fetch` fits. */
  readonly transport?: Transport
}

/** The options with every default in its place. */
export interface ClientCredentialsSettings {
  readonly clientAuthentication: ClientAuthentication
  readonly identity: string
  readonly writeRequest: (credentials: Credentials) => HttpRequest
  readonly renewAheadSeconds: number
  readonly timeoutMs: number
  readonly now: () => number
  readonly http: () => HttpSettings
  readonly transport: Transport | undefined
}

const names = [
  ...['tokenEndpoint', 'allowInsecureEndpoint', 'clientId', 'clientSecret', 'credentialsIn', 'clientAuthentication', 'scope', 'resource'],
  ...['parameters', 'renewAheadSeconds', 'timeoutMs', 'http', 'now', 'transport'],
]
const reserved = ['grant_type', 'scope', 'resource', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type']

/** @throws {TypeError} naming every fault. */
export function readClientCredentialsOptions(options: unknown, clock: () => number): ClientCredentialsSettings {
  const faults = new OptionFaults()
  const members = readMembers(options, names, faults)
  const read = <T>(name: string, reader: Reader<T>, byDefault: T): T => {
    const value = members[name]
    return value === undefined ? byDefault : (reader(value, name, faults) ?? byDefault)
  }
  const endpoint = readEndpoint(members, faults, 'tokenEndpoint')
  const scope = read<string | undefined>('scope', text, undefined)
  const resources = read<readonly string[]>('resource', texts({ alone: true }), [])
  const form: (readonly [string, string])[] = [
    ['grant_type', 'client_credentials'],
    ...(scope === undefined ? [] : [['scope', scope] as const]),
    ...resources.map((resource) => ['resource', resource] as const),
    ...readParameters(members['parameters'], faults),
  ]
  const client = readClient(members, faults)
  const surroundings = { configurable: runtime.configurable, transport: members['transport'] !== undefined }
  checkSurroundings(client.authentication, { issuer: undefined, ...surroundings }, faults)
  const settings: ClientCredentialsSettings = {
    clientAuthentication: client.authentication,
    identity: client.identity,
    writeRequest: (credentials) => writeRequest(endpoint, form, client.query, credentials),
    renewAheadSeconds: read('renewAheadSeconds', seconds, 30),
    timeoutMs: read('timeoutMs', whole('milliseconds', 1, 2 ** 31 - 1), 5000),
    now: read('now', callable<() => number>(), clock),
    http: readHttpOptions(members['http'], surroundings, faults),
    transport: read<Transport | undefined>('transport', callable<Transport>(), undefined),
  }
  faults.throwAny('clientCredentials()')
  return settings
}

interface Client {
  readonly authentication: ClientAuthentication
  readonly identity: string
  /** Credentials that stand in the URL. */
  readonly query: readonly (readonly [string, string])[]
}

const nobody: ClientAuthentication = { method: 'none', identity: '', credentials: () => ({}) }

function readClient(members: Readonly<Record<string, unknown>>, faults: OptionFaults): Client {
  const { clientId, clientSecret, credentialsIn, clientAuthentication } = members
  if (clientAuthentication !== undefined) {
    for (const name of ['clientId', 'clientSecret', 'credentialsIn']) {
      if (members[name] !== undefined) faults.say(`"${name}" must not stand beside "clientAuthentication"`)
    }
    const authentication = readClientAuthentication(clientAuthentication, 'clientAuthentication', faults) ?? nobody
    return { authentication, identity: typeof authentication.identity === 'string' ? authentication.identity : '', query: [] }
  }
  if (clientId === undefined || clientSecret === undefined)
    faults.say('"clientId" and "clientSecret", or "clientAuthentication", are needed')
  const id = clientId === undefined ? '' : (text(clientId, 'clientId', faults) ?? '')
  const secret = clientSecret === undefined ? '' : (text(clientSecret, 'clientSecret', faults) ?? '')
  const place = credentialsIn === undefined ? 'header' : oneOf('header', 'form', 'query')(credentialsIn, 'credentialsIn', faults)
  if (id === '' || secret === '') return { authentication: nobody, identity: '', query: [] }
  if (place === 'form') return { authentication: clientSecretPost(id, secret), identity: id, query: [] }
  if (place !== 'query') return { authentication: clientSecretBasic(id, secret), identity: id, query: [] }
  const query = [['client_id', id] as const, ['client_secret', secret] as const]
  return { authentication: nobody, identity: id, query }
}

function readParameters(value: unknown, faults: OptionFaults): readonly (readonly [string, string])[] {
  if (value === undefined) return []
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined
  if (entries === undefined) faults.expect('parameters', 'an object of strings', value)
  const parameters: (readonly [string, string])[] = []
  for (const [name, content] of entries ?? []) {
    if (reserved.includes(name)) faults.say(`"parameters" must not have "${name}", which has a meaning of its own`)
    else if (typeof content === 'string') parameters.push([name, content])
    else faults.expect(`parameters.${name}`, 'a string', content)
  }
  return parameters
}

function writeRequest(
  endpoint: URL,
  form: readonly (readonly [string, string])[],
  query: readonly (readonly [string, string])[],
  credentials: Credentials,
): HttpRequest {
  const url = new URL(endpoint)
  const more = new URLSearchParams(query.map(([name, value]) => [name, value])).toString()
  if (more !== '') url.search = url.search === '' ? more : `${url.search}&${more}`
  const fields = [...form, ...Object.entries(credentials.form ?? {})]
  return {
    method: 'POST',
    url,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...credentials.headers },
    body: new URLSearchParams(fields.map(([name, value]) => [name, value])).toString(),
  }
}
