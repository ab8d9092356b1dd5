/**
 * Where tokens and usage figures are kept. A store is a few simple operations; rules about tokens are in `tokens.ts`.
 *
 * @module
 */
import type { TokenRecord, TokenState } from './token-record.ts'

/** What usage figures count. */
export type UsageKind = 'issued' | 'asked' | 'inactive' | 'refused' | 'revoked'

/** A usage figure: how often a client did something within a minute. */
export interface UsageFigure {
  /** Whole minutes since the epoch; 0 stands for all time. */
  readonly minute: number
  readonly clientId: string
  readonly kind: UsageKind
  readonly count: number
}

/** A store of tokens. Every instance of a server that has the same store knows the same tokens. */
export interface TokenStore {
  /** Keeps a new token. */
  add(record: TokenRecord): Promise<void>
  find(digest: string): Promise<TokenRecord | undefined>
  /** Moves a token to another state if it is in one of `from`, and tells whether it did. Atomic: of two calls at once, one does. */
  move(digest: string, from: readonly TokenState[], to: TokenState): Promise<boolean>
  /** The tokens of one grant, in the order in which they were issued. */
  ofGrant(grant: string): Promise<readonly TokenRecord[]>
  /** The tokens issued last, newest first. */
  latest(limit: number): Promise<readonly TokenRecord[]>
  /** Adds one to the figure of the minute. */
  tally(minute: number, clientId: string, kind: UsageKind): Promise<void>
  /** The figures of a minute and of those after it; those of all time, under minute 0, when it is 0. */
  usage(sinceMinute: number): Promise<readonly UsageFigure[]>
  /** Forgets tokens that expired before a time, in seconds, and the figures of minutes before it, but those of all time. */
  forget(before: number): Promise<void>
}
