/**
 * Friendly OAuth2 Server, as its page "OAuth2 introspect — token verification" has it.
 *
 * @module
 */
import { type ClientAuthentication, readClientAuthentication } from '../client-authentication/client-authentication.ts'
import { clientSecretBasic } from '../client-authentication/client-secret-basic.ts'
import { withDialect } from '../dialect.ts'
import { OptionFaults, readMembers } from '../option-faults.ts'
import { baseUrl, endpointUnder, type PresetOptions, readTexts } from './preset.ts'

/** Where a Friendly OAuth2 Server is, and who asks it. */
export type FriendlyOAuth2Settings = {
  /** Such as `http://localhost:9000`. */
  readonly baseUrl: string | undefined
} & (
  | {
      /** Short for `clientAuthentication: clientSecretBasic(clientId, clientSecret)`. */
      readonly clientId: string | undefined
      readonly clientSecret: string | undefined
      readonly clientAuthentication?: never
    }
  | { readonly clientAuthentication: ClientAuthentication; readonly clientId?: never; readonly clientSecret?: never }
)

/**
 * Options for Friendly OAuth2 Server: it takes token and hint in the query of a POST. About a token of another server it says
 * `invalid_grant`, with a status that its page leaves open, and repeats the token: whatever the status, the token is then inactive.
 *
 * @throws {TypeError} naming every fault.
 */
export function friendlyOAuth2(settings: FriendlyOAuth2Settings): PresetOptions {
  const faults = new OptionFaults()
  const members = readMembers(settings, ['baseUrl', 'clientId', 'clientSecret', 'clientAuthentication'], faults)
  if (!Object.hasOwn(Object(settings), 'baseUrl')) faults.say('"baseUrl" is needed')
  const base = members['baseUrl'] === undefined ? undefined : baseUrl(members['baseUrl'], 'baseUrl', faults)
  const method = readMethod(settings, members, faults)
  faults.throwAny('friendlyOAuth2()')
  return withDialect(
    {
      introspectionEndpoint: endpointUnder(base, '/oauth2/introspect'),
      clientAuthentication: method(),
      introspectionRequest: { tokenIn: 'query' },
      introspectionReply: { inactiveErrors: ['invalid_grant', 'unsupported_token_type'] },
    },
    { reply: { errorsAtAnyStatus: true } },
  )
}

function readMethod(settings: object, members: Readonly<Record<string, unknown>>, faults: OptionFaults): () => ClientAuthentication {
  if (!Object.hasOwn(Object(settings), 'clientAuthentication')) {
    const { clientId, clientSecret } = readTexts({ ...settings }, ['clientId', 'clientSecret'], faults)
    return () => clientSecretBasic(clientId, clientSecret)
  }
  if (members['clientId'] !== undefined || members['clientSecret'] !== undefined) {
    faults.say('"clientAuthentication" must not stand beside "clientId" or "clientSecret": they are a method of their own')
  }
  const method =
    members['clientAuthentication'] === undefined
      ? undefined
      : readClientAuthentication(members['clientAuthentication'], 'clientAuthentication', faults)
  return () => method ?? clientSecretBasic('', '')
}
