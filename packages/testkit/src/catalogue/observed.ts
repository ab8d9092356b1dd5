/**
 * All that was observed of a row, beyond what `expected` speaks of.
 *
 * @module
 */
import type { IntrospectEvent } from '@oauth-introspect/core'
import type { IntrospectionCall } from '../authorization-server.ts'
import type { Happened } from './expectations.ts'
import type { Protection } from './protection.ts'

/** What was observed. */
export interface Observed {
  readonly happened: Happened
  readonly token: string
  readonly clientSecret: string
  readonly protection: Protection
  /** Introspection calls of the whole row, other requests to the authorization server, requests to another host. */
  readonly calls: readonly IntrospectionCall[]
  readonly strays: readonly IntrospectionCall[]
  readonly elsewhere: readonly IntrospectionCall[]
  readonly events: readonly IntrospectEvent[]
  /** What reached the framework's error handling. */
  readonly errors: readonly unknown[]
  readonly output: readonly string[]
  readonly shown: readonly string[]
  readonly lookups: readonly string[]
  readonly store: ReadonlyMap<string, string>
  readonly prototypeClean: boolean
  /** Of rows with a bound on them; otherwise 0. */
  readonly blockedMs: number
  readonly grownBytes: number
}
