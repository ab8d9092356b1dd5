/**
 * Refusals as values: reason -> status, `WWW-Authenticate`, body; RFC 6750 §3, RFC 9110 §11.6.1.
 * Everything said to the caller is a constant or comes from the options: nothing of the request or the authorization server.
 *
 * @module
 */

/** A response header; adapters append those that are lists, such as `WWW-Authenticate` and `Vary`, and set all others. */
export type Header = readonly [name: string, value: string]

/** Why a request was refused: for logs and metrics, not for the caller. */
export type RefusalReason =
  | 'token_missing'
  | 'scheme_unsupported'
  | 'request_malformed'
  | 'token_malformed'
  | 'token_inactive'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_too_old'
  | 'issuer_mismatch'
  | 'audience_mismatch'
  | 'client_not_allowed'
  | 'token_type_refused'
  | 'claims_invalid'
  | 'binding_unproved'
  | 'proof_invalid'
  | 'nonce_required'
  | 'scope_insufficient'
  | 'authorization_details_insufficient'
  | 'authentication_insufficient'
  | 'authorization_server_unavailable'
  | 'authorization_server_rejected_us'
  | 'overloaded'

/** A request that is answered instead of handled. */
export interface Refused {
  readonly outcome: 'refused'
  readonly status: 400 | 401 | 403 | 500 | 503
  readonly headers: readonly Header[]
  readonly body: Readonly<Record<string, unknown>>
  readonly reason: RefusalReason
  readonly cause?: unknown
}

/** What every challenge of one resource server carries. */
export interface Protection {
  readonly realm: string
  /** Scripts of other origins may read the challenges, and the nonces that belong to them. */
  readonly exposed?: boolean
}

interface RefusalDetail {
  /** The scopes that the operation needs, space-separated. */
  readonly scope?: string
  readonly retryAfterSeconds?: number | undefined
  readonly cause?: unknown
}

/** The RFC 6750 §3.1 error, with the one description used for it. */
interface BearerError {
  readonly error: string
  readonly error_description: string
}

const invalidRequest: BearerError = {
  error: 'invalid_request',
  error_description: 'the request must present exactly one access token, in one way',
}
// One description for whatever made the token useless here: the difference is nobody's business but the operator's (RFC 7662 §4).
const invalidToken: BearerError = {
  error: 'invalid_token',
  error_description: 'the access token is not valid for this resource',
}
const insufficientScope: BearerError = {
  error: 'insufficient_scope',
  error_description: 'the access token does not have the scope that this request needs',
}

/** The reasons that the parts built so far can give. */
export type GivenReason = Exclude<
  RefusalReason,
  'proof_invalid' | 'nonce_required' | 'authorization_details_insufficient' | 'authentication_insufficient'
>

const answers: Readonly<Record<GivenReason, { readonly status: Refused['status']; readonly says?: BearerError }>> = {
  token_missing: { status: 401 },
  scheme_unsupported: { status: 401 },
  request_malformed: { status: 400, says: invalidRequest },
  token_malformed: { status: 401, says: invalidToken },
  token_inactive: { status: 401, says: invalidToken },
  token_expired: { status: 401, says: invalidToken },
  token_not_yet_valid: { status: 401, says: invalidToken },
  token_too_old: { status: 401, says: invalidToken },
  issuer_mismatch: { status: 401, says: invalidToken },
  audience_mismatch: { status: 401, says: invalidToken },
  client_not_allowed: { status: 401, says: invalidToken },
  token_type_refused: { status: 401, says: invalidToken },
  claims_invalid: { status: 401, says: invalidToken },
  binding_unproved: { status: 401, says: invalidToken },
  scope_insufficient: { status: 403, says: insufficientScope },
  authorization_server_unavailable: { status: 503 },
  authorization_server_rejected_us: { status: 500 },
  overloaded: { status: 503 },
}

/** Makes the refusal for a reason. A fault of our side (5xx) carries no challenge: a client would drop a good token. */
export function refuse(reason: GivenReason, protection: Protection, detail: RefusalDetail = {}): Refused {
  const { status, says } = answers[reason]
  const headers: Header[] = [['Cache-Control', 'no-store']]
  if (status < 500) {
    headers.push(['WWW-Authenticate', bearerChallenge(protection, says, reason === 'scope_insufficient' ? detail.scope : undefined)])
  }
  if (protection.exposed === true) headers.push(['Access-Control-Expose-Headers', 'WWW-Authenticate, DPoP-Nonce'])
  if (detail.retryAfterSeconds !== undefined) headers.push(['Retry-After', String(detail.retryAfterSeconds)])
  return Object.freeze({
    outcome: 'refused',
    status,
    headers: Object.freeze(headers),
    body: Object.freeze({ ...says }),
    reason,
    ...(detail.cause === undefined ? {} : { cause: detail.cause }),
  })
}

function bearerChallenge(protection: Protection, says: BearerError | undefined, scope: string | undefined): string {
  const parameters: [string, string][] = [['realm', protection.realm]]
  if (says !== undefined) parameters.push(['error', says.error], ['error_description', says.error_description])
  if (scope !== undefined) parameters.push(['scope', scope])
  return `Bearer ${parameters.map(([name, value]) => `${name}=${quote(value)}`).join(', ')}`
}

/** A quoted-string of RFC 9110 §5.6.4: quote and backslash are escaped, nothing else needs to be. */
function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}
