/**
 * WSO2 Identity Server, as its page "Invoke the OAuth Introspection Endpoint" has it.
 *
 * @module
 */
import { clientSecretBasic } from '../client-authentication/client-secret-basic.ts'
import { OptionFaults, type Reader, readMembers, texts } from '../option-faults.ts'
import { baseUrl, endpointUnder, type PresetOptions, readTexts } from './preset.ts'

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
  const members = readMembers(settings, ['baseUrl', 'tenant', 'client', 'user', 'ca'], faults)
  const read = <T>(name: string, reader: Reader<T>): T | undefined =>
    members[name] === undefined ? undefined : reader(members[name], name, faults)
  if (!Object.hasOwn(Object(settings), 'baseUrl')) faults.say('"baseUrl" is needed')
  const base = read('baseUrl', baseUrl)
  const tenant = read('tenant', tenantDomain) ?? superTenant
  const ca = read('ca', texts({ alone: true }))
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

function readWhoAsks(
  { client, user }: Readonly<Record<string, unknown>>,
  faults: OptionFaults,
): { readonly name: string; readonly secret: string } {
  const nobody = { name: '', secret: '' }
  if ((client === undefined) === (user === undefined)) {
    faults.say('"client" or "user" is needed, and not both')
    return nobody
  }
  const known = client === undefined ? readUser(user, faults) : readClient(client, faults)
  // Where the name ends, the password begins (RFC 7617 §2).
  if (known.name.includes(':')) faults.say(`"${client === undefined ? 'user.name' : 'client.id'}" must not have a colon`)
  return known
}

function readUser(value: unknown, faults: OptionFaults): { readonly name: string; readonly secret: string } {
  const { name, password } = readTexts(value, ['name', 'password'], faults, 'user.')
  return { name, secret: password }
}

function readClient(value: unknown, faults: OptionFaults): { readonly name: string; readonly secret: string } {
  const { id, secret } = readTexts(value, ['id', 'secret'], faults, 'client.')
  return { name: id, secret }
}
