/**
 * WSO2 Identity Server, as its page "Invoke the OAuth Introspection Endpoint" has it.
 *
 * @module
 */
import { readSettings } from '../client-authentication/client-authentication.ts'
import { clientSecretBasic } from '../client-authentication/client-secret-basic.ts'
import { OptionFaults, type Reader, text, texts } from '../option-faults.ts'
import { baseUrl, endpointUnder, type PresetOptions, readSetting } from './preset.ts'

/** Where a WSO2 Identity Server is, and who asks it: a client of it, or a user who may view applications. */
export type Wso2Settings = {
  /** Such as `https://localhost:9443`. */
  readonly baseUrl: string | undefined
  /** The domain of a tenant, such as `foo.com`. Default: the super tenant. */
  readonly tenant?: string | undefined
  /** PEM certificates to trust in place of the runtime's own: the server comes with one that it has signed itself. */
  readonly ca?: string | readonly string[] | undefined
} & (
  | { readonly client: { readonly id: string | undefined; readonly secret: string | undefined }; readonly user?: never }
  /** In a tenant the name is `user@tenant`, as `admin@foo.com`. */
  | { readonly user: { readonly name: string | undefined; readonly password: string | undefined }; readonly client?: never }
)

const superTenant = 'carbon.super'

// The domain is a segment of the path: nothing that could end the segment or climb out of it.
const tenantDomain: Reader<string> = (value, name, faults) =>
  typeof value === 'string' && /^[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*$/.test(value)
    ? value
    : faults.expect(name, 'the domain of a tenant: letters, digits, and ".", "-", "_" between them', value)

/**
 * Options for WSO2 Identity Server. Credentials go out as `curl -u` sends them, unencoded: the server does not decode them. Two of its
 * habits need no option: a refresh token that it calls active is refused by its `token_type`, and one past its `exp` by our clock.
 *
 * @throws {TypeError} naming every fault.
 */
export function wso2(settings: Wso2Settings): PresetOptions {
  const faults = new OptionFaults()
  const members = readSettings(settings, ['baseUrl'], ['tenant', 'client', 'user', 'ca'], faults)
  const base = readSetting(members, 'baseUrl', baseUrl, faults)
  const tenant = readSetting(members, 'tenant', tenantDomain, faults) ?? superTenant
  const ca = readSetting(members, 'ca', texts({ alone: true }), faults)
  const { name, secret } = readWhoAsks(members, faults)
  faults.throwAny('wso2()')
  const path = tenant.toLowerCase() === superTenant ? '/oauth2/introspect' : `/t/${tenant}/oauth2/introspect`
  return Object.freeze({
    introspectionEndpoint: endpointUnder(base, path),
    clientAuthentication: clientSecretBasic(name, secret, { encoding: 'raw' }),
    introspectionRequest: { tokenTypeHint: 'bearer' },
    ...(ca === undefined ? {} : { http: { ca } }),
  })
}

interface WhoAsks {
  readonly name: string
  readonly secret: string
}

function readWhoAsks({ client, user }: Readonly<Record<string, unknown>>, faults: OptionFaults): WhoAsks {
  if ((client === undefined) === (user === undefined)) {
    faults.say('"client" or "user" is needed, and not both')
    return { name: '', secret: '' }
  }
  return client === undefined
    ? readPair(user, 'user.', ['name', 'password'], faults)
    : readPair(client, 'client.', ['id', 'secret'], faults)
}

function readPair(value: unknown, prefix: string, names: readonly [name: string, secret: string], faults: OptionFaults): WhoAsks {
  const members = readSettings(value, names, [], faults, prefix)
  const [name, secret] = names.map((member) => readSetting(members, member, text, faults, prefix) ?? '')
  // Where the name ends, the password begins (RFC 7617 §2).
  if (name?.includes(':') === true) faults.say(`"${prefix}${names[0]}" must not have a colon`)
  return { name: name ?? '', secret: secret ?? '' }
}
