/**
 * The settings of the Friendly OAuth2 Server dialect: types, defaults, checks.
 *
 * @module
 */
import type { JWK } from 'jose'
import type { OptionFaults } from '../option-faults.ts'
import { flag, lifetime, listOf, memberReader, oneOf, port, text, textRecord, texts, whole } from '../option-readers.ts'
import { needPublicKeys, publicKeys } from './public-keys.ts'

/** Somebody who can sign in by the password grant. */
export interface FriendlyUser {
  /** The user's e-mail address. */
  readonly username: string
  readonly password: string
  /** What the page calls roles, and puts into `scope`. */
  readonly roles: readonly string[]
}

/** Settings of the Friendly OAuth2 Server dialect; all may be left out. */
export interface FriendlySettings {
  /** Default 0: any free one. */
  readonly port?: number
  /** Default 3600. */
  readonly accessTokenTtlSeconds?: number
  /** Default: `admin@example.com` with the password `admin` and the roles `user` and `admin`. */
  readonly users?: readonly FriendlyUser[]
  /** The status of `Bad access token`, which the page does not tell. Default 400. */
  readonly badTokenStatus?: number
  /** Whether a client is told of other clients' tokens. Default `false`: the page wants the client "to which the token is attached". */
  readonly introspectAny?: boolean
  /** The one method by which clients prove who they are. Default `client_secret_basic`. With `none` anybody is told of any token. */
  readonly clientAuthentication?: 'client_secret_basic' | 'client_secret_post' | 'client_secret_jwt' | 'private_key_jwt' | 'none'
  /** Public keys of clients, by client id, for `private_key_jwt`. Default: none. */
  readonly publicKeys?: Readonly<Record<string, JWK>>
  /** Whether tokens come with a refresh token, of which introspection says `active`, too. Default `false`. */
  readonly refreshTokens?: boolean
  /** Where logout tokens are sent when a user is logged out (OpenID Connect Back-Channel Logout 1.0), by client id. Default: nowhere. */
  readonly backchannelLogoutUris?: Readonly<Record<string, string>>
  /** Whether a logout ends the user's tokens here. Default `true`. `false`: they stay active, and it is for those told to take them no more. */
  readonly logoutEndsTokens?: boolean
}

const known = [
  ...['port', 'accessTokenTtlSeconds', 'users', 'badTokenStatus', 'introspectAny', 'clientAuthentication', 'publicKeys', 'refreshTokens'],
  ...['backchannelLogoutUris', 'logoutEndsTokens'],
]

const methods = oneOf('client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none')

const administrator: FriendlyUser = { username: 'admin@example.com', password: 'admin', roles: ['user', 'admin'] }

/** Reads the settings; what is wrong goes to `faults`. */
export function readFriendly(value: unknown, path: string, faults: OptionFaults): Required<FriendlySettings> {
  const read = memberReader(value, path, { known }, faults)
  const users = listOf('users', { known: ['username', 'password', 'roles'], required: ['username', 'password', 'roles'] }, (member) => ({
    username: member('username', '', text),
    password: member('password', '', text),
    roles: member('roles', [], texts),
  }))
  const settings: Required<FriendlySettings> = {
    port: read('port', 0, port),
    accessTokenTtlSeconds: read('accessTokenTtlSeconds', 3600, lifetime),
    users: read('users', [administrator], users),
    badTokenStatus: read('badTokenStatus', 400, whole('', 200, 599)),
    introspectAny: read('introspectAny', false, flag),
    clientAuthentication: read('clientAuthentication', 'client_secret_basic', methods),
    publicKeys: read('publicKeys', {}, publicKeys),
    refreshTokens: read('refreshTokens', false, flag),
    backchannelLogoutUris: read('backchannelLogoutUris', {}, readUris),
    logoutEndsTokens: read('logoutEndsTokens', true, flag),
  }
  const keyPair = { setting: 'clientAuthentication', value: 'private_key_jwt' }
  if (settings.clientAuthentication === keyPair.value) needPublicKeys(settings.publicKeys, path, keyPair, faults)
  return settings
}

function readUris(value: unknown, option: string, faults: OptionFaults): Readonly<Record<string, string>> {
  const uris = textRecord(value, option, faults)
  for (const [clientId, uri] of Object.entries(uris))
    if (!/^https?:$/.test(URL.canParse(uri) ? new URL(uri).protocol : ''))
      faults.say(`"${faults.name(`${option}.${clientId}`)}" must be an http or https URL`)
  return uris
}
