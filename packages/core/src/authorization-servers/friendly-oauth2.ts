/**
 * Friendly OAuth2 Server, as its page "OAuth2 introspect — token verification" has it.
 *
 * @module
 */
import { type ClientAuthentication, readClientAuthentication, readSettings } from '../client-authentication/client-authentication.ts'
import { clientSecretBasic } from '../client-authentication/client-secret-basic.ts'
import { withDialect } from '../dialect.ts'
import { OptionFaults, text } from '../option-faults.ts'
import { baseUrl, endpointUnder, type PresetOptions, readSetting } from './preset.ts'

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
  const ownMethod = Object.hasOwn({ ...settings }, 'clientAuthentication')
  const client = ['clientId', 'clientSecret']
  const [needed, optional] = ownMethod ? [['clientAuthentication'], client] : [client, []]
  const members = readSettings(settings, ['baseUrl', ...needed], optional, faults)
  const base = readSetting(members, 'baseUrl', baseUrl, faults)
  const method = readSetting(members, 'clientAuthentication', readClientAuthentication, faults)
  const [id, secret] = client.map((name) => readSetting(members, name, text, faults))
  if (ownMethod && (id !== undefined || secret !== undefined))
    faults.say('"clientAuthentication" must not stand beside "clientId" or "clientSecret": they are a method of their own')
  faults.throwAny('friendlyOAuth2()')
  return withDialect(
    {
      introspectionEndpoint: endpointUnder(base, '/oauth2/introspect'),
      clientAuthentication: method ?? clientSecretBasic(id, secret),
      introspectionRequest: { tokenIn: 'query' },
      introspectionReply: { inactiveErrors: ['invalid_grant', 'unsupported_token_type'] },
    },
    { reply: { errorsAtAnyStatus: true } },
  )
}
