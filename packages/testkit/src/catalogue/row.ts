/**
 * A row of the catalogue: what a client sends, what the authorization server does, and what must come of it. Types only; `read-rows.ts` reads.
 *
 * @module
 */

/** An object of JSON. */
export type Members = Readonly<Record<string, unknown>>

/** Header lines in order; names may repeat. */
export type Lines = readonly (readonly [name: string, value: string])[]

/** A DPoP proof, by what is odd about it. */
export interface ProofDescription {
  readonly raw?: string
  readonly lines?: number
  readonly key?: 'other'
  readonly alg?: string
  readonly jwk?: 'rsa-1024'
  readonly header?: Members
  readonly header_omit?: readonly string[]
  readonly claims?: Members
  readonly omit?: readonly string[]
  readonly nonce?: string
  /** `null`: unsigned. */
  readonly sign?: 'other' | 'zero' | null
}

/** A security event token or a logout token, by what is odd about it. */
export interface EventTokenDescription {
  readonly event?: string
  readonly event_timestamp?: number
  readonly header?: Members
  readonly claims?: Members
  readonly omit?: readonly string[]
  readonly sign?: 'attacker'
  /** Sent so often; what is expected is expected of the last. */
  readonly repeat?: number
}

/** One HTTP request. */
export interface ClientRequest {
  readonly method?: string
  readonly path?: string
  readonly headers?: Lines
  readonly body?: string
  /** The whole request as it goes over the wire. */
  readonly raw?: string
  readonly encoding?: 'utf8'
  readonly dpop?: ProofDescription | null
  readonly set?: EventTokenDescription
  readonly logout_token?: EventTokenDescription
  readonly no_authorization?: boolean
  readonly client_cert?: 'client-a' | 'client-b' | 'client-a-expired'
}

/** What the client does: one request, or one of the kinds. */
export interface RowRequest extends ClientRequest {
  readonly kind?: 'after' | 'burst' | 'sequence_requests' | 'configure' | 'abort_request' | 'pipeline' | 'race' | 'poll'
  readonly first?: ClientRequest
  readonly advance_s?: number
  readonly clock_jump_s?: number
  readonly suspend_s?: number
  readonly n?: number
  readonly token?: 'random'
  readonly tokens?: readonly string[]
  readonly paths?: readonly string[]
  readonly then?: ClientRequest
  readonly abort_first?: boolean
  readonly after_ms?: number
  readonly signal_at_ms?: number
  readonly requests?: readonly ClientRequest[]
  readonly options?: Members
}

/** A signed reply (RFC 9701). */
interface SignedReply {
  readonly header: Members & { readonly alg: string }
  readonly claims: Members
  readonly raw_payload?: string
  /** The name of a key; `null`: unsigned. */
  readonly sign_with: string | null
}

/** What the authorization server does with a call. */
export interface Step {
  readonly kind: string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly extra_headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly body_raw?: string
  readonly hex?: string
  readonly ct?: string
  readonly ms?: number
  readonly interval_ms?: number
  readonly content_length?: number
  readonly inflated?: number
  readonly codes?: readonly number[]
  readonly then?: Step
  readonly steps?: readonly Step[]
  readonly rules?: Readonly<Record<string, Step | string>>
  readonly location?: string
  readonly target?: Step
  readonly jwt?: SignedReply
  readonly metadata?: Members
  readonly introspection?: Step
}

/** Of an expected challenge: the schemes, and the names of parameters that must and must not be there. */
interface ExpectedChallenge {
  readonly schemes?: readonly string[]
  readonly require?: readonly string[]
  readonly forbid?: readonly string[]
}

/** What must come of it. `status_any` and `error_any` are tolerated beside the recommended values. */
export interface Expected {
  readonly status?: number
  readonly status_any?: readonly number[]
  readonly error?: string | null
  readonly error_any?: readonly (string | null)[]
  readonly challenge?: ExpectedChallenge | null
  readonly challenge_scope?: string
  readonly challenge_value?: Readonly<Record<string, string>>
  readonly raw_challenge?: string
  /** Whole challenges, without descriptions; `null`: none at all. */
  readonly challenges?: readonly { readonly scheme: string; readonly params: Readonly<Record<string, string>> }[] | null
  readonly handler_called?: boolean | 'iff_200'
  readonly upstream_calls?: number | { readonly min?: number; readonly max?: number }
  readonly upstream?: Members
  readonly upstream_form?: Readonly<Record<string, string>>
  readonly claims?: Members | null
  readonly actor?: Members
  readonly cache?: 'negative' | 'positive<=maxTtl' | 'not stored'
  readonly store_must_not_contain?: string
  readonly jwks?: 'down'
  readonly max_ms?: number
  readonly retry_after?: string
  readonly response_headers?: Readonly<Record<string, string>>
  readonly content_type?: string
  readonly json?: Members
  readonly json_absent?: readonly string[]
  readonly no_body?: boolean
  readonly body_empty?: boolean
  readonly body_still_readable?: boolean
  readonly log_lines_max?: number
  readonly statuses?: readonly number[]
  readonly kind?: 'config_error' | 'poll_client'
  /** What a client that polls says of the tokens; `*`: anything. */
  readonly expect?: Members
  readonly must_not?: readonly string[]
}

/** A row. */
export interface Row {
  readonly id: string
  readonly what: string
  readonly profile: string
  /** Options on top of the profile. */
  readonly options: Members
  readonly request: RowRequest
  readonly as: Step
  readonly expected: Expected
  readonly platforms: readonly string[]
  readonly setup: string
}
