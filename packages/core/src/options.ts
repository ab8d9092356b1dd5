/**
 * Every option: its type, unit and default. resolve-options.ts reads them.
 *
 * @module
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { AdmissionKey } from './admission.ts'
import type { SelectAuthorizationServer } from './authorization-server-selection.ts'
import type { TokenSyntax } from './bearer-token.ts'
import type { BreakerOptions } from './breaker-options.ts'
import type { StoreLike } from './cache/store.ts'
import type { ClientAuthentication } from './client-authentication/client-authentication.ts'
import type { IntrospectEvent } from './events.ts'
import type { HttpOptions } from './http-options.ts'
import type { IntrospectionRequestOptions } from './introspection-request-options.ts'
import type { Claims, MissingActive } from './introspection-response.ts'
import type { Requirements } from './requirements.ts'
import type { RevocationOptions } from './revocation/revocation-options.ts'
import type { Transport } from './runtime/fetch-connection.ts'
import type { ScopeMatching } from './scope.ts'
import type { SignedIntrospectionOptions } from './signed-introspection-options.ts'
import type { TokenSources } from './token-sources.ts'

/** What `auth.claims` is without a `claims` schema. */
export type DefaultSchema = StandardSchemaV1<unknown, Claims>

/** How long answers are remembered. */
export interface CacheOptions {
  /** Active answers kept at most. Default 10 000. */
  readonly maxEntries?: number
  /** Seconds an active answer is kept at most; its `exp` ends it earlier. Default 60. `0` keeps none. */
  readonly maxAgeSeconds?: number
  /** Inactive answers kept at most, in a store of their own. Default 10 000. */
  readonly inactiveMaxEntries?: number
  /** Seconds an inactive answer is kept. Default 10. `0` keeps none. */
  readonly inactiveMaxAgeSeconds?: number
  /**
   * Seconds after its age for which an active answer still counts when the authorization server cannot be asked: unreachable, too slow or
   * unavailable. Never past `exp`, never past a route's `maxAnswerAgeSeconds`, and shown by `auth.stale`. Default 0: none.
   */
  readonly staleIfErrorSeconds?: number
  /** Asks again, in the background, about tokens in use whose answer is in the last fifth of its life. Default `false`. */
  readonly refreshAhead?: boolean
  /** Lets `Cache-Control` of a reply shorten what is kept: `max-age`, `no-store`, `no-cache` (RFC 9111 §5.2.2). Default `false`. */
  readonly respectCacheControl?: boolean
  /** Where active answers are shared with other instances. What it cannot do is a miss, and a `store` event. */
  readonly store?: StoreLike
  /** Milliseconds that a request waits for the store at most. Default 50. */
  readonly storeTimeoutMs?: number
  /** What keys in the store begin with. Default nothing. Where `bearerToken()` has a function, nothing is shared without it. */
  readonly prefix?: string
}

/** How replies of the authorization server are taken. */
export interface IntrospectionReplyOptions {
  /** Error codes of a 400 that are about the token presented, which is then inactive; any other 400 is about us. Default `['unsupported_token_type']`. */
  readonly inactiveErrors?: readonly string[]
  /**
   * What a reply without `active` means. `'refuse'` (default): nothing, it is unusable (RFC 7662 §2.2). `'checkToken'`, for Spring's old
   * `check_token` endpoint: an active token, if the reply names a client or a user and no error.
   */
  readonly missingActive?: MissingActive
}

type Endpoint = (
  | {
      /** Absolute https URL of the introspection endpoint (RFC 7662 §2); its query is kept; http only on loopback. `issuer` does in its place. */
      readonly introspectionEndpoint: string | undefined
      /**
       * The issuer whose tokens are accepted: an `iss` in a reply must equal it. Without `introspectionEndpoint` its metadata are asked for
       * the endpoint (RFC 8414, OpenID Connect Discovery): it must then be an https URL, written as it is there.
       */
      readonly issuer?: string | undefined
    }
  | {
      readonly introspectionEndpoint?: never
      /** The issuer whose tokens are accepted, and whose metadata name the endpoint. */
      readonly issuer: string | undefined
    }
) & {
  /** Allows an http endpoint or issuer that is not on loopback: tokens and credentials then travel in the clear. Default `false`. */
  readonly allowInsecureEndpoint?: boolean
}

type Credentials =
  | {
      /** Short for `clientAuthentication: clientSecretBasic(clientId, clientSecret)`. */
      readonly clientId: string | undefined
      /** See `clientId`. */
      readonly clientSecret: string | undefined
      readonly clientAuthentication?: never
    }
  | {
      /** How this resource server authenticates to the introspection endpoint (RFC 7662 §2.1). */
      readonly clientAuthentication: ClientAuthentication
      readonly clientId?: never
      readonly clientSecret?: never
    }

/** How one authorization server is asked, and how its replies are taken. */
interface Asking {
  /** The shape of introspection requests, for servers that do not take the one of RFC 7662 §2.1. */
  readonly introspectionRequest?: IntrospectionRequestOptions
  /** How replies of the authorization server are taken. */
  readonly introspectionReply?: IntrospectionReplyOptions
  /** Replies must be signed JWTs (RFC 9701), and plain ones are refused; needs `issuer`. Default `false`. */
  readonly signedIntrospection?: false | SignedIntrospectionOptions
}

/** What several authorization servers may have in common. */
interface CommonAsking {
  /** What separates scopes in a reply. Default one space (RFC 6749 §3.3). */
  readonly scopeSeparator?: string
  /** Milliseconds within which everything about one question must be done, a retry included. Default 2000. */
  readonly timeoutMs?: number
  /** How connections to the authorization server are made; on Node, without `transport`. */
  readonly http?: HttpOptions
}

/** What an authorization server in a list has beside that. */
interface ListedServerOptions extends CommonAsking, Omit<Requirements, 'audience' | 'maxAnswerAgeSeconds'> {
  /** What `auth.authorizationServer`, events and `selectAuthorizationServer` call it. */
  readonly name: string
  /** What its tokens begin with. */
  readonly tokenPrefix?: string
  /** Asked about tokens that name no issuer and begin with no prefix of the list. Default `false`; `true` for one at most. */
  readonly fallback?: boolean
  /** One of these must be in `aud`. Absent: as the resource server has it; `null`: unchecked on purpose, where that checks none either. */
  readonly audience?: string | readonly string[] | null | undefined
  /** Refuses tokens without `iss`. Default `true` where there are several and this one has an `issuer`: whose a token is must be certain. */
  readonly requireIssuer?: boolean
}

/**
 * One of several authorization servers. Requirements stand on top of the resource server's own; `scopeSeparator`, `timeoutMs` and `http`
 * in place of them.
 */
export type AuthorizationServerOptions = Endpoint & Credentials & Asking & ListedServerOptions

interface Several<Native> {
  /**
   * The authorization servers whose tokens are accepted. Exactly one is asked about a token, never several in turn: the one that is the
   * issuer which the token, if it looks like a JWT, names; else the one with the longest `tokenPrefix` that fits; else the `fallback`. A
   * token that is for none of them is refused without a call.
   */
  readonly authorizationServers: readonly AuthorizationServerOptions[]
  /** Names the one to ask, in place of that; `undefined`: none. A name that is not listed, or an exception, is a 500. */
  readonly selectAuthorizationServer?: SelectAuthorizationServer<Native>
}

type Alone = Endpoint & Credentials & Asking & { readonly [Name in keyof Several<unknown>]?: never }

type Asked<Native> = Alone | (Several<Native> & { readonly [Name in AboutOne]?: never })

type AboutOne =
  | keyof Asking
  | 'introspectionEndpoint'
  | 'issuer'
  | 'allowInsecureEndpoint'
  | 'clientId'
  | 'clientSecret'
  | 'clientAuthentication'

interface Settings<S extends StandardSchemaV1, A extends boolean, Native>
  extends CommonAsking,
    Omit<Requirements, 'audience' | 'maxAnswerAgeSeconds'> {
  /** One of these must be in `aud`. Absent: unchecked, with a warning event; `null`: unchecked on purpose. */
  readonly audience?: string | readonly string[] | null | undefined
  /** How granted scopes are held against required ones. Default `'exact'`. */
  readonly scopeMatching?: ScopeMatching
  /** Refuses tokens without `exp`. Default `false`. */
  readonly requireExpiry?: boolean
  /** Refuses tokens without `sub`. Default `false`. */
  readonly requireSubject?: boolean
  /** Refuses tokens without `iss`. Default `false`. */
  readonly requireIssuer?: boolean
  /** Seconds that `nbf` and `iat` may lie ahead. Default 10. */
  readonly clockToleranceSeconds?: number
  /** Seconds past `exp` within which a fresh reply, never a remembered one, still counts. Default 0. */
  readonly expiryToleranceSeconds?: number
  /**
   * Where a token may stand: `'header'`, and on purpose also `'form'` (RFC 6750 §2.2) or `'query'` (§2.3); or a function that finds it.
   * A request that presents several tokens is refused. Default `['header']`.
   */
  readonly tokenSources?: TokenSources<Native>
  /** Characters a token may have: `'b64token'` (RFC 6750 §2.1, default) or `'vschar'` (RFC 6749 A.12, but no space and no comma). */
  readonly tokenSyntax?: TokenSyntax
  /** Characters of the longest token that is looked at. Default 8192. */
  readonly maxTokenLength?: number
  /** Lets requests without a token pass as anonymous; a bad token or an outage is still refused. Default `false`. */
  readonly optional?: A
  /** Lets CORS preflights (`OPTIONS` with `Origin` and `Access-Control-Request-Method`) pass as anonymous. Default `false`. */
  readonly skipPreflight?: boolean
  /** Lets scripts of other origins read the challenges of refusals, by `Access-Control-Expose-Headers`. Default `false`. */
  readonly corsExposeHeaders?: boolean
  /** The `realm` of challenges. Default `'api'`. */
  readonly realm?: string
  /** A Standard Schema for `auth.claims`: types them, and refuses tokens whose reply does not meet it. */
  readonly claims?: S
  /** Bytes of the largest reply that is read, after decoding. Default 65 536. */
  readonly maxResponseBytes?: number
  /** How often a question is asked again after a network failure or 502, 503, 504. Default 1. */
  readonly retries?: number
  /** Questions under way at once; past it requests are answered 503. Default 256. */
  readonly maxConcurrentCalls?: number
  /** Leaves an endpoint that is down alone for some seconds; requests are then answered 503 without a question. `false`: never. */
  readonly breaker?: false | BreakerOptions
  /**
   * Tells callers apart, for instance by `request.native.ip`: each may then have 64 questions (at most a quarter of `maxConcurrentCalls`) under
   * way or come to nothing, and regains five a second; past that 503. Tokens that are remembered, and questions that find an active token, cost
   * nothing. Past it a shared store is still looked into, for eight tokens at once. Default: callers are not told apart.
   */
  readonly admission?: AdmissionKey<Native>
  /** What is remembered, and for how long; `false`: nothing. */
  readonly cache?: false | CacheOptions
  /** How it becomes known that tokens have ended before their time; docs/revocation.md. Without it, `revoke()` alone says so, to this instance. */
  readonly revocation?: RevocationOptions
  /**
   * Seconds between two questions about a token while its `auth.signal` is held, so that a stream ends some time after a revocation of
   * which nothing else is heard. Default 0: none.
   */
  readonly streamRecheckSeconds?: number
  /** Hears what happens; what it throws is swallowed and counted. */
  readonly onEvent?: (event: IntrospectEvent) => void
  /** The clock: milliseconds since epoch. Default `Date.now`. */
  readonly now?: () => number
  /** HTTP of your own in place of the runtime's; the global `fetch` fits. */
  readonly transport?: Transport
}

/**
 * Options of `createResourceServer()` and of every adapter's `introspect()`, where functions of the application are handed the framework's
 * own request as `request.native`.
 */
export type Options<S extends StandardSchemaV1 = DefaultSchema, A extends boolean = boolean, Native = unknown> = Asked<Native> &
  Settings<S, A, Native>
