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
import { type Issuer, readWhereToAsk } from './introspection-endpoint.ts'
import { callable, OptionFaults, oneOf, type Reader, readMembers, seconds, text, texts, whole } from './option-faults.ts'
import type { Transport } from './runtime/fetch-connection.ts'
import type { HttpRequest } from './runtime/runtime.ts'
import { type Fields, readParameters, writeTokenRequest } from './token-request.ts'

/** Where and as whom to get access tokens by the client credentials grant. */
export type ClientCredentialsOptions = (
  | {
      /** Absolute https URL of the token endpoint (RFC 6749 §3.2); its query is kept; http only on loopback. `issuer` does in its place. */
      readonly tokenEndpoint: string | undefined
      /** Whom assertions are for. Without `tokenEndpoint` its metadata are asked for the endpoint (RFC 8414, OpenID Connect Discovery). */
      readonly issuer?: string | undefined
    }
  | {
      readonly tokenEndpoint?: never
      /** The issuer whose metadata name the token endpoint. */
      readonly issuer: string | undefined
    }
) &
  ClientCredentialsSettings

interface ClientCredentialsSettings {
  /** Allows an http endpoint or issuer that is not on loopback: credentials and tokens then travel in the clear. Default `false`. */
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
export interface TokenRules {
  /** Where to ask, or the issuer whose metadata say where. */
  readonly endpoint: URL | Issuer
  readonly issuer: string | undefined
  readonly clientAuthentication: ClientAuthentication
  readonly identity: string
  readonly writeRequest: (endpoint: URL, credentials: Credentials) => HttpRequest
  readonly renewAheadSeconds: number
  readonly timeoutMs: number
  readonly now: () => number
  readonly http: () => HttpSettings
  readonly transport: Transport | undefined
}

const names = [
  ...[
    'tokenEndpoint',
    'issuer',
    'allowInsecureEndpoint',
    'clientId',
    'clientSecret',
    'credentialsIn',
    'clientAuthentication',
    'scope',
    'resource',
  ],
  ...['parameters', 'renewAheadSeconds', 'timeoutMs', 'http', 'now', 'transport'],
]

/** @throws {TypeError} naming every fault. */
export function readClientCredentialsOptions(options: unknown, clock: () => number): TokenRules {
  const faults = new OptionFaults()
  const members = readMembers(options, names, faults)
  const read = <T>(name: string, reader: Reader<T>, byDefault: T): T => {
    const value = members[name]
    return value === undefined ? byDefault : (reader(value, name, faults) ?? byDefault)
  }
  const endpoint = readWhereToAsk(members, faults, 'tokenEndpoint')
  const issuer = read<string | undefined>('issuer', text, undefined)
  const scope = read<string | undefined>('scope', text, undefined)
  const resources = read<readonly string[]>('resource', texts({ alone: true }), [])
  const form: Fields = [
    ['grant_type', 'client_credentials'],
    ...(scope === undefined ? [] : [['scope', scope] as const]),
    ...resources.map((resource) => ['resource', resource] as const),
    ...readParameters(members['parameters'], faults),
  ]
  const client = readClient(members, faults)
  const surroundings = { configurable: runtime.configurable, transport: members['transport'] !== undefined }
  checkSurroundings(client.authentication, { issuer, ...surroundings }, faults)
  const settings: TokenRules = {
    endpoint,
    issuer,
    clientAuthentication: client.authentication,
    identity: client.identity,
    writeRequest: (url, credentials) => writeTokenRequest(url, form, client.query, credentials),
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
  readonly query: Fields
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
