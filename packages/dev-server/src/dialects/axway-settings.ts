/**
 * The settings of the Axway dialect: every field of the filter "Access Token using Client Credentials", with its default.
 *
 * @module
 */
import type { JWK } from 'jose'
import type { OptionFaults } from '../option-faults.ts'
import { flag, lifetime, memberReader, oneOf, port, type Reader, text, textRecord, whole } from '../option-readers.ts'
import { needPublicKeys, publicKeys } from './public-keys.ts'

/** What a policy reads and writes: attributes by name, as on the gateway's message whiteboard. */
export type AxwayMessage = Map<string, unknown>

/** A policy: sets the attribute of the approved scopes to a set or a list of strings. */
export type AxwayPolicy = (message: AxwayMessage) => void | Promise<void>

/** Settings of the Axway dialect; all may be left out. */
export interface AxwaySettings {
  /** Default 0: any free one. */
  readonly port?: number
  /** "Find client application information from message". Default `header`; `keyPair` is a client assertion (`private_key_jwt`). */
  readonly clientInformation?: 'header' | 'query' | 'keyPair'
  /** "Client Id" in the query string. Default `client_id`. */
  readonly clientIdParameter?: string
  /** "Client Secret" in the query string. Default `client_secret`. */
  readonly clientSecretParameter?: string
  /** Public keys of clients, by client id, for `keyPair`. Default: none. */
  readonly publicKeys?: Readonly<Record<string, JWK>>
  /** "Access Token Expiry (in secs)". Default 3600. */
  readonly accessTokenTtlSeconds?: number
  /** "Access Token Length", in characters. Default 54. */
  readonly accessTokenLength?: number
  /** "Access Token Type". Default `Bearer`. */
  readonly accessTokenType?: string
  /** "Include Refresh Token". Default `true`. */
  readonly includeRefreshToken?: boolean
  /** "Refresh Token Expiry (in secs)". Default 43 200. */
  readonly refreshTokenTtlSeconds?: number
  /** "Refresh Token Length", in characters. Default 46. */
  readonly refreshTokenLength?: number
  /** "Store additional Access Token parameters". Default: none. */
  readonly additionalParameters?: Readonly<Record<string, string>>
  /** "Get scopes from a registered application": whether the scopes asked for must match any of the registered ones, or all. Default `any`. */
  readonly scopesMustMatch?: 'any' | 'all'
  /** "Get scopes by calling policy", in place of those registered. Default: none. */
  readonly scopePolicy?: AxwayPolicy
  /** "Scopes approved for token are stored in the attribute". Default `scopes.for.token`. */
  readonly scopesAttribute?: string
}

/** The settings with their defaults. */
export type ResolvedAxwaySettings = Required<Omit<AxwaySettings, 'scopePolicy'>> & { readonly scopePolicy: AxwayPolicy | undefined }

const known = [
  ...[
    'port',
    'clientInformation',
    'clientIdParameter',
    'clientSecretParameter',
    'publicKeys',
    'accessTokenTtlSeconds',
    'accessTokenLength',
  ],
  ...['accessTokenType', 'includeRefreshToken', 'refreshTokenTtlSeconds', 'refreshTokenLength', 'additionalParameters', 'scopesMustMatch'],
  ...['scopePolicy', 'scopesAttribute'],
]

// Shorter ones could be guessed; longer ones do not fit into a header that servers take.
const length = whole(' of characters', 22, 4096)

const tokenType: Reader<string> = (value, option, faults) => {
  if (typeof value === 'string' && /^[A-Za-z0-9._~+/-]+$/.test(value)) return value
  faults.expect(option, 'a token type such as "Bearer"', value)
  return ''
}

const policy: Reader<AxwayPolicy | undefined> = (value, option, faults) =>
  typeof value === 'function' ? (value as AxwayPolicy) : faults.expect(option, 'a function', value)

/** Reads the settings; what is wrong goes to `faults`. */
export function readAxway(value: unknown, path: string, faults: OptionFaults): ResolvedAxwaySettings {
  const read = memberReader(value, path, { known }, faults)
  const settings: ResolvedAxwaySettings = {
    port: read('port', 0, port),
    clientInformation: read('clientInformation', 'header', oneOf('header', 'query', 'keyPair')),
    clientIdParameter: read('clientIdParameter', 'client_id', text),
    clientSecretParameter: read('clientSecretParameter', 'client_secret', text),
    publicKeys: read('publicKeys', {}, publicKeys),
    accessTokenTtlSeconds: read('accessTokenTtlSeconds', 3600, lifetime),
    accessTokenLength: read('accessTokenLength', 54, length),
    accessTokenType: read('accessTokenType', 'Bearer', tokenType),
    includeRefreshToken: read('includeRefreshToken', true, flag),
    refreshTokenTtlSeconds: read('refreshTokenTtlSeconds', 43_200, lifetime),
    refreshTokenLength: read('refreshTokenLength', 46, length),
    additionalParameters: read('additionalParameters', {}, textRecord),
    scopesMustMatch: read('scopesMustMatch', 'any', oneOf('any', 'all')),
    scopePolicy: read('scopePolicy', undefined, policy),
    scopesAttribute: read('scopesAttribute', 'scopes.for.token', text),
  }
  const keyPair = { setting: 'clientInformation', value: 'keyPair' }
  if (settings.clientInformation === keyPair.value) needPublicKeys(settings.publicKeys, path, keyPair, faults)
  return settings
}
