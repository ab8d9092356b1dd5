/**
 * What is known about a token: an answer of the authorization server, and since when.
 *
 * @module
 */
import type { Admit } from '../admission.ts'
import type { ReadClaims } from '../claims-schema.ts'
import type { AnswerSource } from '../events.ts'
import type { ActiveIntrospection } from '../introspection-response.ts'

/** The token is active, with what the `claims` schema made of what was said. Times in milliseconds. */
export interface ActiveAnswer extends ReadClaims {
  readonly active: true
  readonly introspection: ActiveIntrospection
  /** When the question was sent. */
  readonly sentAt: number
  /** For how long the authorization server lets it be kept, where that is asked for. */
  readonly freshForMs?: number | undefined
}

/** The token is not active. */
interface InactiveAnswer {
  readonly active: false
  readonly sentAt: number
  readonly freshForMs?: number | undefined
}

/** An answer of the authorization server. */
export type Answer = ActiveAnswer | InactiveAnswer

/** An answer and where it came from. */
export interface Recollection {
  readonly answer: Answer
  readonly source: AnswerSource
}

/** Who is asked about tokens that nothing is known of. */
export interface Origin {
  /** Everything but the token that can change an answer, as one text. */
  readonly identity: string | Promise<string>
  /** Whose tokens these are where an answer does not say. */
  readonly issuer?: string | undefined
  /** False where answers are for this instance alone. */
  readonly isShared?: boolean
  /** `admit` comes along unless the token is known as an active one, however old the answer. */
  readonly ask: (token: string, admit?: Admit) => Promise<Answer>
  /** Reads members that were kept elsewhere as strictly as those of a reply. @throws where they cannot be one. */
  readonly reread?: (members: Record<string, unknown>, token: string) => Promise<Reread>
}

/** Members that have been read again; `undefined` when they are not about an active token. */
export type Reread = (ReadClaims & { readonly introspection: ActiveIntrospection }) | undefined

/** What the flow asks of the marks of revocation; `revocation/marks.ts` keeps them. */
export interface AnswerMarks {
  /** False while nothing is marked: a hit then pays nothing. */
  readonly any: boolean
  /** How many marks have come so far. */
  readonly received: number
  /** True when `judge` needs the digest of the token. */
  readonly needsTokenDigest: boolean
  judge(about: AnswerToJudge): Verdict
}

/** The answer counts as it is, the authorization server must be asked again, or the token has ended. */
export type Verdict = 'stands' | 'ask' | 'refuse'

/** Where an answer is that marks are held against: in memory, just found or brought, or to be served in an outage. */
export type AnswerPlace = 'memory' | 'store' | 'call' | 'stale'

/** An answer that marks are held against. */
export interface AnswerToJudge {
  readonly introspection: ActiveIntrospection
  readonly sentAt: number
  /** `received` when the call was sent. */
  readonly sentAfter: number
  readonly from: AnswerPlace
  /** SHA-256 of the token in base64url, where it is needed. */
  readonly tokenDigest: string | undefined
  readonly issuer: string | undefined
}

/** No mark at all. */
export const noMarks: AnswerMarks = { any: false, received: 0, needsTokenDigest: false, judge: () => 'stands' }
