/**
 * How an application is guarded, in the names of our options, and what of it is not built yet.
 *
 * @module
 */
import * as core from '@oauth-introspect/core'
import type { Members, Row } from './row.ts'

/** A part that a row needs and that the product does not have yet. */
export class NotBuilt extends Error {}

/** What a profile is filled with. */
export interface ProfileInputs {
  readonly row: Row
  /** For rows that stand for several situations: which. */
  readonly variant: number
  readonly endpoint: string
  readonly clientSecret: string
  readonly now: () => number
  readonly onEvent: (event: unknown) => void
  /** Keeps what a store of answers is given. */
  readonly store: Map<string, string>
}

/** How an application is guarded. */
export interface Protection {
  readonly options: Members
  /** Routes of their own before the one for everything: requirements, or whole options, by path. */
  readonly routes?: Readonly<Record<string, { readonly requirements: Members } | { readonly options: Members }>>
  readonly adapterOptions?: Members
  /** Endpoints of the adapter's own, mounted in front. */
  readonly endpoints?: readonly ('protectedResourceMetadata' | 'securityEvents')[]
  readonly tls?: boolean
  /** Middleware before answers, and goes on. */
  readonly answersEarly?: boolean
  /** The application answers errors itself. */
  readonly ownErrors?: boolean
  /** A function of the application throws: what comes then is the framework's. */
  readonly throws?: boolean
}

/** An export of core. @throws {NotBuilt} when there is none. */
export function exported(name: string): (...values: readonly unknown[]) => unknown {
  const value = (core as Members)[name]
  if (typeof value !== 'function') throw new NotBuilt(`export ${name}`)
  return value as never
}
