/**
 * What Gravitee's policy `oauth2` asks of a token, beside what the resource says.
 *
 * @module
 */
import type { Scopes } from '../scope.ts'
import { GraviteeObject } from './gravitee-document.ts'
import type { GraviteeReading } from './gravitee-reading.ts'

const names = [
  ...['oauthResource', 'oauthCacheResource', 'extractPayload', 'checkRequiredScopes', 'requiredScopes', 'modeStrict'],
  ...['propagateAuthHeader', 'addWwwAuthenticateHeader'],
]

/** Reads the scopes that are required, if any are. */
export function readPolicy(members: Readonly<Record<string, unknown>>, reading: GraviteeReading): Scopes | undefined {
  const policy = new GraviteeObject(members, names, reading, reading.resolve)
  policy.ignore({ oauthCacheResource: '' }, 'answers are remembered for at most a minute, and never past "exp": see "cache"')
  policy.ignore({ addWwwAuthenticateHeader: true }, 'every 401 and 403 has its challenge (RFC 6750 §3)')
  if (!policy.flag('propagateAuthHeader', true)) {
    reading.differs('propagateAuthHeader', 'HEADER_KEPT', 'your handler still sees Authorization: leave it out where you pass requests on')
  }
  policy.flag('extractPayload', false)
  const required = policy.texts('requiredScopes')
  const checked = policy.flag('checkRequiredScopes', false)
  const all = policy.flag('modeStrict', true)
  if (required.some((scope) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)))
    reading.faults.say('"requiredScopes" must be single scopes of the characters that RFC 6749 §3.3 allows')
  if (!checked && required.length > 0) {
    reading.differs(
      'requiredScopes',
      'SCOPES_NOT_CHECKED',
      '"checkRequiredScopes" is off: the scopes are listed, but nobody has to have them',
    )
  }
  if (!checked || required.length === 0) return undefined
  reading.understands('requiredScopes', `a token must have ${all ? 'all' : 'one'} of: ${required.join(' ')}`)
  return all ? required : { anyOf: required }
}
