/**
 * What the preset of a product knows, and no option says. It stands under a symbol: it goes along when options are spread, and nobody
 * writes it by hand.
 *
 * @module
 */
import type { WarningCode } from './events.ts'
import type { RequestRules } from './introspection-request.ts'
import type { ReplyRules } from './introspection-response.ts'

/** How a product is spoken with, beyond what options say. */
export interface Dialect {
  /** What an operator should know of; told when the resource server is made. */
  readonly warnings?: readonly WarningCode[]
  readonly request?: Pick<RequestRules, 'formParameter'>
  readonly reply?: Pick<ReplyRules, 'errorsAtAnyStatus'>
}

// Symbol.for, so that two copies of this package in one process understand each other.
const key = Symbol.for('@oauth-introspect/core/dialect')

/** Gives options a dialect. */
export function withDialect<O extends object>(options: O, dialect: Dialect): O {
  return Object.freeze({ ...options, [key]: Object.freeze(dialect) })
}

/** The dialect of options, if a preset has given them one. */
export function dialectOf(options: unknown): Dialect {
  const spoken = typeof options === 'object' && options !== null ? (options as { readonly [key]?: Dialect })[key] : undefined
  return spoken ?? {}
}
