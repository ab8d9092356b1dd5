/**
 * Where access tokens of our own come from.
 *
 * @module
 */

/** Gets, keeps and renews an access token of our own. */
export interface TokenSource {
  token(): Promise<string>
  /** Forgets the token: it was refused. */
  invalidate(): void
  /** Whose tokens these are, without any secret: what they get answers to is remembered apart from what others do. */
  readonly identity?: string
}

/** Tells a token source from anything else. */
export function isTokenSource(value: unknown): value is TokenSource {
  if (typeof value !== 'object' || value === null) return false
  const source = value as Readonly<Record<string, unknown>>
  return typeof source['token'] === 'function' && typeof source['invalidate'] === 'function'
}
