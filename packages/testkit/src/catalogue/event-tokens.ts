/**
 * Security event tokens (RFC 8417, pushed by RFC 8935) and logout tokens (OpenID Connect Back-Channel Logout) as rows describe them.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { keys, signJwt } from './keys.ts'
import { without } from './proofs.ts'
import type { ClientRequest, EventTokenDescription } from './row.ts'

/** What the transmitter shows to the receiver. */
export const pushAuthorization = 'push-secret'

const caep = 'https://schemas.openid.net/secevent/caep/event-type/'

/** The request with its token in place. */
export function withEventToken(request: ClientRequest, now: number): ClientRequest {
  const { set, logout_token: logoutToken, ...rest } = request
  if (set !== undefined) {
    const authorization: readonly (readonly [string, string])[] =
      request.no_authorization === true ? [] : [['Authorization', pushAuthorization]]
    return { ...rest, headers: [...(request.headers ?? []), ...authorization], body: makeSecurityEventToken(set, now) }
  }
  return logoutToken === undefined ? request : { ...rest, body: `logout_token=${makeLogoutToken(logoutToken, now)}` }
}

/** A Security Event Token. */
export function makeSecurityEventToken(description: EventTokenDescription, now: number): string {
  const { event = 'session-revoked', event_timestamp = now } = description
  const claims = {
    iss: 'https://as.example',
    aud: 'https://api.example',
    iat: now,
    jti: randomUUID(),
    sub_id: { format: 'iss_sub', iss: 'https://as.example', sub: 'user-1' },
    events: { [caep + event]: { event_timestamp } },
    ...description.claims,
  }
  return signEventToken('secevent+jwt', claims, description)
}

function makeLogoutToken(description: EventTokenDescription, now: number): string {
  const claims = {
    iss: 'https://as.example',
    aud: 'rs-client',
    iat: now,
    exp: now + 120,
    jti: randomUUID(),
    sub: 'user-1',
    sid: 'sid-1',
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    ...description.claims,
  }
  return signEventToken('logout+jwt', claims, description)
}

function signEventToken(typ: string, claims: Readonly<Record<string, unknown>>, { header, omit, sign }: EventTokenDescription): string {
  return signJwt({ alg: 'ES256', typ, kid: 'as-1', ...header }, without(claims, omit), keys[sign ?? 'as-1'])
}
