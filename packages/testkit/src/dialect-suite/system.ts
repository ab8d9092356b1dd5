/**
 * A system under test: a dialect of the development server, and the options of an application in front of it.
 *
 * @module
 */
import type { Options } from '@oauth-introspect/core'
import type { DevClient, DialectName, DialectOptions } from '@oauth-introspect/dev-server'
import type { ClientSettings } from './token-kinds.ts'

/** The secrets of the clients, which must be nowhere but on the wire. */
export const secrets: Readonly<Record<'app' | 'api' | 'user', string>> = {
  app: 'CANARY-app-2b1f7c00',
  api: 'CANARY-api-5d9e44a1',
  user: 'CANARY-user:ü-77',
}

/** `app` gets tokens, `api` introspects. */
export const clients: readonly DevClient[] = [
  { clientId: 'app', clientSecret: secrets.app, scopes: ['read', 'write'] },
  { clientId: 'api', clientSecret: secrets.api },
]

/** A system under test. */
export interface System {
  readonly name: string
  readonly dialect: DialectName
  readonly settings: DialectOptions
  /** Options as an application writes them; with another secret in place of ours, if one is given. */
  readonly options: (server: Reached, wrongSecret?: string) => Options
  /** How the client that gets tokens shows who it is. */
  readonly client: (tokenEndpoint: string) => ClientSettings
  /** Why a refresh token is refused. */
  readonly refusesRefresh: 'token_type_refused' | 'token_inactive'
}

/** Where the server is. */
export interface Reached {
  readonly origin: string
  /** Of WSO2. */
  readonly ca: string | undefined
}

/** The client `app`, in the `Authorization` header. */
export function appInHeader(): ClientSettings {
  return { clientId: 'app', clientSecret: secrets.app }
}
