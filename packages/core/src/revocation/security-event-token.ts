/**
 * Reads a Security Event Token, RFC 8417 in the profile of SSF 1.0, once its signature has been verified: the CAEP 1.0 events that end tokens
 * or change what holds of them. Other events are taken, and change nothing.
 *
 * @module
 */
import type { RevocationMark } from './revocation-mark.ts'
import { isObject, isText, isTime, type Members, malformed, namesUs, type Signal, type SignalFault } from './signal-fault.ts'
import { readSubject } from './subject-identifier.ts'

/** What is demanded of a token. */
export interface EventTokenRules {
  readonly audiences: readonly string[]
  readonly criticalSubjectMembers: readonly string[]
  readonly clockToleranceSeconds: number
}

type Effect = NonNullable<RevocationMark['effect']>

const caep = 'https://schemas.openid.net/secevent/caep/event-type/'

// A session that was revoked has ended, whatever the server says of its tokens. Of the others it knows best.
const effects: Readonly<Record<string, Effect>> = {
  [`${caep}session-revoked`]: 'refuse',
  [`${caep}credential-change`]: 'ask',
  [`${caep}token-claims-change`]: 'ask',
  [`${caep}assurance-level-change`]: 'ask',
}

/** Reads the claims of a token that a transmitter has signed; `now` in seconds. */
export function readSecurityEventToken(claims: Members, rules: EventTokenRules, now: number): Signal | SignalFault {
  const { iss, aud, jti, iat, events } = claims
  const fault = findFault(claims, rules, now)
  if (fault !== undefined) return malformed(fault)
  if (!namesUs(aud, rules.audiences)) return { fault: 'invalid_audience', description: 'its "aud" does not name us' }
  const marks: RevocationMark[] = []
  for (const [type, event] of Object.entries(events as Members)) {
    const effect = Object.hasOwn(effects, type) ? effects[type] : undefined
    if (effect === undefined) continue
    const read = readMarks(claims, event as Members, effect, rules)
    if ('fault' in read) return read
    marks.push(...read)
  }
  return { id: JSON.stringify([iss, jti]), marks: marks.map((mark) => ({ ...mark, eventTime: mark.eventTime ?? Number(iat) })) }
}

function findFault({ jti, iat, exp, sub, toe, events }: Members, rules: EventTokenRules, now: number): string | undefined {
  if (!isTime(iat) || iat - now > rules.clockToleranceSeconds) return 'its "iat" is missing, no number, or lies ahead'
  if (!isText(jti)) return 'its "jti" is missing, or no text'
  // SSF 1.0: so that it cannot be taken for another kind of JWT, nor another for it.
  if (exp !== undefined) return 'it has an "exp"'
  if (sub !== undefined) return 'it has a "sub"'
  if (toe !== undefined && !isTime(toe)) return 'its "toe" is no number'
  if (!isObject(events) || Object.keys(events).length === 0) return 'its "events" is missing, empty, or no object'
  if (!Object.values(events).every(isObject)) return 'an event in it is no object'
  return undefined
}

function readMarks(
  { iss, toe, sub_id: subject }: Members,
  { event_timestamp: at = toe }: Members,
  effect: Effect,
  { criticalSubjectMembers: critical }: EventTokenRules,
): readonly RevocationMark[] | SignalFault {
  if (at !== undefined && !isTime(at)) return malformed('its "event_timestamp" is no number')
  const read = readSubject(subject, { issuer: String(iss), maybeSession: effect === 'refuse', critical })
  if (read === undefined) return malformed('its "sub_id" is missing, or no subject identifier')
  return read.map((names) => {
    // All tokens of a client or an issuer have hardly ended: the server knows which.
    const { subject: user, session, jti } = names
    const isNarrow = user !== undefined || session !== undefined || jti !== undefined
    return { ...names, effect: isNarrow ? effect : 'ask', ...(at === undefined ? {} : { eventTime: at }) }
  })
}
