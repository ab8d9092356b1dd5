/**
 * The settings of the WSO2 dialect: types, defaults, checks.
 *
 * @module
 */
import type { OptionFaults } from '../option-faults.ts'
import { flag, lifetime, listOf, memberReader, port, text, textRecord, texts } from '../option-readers.ts'

/** A user with the permission to introspect. */
export interface Wso2User {
  readonly username: string
  readonly password: string
  /** Default `carbon.super`. */
  readonly tenant?: string
}

/** Settings of the WSO2 dialect; all may be left out. */
export interface Wso2Settings {
  /** Default 0: any free one. */
  readonly port?: number
  /** Default 3600. */
  readonly accessTokenTtlSeconds?: number
  /** Tenants beside the super tenant `carbon.super`. Default: none. */
  readonly tenants?: readonly string[]
  /** Default: `admin` with the password `admin` in each tenant. */
  readonly users?: readonly Wso2User[]
  /** Tenants of clients, by client id. Default: `carbon.super`. */
  readonly clientTenants?: Readonly<Record<string, string>>
  /** Whether a tenant is told of other tenants' tokens. Default `true`. */
  readonly crossTenantIntrospection?: boolean
  /** Whether client credentials get a refresh token, of which introspection says `active`, too. Default `false`. */
  readonly refreshTokens?: boolean
  /** Whether the first who asks about a token after its time is over is told that it is active. Default `true`. */
  readonly activeOnceAfterExpiry?: boolean
}

/** The tenant of everything that names none. */
export const superTenant = 'carbon.super'

const known = [
  'port',
  'accessTokenTtlSeconds',
  'tenants',
  'users',
  'clientTenants',
  'crossTenantIntrospection',
  'refreshTokens',
  'activeOnceAfterExpiry',
]

/** Reads the settings; what is wrong goes to `faults`. */
export function readWso2(value: unknown, path: string, faults: OptionFaults): Required<Wso2Settings> {
  const read = memberReader(value, path, { known }, faults)
  const tenants = read('tenants', [], texts)
  const admins = [superTenant, ...tenants].map((tenant) => ({ username: 'admin', password: 'admin', tenant }))
  const user = listOf('users', { known: ['username', 'password', 'tenant'], required: ['username', 'password'] }, (member) => ({
    username: member('username', '', text),
    password: member('password', '', text),
    tenant: member('tenant', superTenant, text),
  }))
  return {
    port: read('port', 0, port),
    accessTokenTtlSeconds: read('accessTokenTtlSeconds', 3600, lifetime),
    tenants,
    users: read('users', admins, user),
    clientTenants: read('clientTenants', {}, textRecord),
    crossTenantIntrospection: read('crossTenantIntrospection', true, flag),
    refreshTokens: read('refreshTokens', false, flag),
    activeOnceAfterExpiry: read('activeOnceAfterExpiry', true, flag),
  }
}
