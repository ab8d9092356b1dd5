/**
 * The `check_token` endpoint of Spring Security OAuth 2, older than RFC 7662 and still running in many places.
 *
 * @module
 */
import { readSettings } from '../client-authentication/client-authentication.ts'
import { clientSecretBasic } from '../client-authentication/client-secret-basic.ts'
import { OptionFaults, text } from '../option-faults.ts'
import { baseUrl, endpointUnder, type PresetOptions, readSetting } from './preset.ts'

/** Where the authorization server is, its context path included, and who asks it. */
export interface SpringCheckTokenSettings {
  /** Such as `https://uaa.example/context`. */
  readonly baseUrl: string | undefined
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
}

/**
 * Options for `/oauth/check_token`. A good token is answered with its client and user, and in most versions without `active`; a bad one
 * with a 400 and `invalid_token`, which is about the token and not about us. Credentials go out unencoded: Spring's filter for Basic does
 * not decode them.
 *
 * Source: `CheckTokenEndpoint` of spring-security-oauth; `active` is there since its issue 1070.
 *
 * @throws {TypeError} naming every fault.
 */
export function springCheckToken(settings: SpringCheckTokenSettings): PresetOptions {
  const faults = new OptionFaults()
  const members = readSettings(settings, ['baseUrl', 'clientId', 'clientSecret'], [], faults)
  const base = readSetting(members, 'baseUrl', baseUrl, faults)
  const clientId = readSetting(members, 'clientId', text, faults)
  const clientSecret = readSetting(members, 'clientSecret', text, faults)
  if (clientId?.includes(':') === true) faults.say('"clientId" must not have a colon')
  faults.throwAny('springCheckToken()')
  return Object.freeze({
    introspectionEndpoint: endpointUnder(base, '/oauth/check_token'),
    clientAuthentication: clientSecretBasic(clientId, clientSecret, { encoding: 'raw' }),
    introspectionRequest: { tokenTypeHint: false as const },
    introspectionReply: checkTokenReplies,
  })
}

/** How replies of `check_token` are taken. */
export const checkTokenReplies = { missingActive: 'checkToken', inactiveErrors: ['invalid_token', 'unsupported_token_type'] } as const
