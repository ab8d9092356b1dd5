/**
 * What a granted request was measured by, kept with its `auth`: a later check can only add to it, and a signal that is held on to is
 * measured by the same.
 *
 * @module
 */
import type { Held } from './auth-signal.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import type { ActiveAnswer } from './cache/answer.ts'
import type { GivenReason } from './challenge.ts'
import type { AnswerSource } from './events.ts'
import { findUnmet, type Needs } from './requirements.ts'
import type { ResourceRequest } from './resource-request.ts'
import { describeToken, type Named } from './revocation/mark-index.ts'

/** A token that is being judged: whom to ask about it, and what it must be enough for. */
export interface Presentation {
  readonly asked: AuthorizationServer
  readonly token: string
  readonly needs: Needs
  /** For events, and for the end of what is held: where the token came from. */
  readonly request: ResourceRequest
}

/** How a granted request stands. */
export class Standing implements Held {
  readonly server: object
  readonly presentation: Presentation
  readonly answer: ActiveAnswer
  readonly source: AnswerSource
  /** SHA-256 of the token in base64url, once a mark has needed it. */
  tokenDigest: string | undefined

  constructor(server: object, presentation: Presentation, answer: ActiveAnswer, source: AnswerSource) {
    this.server = server
    this.presentation = presentation
    this.answer = answer
    this.source = source
  }

  /** True when the answer came from the authorization server for this request. */
  get fresh(): boolean {
    return this.source === 'asked' || this.source === 'joined'
  }

  /** The first of its needs that the answer does not meet now, milliseconds since epoch. */
  findUnmet(now: number): GivenReason | undefined {
    const { introspection, invalidPaths } = this.answer
    const { needs, asked } = this.presentation
    return findUnmet({ introspection, claimsValid: invalidPaths === undefined, fresh: this.fresh }, needs, asked.rules, now)
  }

  /** By what marks of revocation can name its token. */
  get named(): Named {
    return describeToken(this.answer.introspection, { tokenDigest: this.tokenDigest, issuer: this.presentation.asked.issuer })
  }

  get answeredAt(): number {
    return this.answer.sentAt
  }

  get expiresAt(): number {
    const { exp = Infinity } = this.answer.introspection
    return (exp + (this.fresh ? this.presentation.asked.rules.expiryToleranceSeconds : 0)) * 1000
  }

  get whenClosed(): Held['whenClosed'] {
    const { request } = this.presentation
    return request.whenClosed === undefined ? undefined : (act) => request.whenClosed?.(act)
  }
}
