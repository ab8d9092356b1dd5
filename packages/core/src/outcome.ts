/**
 * What becomes of a request, and what a resource server offers: the types of the seam between core and adapters.
 *
 * @module
 */
import type { AuthInfo } from './auth-info.ts'
import type { Header, Refused } from './challenge.ts'
import type { Claims } from './introspection-response.ts'
import type { Requirements } from './requirements.ts'
import type { ResourceRequest } from './resource-request.ts'
import type { RevocationMark } from './revocation/revocation-mark.ts'

/** A request with a token that is enough for it. */
export interface Granted<C = Claims> {
  readonly outcome: 'granted'
  readonly auth: AuthInfo<C>
  readonly headers: readonly Header[]
}

/** A request without a token, where that is allowed. */
export interface Anonymous {
  readonly outcome: 'anonymous'
  readonly headers: readonly Header[]
}

/** What becomes of a request. */
export type Outcome<C = Claims, Optional extends boolean = boolean> = Granted<C> | Refused | (Optional extends true ? Anonymous : never)

/** Figures since the resource server was made. */
export interface ResourceServerStats {
  readonly granted: number
  readonly refused: number
  readonly anonymous: number
  /** Requests answered from memory. */
  readonly hits: number
  /** Requests that waited for a call that was already under way. */
  readonly joined: number
  /** Requests answered from the shared store. */
  readonly storeHits: number
  /** Operations of the shared store that failed, or took too long. */
  readonly storeFailures: number
  /** Requests answered by what is older than allowed, because the authorization server could not be asked. */
  readonly stale: number
  /** Answers that were asked for ahead of their end. */
  readonly refreshed: number
  /** Questions put to the authorization server, retries not counted. */
  readonly calls: number
  /** Questions that brought no usable answer. */
  readonly failedCalls: number
  readonly callsInFlight: number
  readonly entries: number
  readonly inactiveEntries: number
  /** Tokens that are held on to by an `auth.signal`. */
  readonly signals: number
  /** Revocations that are remembered. */
  readonly marks: number
  /** How often `onEvent` has thrown. */
  readonly listenerFailures: number
}

/** A resource server (RFC 6749 §1.1): guards requests by what the authorization server says of their tokens. */
export interface ResourceServer<C = Claims, Optional extends boolean = boolean> {
  /** Judges a request; a promise only where something must be awaited. Throws or rejects with what a function of the application has thrown. */
  authorize(request: ResourceRequest, requirements?: Requirements): Outcome<C, Optional> | Promise<Outcome<C, Optional>>
  /** Judges a granted token again, for more; a promise only when `maxAnswerAgeSeconds` demands a call. */
  check(auth: AuthInfo<C>, requirements: Requirements): Outcome<C, false> | Promise<Outcome<C, false>>
  /** Resolves when the first request need not wait for anything but its own answer; rejects when that cannot be had. */
  ready(): Promise<void>
  /**
   * Ends tokens: on this instance at once, and, with a `revocation.bus`, on every other; resolves when they will have heard of it, and rejects
   * when that cannot be had.
   */
  revoke(mark: RevocationMark): Promise<void>
  /** Forgets what is known of a token: the next request with it asks. */
  forget(token: string): Promise<void>
  stats(): ResourceServerStats
  /** Asks nothing more; resolves when what was asked has been answered or is past its deadline, and the connections are closed; revocations are not heard any more. */
  close(): Promise<void>
}
