/**
 * Reads a logout token, OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6, once its signature has been verified.
 *
 * @module
 */
import { isObject, isText, isTime, type Members, malformed, namesUs, type Signal, type SignalFault } from './signal-fault.ts'

/** What is demanded of a logout token. */
export interface LogoutTokenRules {
  /** Our client ids, or whatever the transmitter calls us. */
  readonly audiences: readonly string[]
  readonly clockToleranceSeconds: number
}

const event = 'http://schemas.openid.net/event/backchannel-logout'

/** Reads the claims of a token that an OpenID provider has signed; `now` in seconds. */
export function readLogoutToken(claims: Members, rules: LogoutTokenRules, now: number): Signal | SignalFault {
  const { iss, aud, jti, iat, sub, sid } = claims
  const fault = findFault(claims, rules, now)
  if (fault !== undefined) return malformed(fault)
  if (!namesUs(aud, rules.audiences)) return { fault: 'invalid_audience', description: 'its "aud" does not name us' }
  const mark = {
    issuer: String(iss),
    ...(isText(sub) ? { subject: sub } : {}),
    ...(isText(sid) ? { session: sid } : {}),
    ...{ eventTime: Number(iat), effect: 'refuse' as const },
  }
  return { id: JSON.stringify([iss, jti]), marks: [mark] }
}

function findFault(claims: Members, { clockToleranceSeconds }: LogoutTokenRules, now: number): string | undefined {
  const { jti, iat, exp, sub, sid, events } = claims
  if (!isTime(iat) || iat - now > clockToleranceSeconds) return 'its "iat" is missing, no number, or lies ahead'
  if (!isTime(exp) || now >= exp) return 'its "exp" is missing, no number, or has passed'
  if (!isText(jti)) return 'its "jti" is missing, or no text'
  if (sub === undefined && sid === undefined) return 'it has neither "sub" nor "sid"'
  if (![sub, sid].every((name) => name === undefined || isText(name))) return 'its "sub" or "sid" is no text'
  if (!isObject(events) || !isObject(events[event])) return 'its "events" do not say that it is a logout'
  // An ID token has one: it must not pass for a logout token.
  if (Object.hasOwn(claims, 'nonce')) return 'it has a "nonce"'
  return undefined
}
