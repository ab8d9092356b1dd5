/**
 * Decides whether a token's metadata is enough for this resource and this request. Pure: the time is given.
 *
 * @module
 */
import type { GivenReason } from './challenge.ts'
import type { ActiveIntrospection } from './introspection-response.ts'
import { listScopes, meets, type ScopeMatching, type ScopeRule, type Scopes } from './scope.ts'

/** What a route needs of a token, beyond what the resource server needs anyway: requirements only tighten. */
export interface Requirements {
  /** `'a b'` and `['a', 'b']`: all of them; `{ anyOf: [...] }`: one item is enough. */
  readonly requiredScopes?: Scopes
  /** One of these must be in `aud`; `null`: not checked, on purpose. */
  readonly audience?: string | readonly string[] | null
  /** One of these must be `client_id`. */
  readonly allowedClients?: readonly string[]
  /** Seconds since `iat`; a token without it is too old. */
  readonly maxTokenAgeSeconds?: number
  /** Seconds since the authorization server was asked; `0` asks afresh. */
  readonly maxAnswerAgeSeconds?: number
}

/** Requirements of all levels together, each level an item: all must be met. */
export interface Needs {
  readonly scopes: readonly ScopeRule[]
  readonly audiences: readonly (readonly string[])[]
  readonly clients: readonly (readonly string[])[]
  readonly maxTokenAgeSeconds: number
  readonly maxAnswerAgeMs: number
  /** The `scope` of a challenge: everything that all levels need. */
  readonly scope: string
}

/** What holds for every request to a resource server. */
export interface StandingRules {
  readonly issuer: string | undefined
  readonly scopeMatching: ScopeMatching
  readonly requireExpiry: boolean
  readonly requireSubject: boolean
  readonly requireIssuer: boolean
  readonly clockToleranceSeconds: number
  readonly expiryToleranceSeconds: number
}

/** An active answer in the light of which a request is judged. */
export interface Judged {
  readonly introspection: ActiveIntrospection
  /** False when the `claims` schema refused the answer. */
  readonly claimsValid: boolean
  /** True when it has just come from the authorization server. */
  readonly fresh: boolean
}

/** No requirement at all. */
export const noNeeds: Needs = combine()

/** Puts the needs of several levels together. */
export function combine(...levels: readonly Omit<Needs, 'scope'>[]): Needs {
  const scopes = levels.flatMap((level) => level.scopes)
  return {
    scopes,
    audiences: levels.flatMap((level) => level.audiences),
    clients: levels.flatMap((level) => level.clients),
    maxTokenAgeSeconds: Math.min(...levels.map((level) => level.maxTokenAgeSeconds)),
    maxAnswerAgeMs: Math.min(...levels.map((level) => level.maxAnswerAgeMs)),
    scope: listScopes(scopes),
  }
}

/** The first requirement that is not met, in the order: time, issuer, audience, client, type, binding, claims, scope. */
export function findUnmet(judged: Judged, needs: Needs, rules: StandingRules, now: number): GivenReason | undefined {
  const { introspection } = judged
  return (
    judgeTime(judged, needs, rules, Math.floor(now / 1000)) ??
    judgeIssuer(introspection, rules) ??
    (needs.audiences.every((accepted) => accepted.some((audience) => introspection.aud.includes(audience)))
      ? undefined
      : 'audience_mismatch') ??
    (needs.clients.every((allowed) => allowed.some((client) => client === introspection.client_id)) ? undefined : 'client_not_allowed') ??
    (isAccessToken(introspection) ? undefined : 'token_type_refused') ??
    (introspection.bound ? 'binding_unproved' : undefined) ??
    (judged.claimsValid && (isNamed(introspection.sub) || !rules.requireSubject) ? undefined : 'claims_invalid') ??
    (needs.scopes.every((rule) => meets(introspection.scope, rule, rules.scopeMatching)) ? undefined : 'scope_insufficient')
  )
}

/**
 * RFC 7519 §4.1.4 to §4.1.6. A tolerance may admit a fresh answer past `exp`, never a remembered one (RFC 7662 §4).
 * Asked is what must be so: by a clock that gives no number nothing is, and every token is refused.
 */
function judgeTime({ introspection, fresh }: Judged, needs: Needs, rules: StandingRules, now: number): GivenReason | undefined {
  const { exp, nbf, iat } = introspection
  if (exp === undefined ? rules.requireExpiry : !(now < exp + (fresh ? rules.expiryToleranceSeconds : 0))) return 'token_expired'
  if (!(now + rules.clockToleranceSeconds >= Math.max(nbf ?? -Infinity, iat ?? -Infinity))) return 'token_not_yet_valid'
  if (needs.maxTokenAgeSeconds < Infinity && (iat === undefined || now - iat > needs.maxTokenAgeSeconds)) return 'token_too_old'
  return undefined
}

/** Compared character by character (RFC 7519 §7.3); an `iss` that is there must be the configured one. */
function judgeIssuer({ iss }: ActiveIntrospection, rules: StandingRules): GivenReason | undefined {
  if (rules.requireIssuer && !isNamed(iss)) return 'issuer_mismatch'
  if (iss === undefined) return undefined
  return rules.issuer === undefined || iss === rules.issuer ? undefined : 'issuer_mismatch'
}

/** An empty subject or issuer is nobody. */
function isNamed(name: string | undefined): boolean {
  return name !== undefined && name !== ''
}

const accessTokenTypes = new Set(['bearer', 'access_token', 'urn:ietf:params:oauth:token-type:access_token'])
// No standard member tells what kind of token an active one is; these are the words of servers in the field.
const otherTokenUses = new Set(['refresh', 'refresh_token', 'offline', 'id', 'id_token', 'logout'])
// RFC 9068 §2.1.
const accessTokenJwts = new Set(['at+jwt', 'application/at+jwt'])

/** A type that is not understood may carry a duty of proof: it is refused (RFC 6749 §7.1). Refresh and ID tokens open nothing (§1.5). */
function isAccessToken({ token_type, claims }: ActiveIntrospection): boolean {
  if (token_type !== undefined && !accessTokenTypes.has(token_type.toLowerCase())) return false
  return !isOtherUse(claims['typ']) && !isOtherUse(claims['token_use'])
}

/** A JWT of an explicit type (RFC 8725 §3.11) is what that says, with or without `application/` (RFC 7515 §4.1.9). */
function isOtherUse(use: unknown): boolean {
  if (Array.isArray(use)) return use.some(isOtherUse)
  if (typeof use !== 'string') return false
  const word = use.toLowerCase()
  return otherTokenUses.has(word) || (word.endsWith('+jwt') && !accessTokenJwts.has(word))
}
