/**
 * What a handler sees of a granted request: one small object per request over shared, frozen claims.
 *
 * @module
 */
import type { ActiveIntrospection, Claims } from './introspection-response.ts'

/** The metadata of the access token that was granted. Times in seconds unless the name says otherwise. */
export interface AuthInfo<C = Claims> {
  readonly clientId?: string
  readonly subject?: string
  readonly username?: string
  readonly scopes: readonly string[]
  readonly audience: readonly string[]
  readonly issuer?: string
  /** Which authorization server answered: its issuer where that is configured, else its introspection endpoint. */
  readonly authorizationServer: string
  readonly expiresAt?: number
  readonly issuedAt?: number
  readonly tokenType?: string
  /** The current actor, `act` of RFC 8693 §4.1; the actors nested in it are history and decide nothing. */
  readonly actor?: unknown
  /** The members of the reply, deep-frozen and shared between requests, or what the `claims` schema made of them. Never the token. */
  readonly claims: C
  /** When the question was sent, milliseconds since epoch. */
  readonly answeredAt: number
  /** True when the answer is older than allowed and served because the authorization server is down. */
  readonly stale: boolean
  /** The access token, for calls further on. Not enumerable: no logger prints it by accident. */
  readonly token: string
  /**
   * Aborts when the token is good no longer, with the reason `{ reason: 'expired' | 'revoked' }`, and with `'closed'` when the response or
   * the resource server is closed. Made when first read: for what outlives the start of a response, such as a stream of events. Not
   * enumerable.
   */
  readonly signal: AbortSignal
  /** Tells whether all these scopes are granted, by the resource server's matching; `'a b'` is two. */
  hasScope(...scopes: string[]): boolean
}

/** What an `AuthInfo` is made of. */
export interface AuthSource<Standing> {
  readonly answer: { readonly introspection: ActiveIntrospection; readonly claims: unknown; readonly sentAt: number }
  readonly authorizationServer: string
  readonly stale: boolean
  readonly grants: (granted: readonly string[], scopes: readonly string[]) => boolean
  readonly hold: (standing: Standing) => AbortSignal
}

/** The `AuthInfo` of one request. What only we may read of it is private, so that neither `inspect` nor `JSON` shows it. */
export class GrantedAuth<Standing> implements AuthInfo<unknown> {
  declare readonly clientId?: string
  declare readonly subject?: string
  declare readonly username?: string
  readonly scopes: readonly string[]
  readonly audience: readonly string[]
  declare readonly issuer?: string
  readonly authorizationServer: string
  declare readonly expiresAt?: number
  declare readonly issuedAt?: number
  declare readonly tokenType?: string
  declare readonly actor?: unknown
  readonly claims: unknown
  readonly answeredAt: number
  readonly stale: boolean
  readonly #token: string
  readonly #grants: AuthSource<Standing>['grants']
  readonly #hold: AuthSource<Standing>['hold']
  readonly #standing: Standing
  #signal: AbortSignal | undefined

  constructor(source: AuthSource<Standing>, token: string, standing: Standing) {
    const { introspection, claims, sentAt } = source.answer
    if (introspection.client_id !== undefined) this.clientId = introspection.client_id
    if (introspection.sub !== undefined) this.subject = introspection.sub
    if (introspection.username !== undefined) this.username = introspection.username
    this.scopes = introspection.scope
    this.audience = introspection.aud
    if (introspection.iss !== undefined) this.issuer = introspection.iss
    this.authorizationServer = source.authorizationServer
    if (introspection.exp !== undefined) this.expiresAt = introspection.exp
    if (introspection.iat !== undefined) this.issuedAt = introspection.iat
    if (introspection.token_type !== undefined) this.tokenType = introspection.token_type
    if (introspection.claims['act'] !== undefined) this.actor = introspection.claims['act']
    this.claims = claims
    this.answeredAt = sentAt
    this.stale = source.stale
    this.#token = token
    this.#grants = source.grants
    this.#hold = source.hold
    this.#standing = standing
  }

  get token(): string {
    return this.#token
  }

  get signal(): AbortSignal {
    return (this.#signal ??= this.#hold(this.#standing))
  }

  hasScope(...scopes: string[]): boolean {
    return this.#grants(this.scopes, scopes)
  }

  /** What was kept with an `AuthInfo` of ours; `undefined` for any other object. */
  static standingOf(auth: unknown): unknown {
    return typeof auth === 'object' && auth !== null && #standing in auth ? auth.#standing : undefined
  }
}
