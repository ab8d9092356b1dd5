/**
 * What a dialect is: another product's authorization server, by its routes, with its paths, words and errors.
 *
 * @module
 */
import type { DevClient } from '../clients.ts'
import type { Endpoint } from '../endpoint.ts'
import type { Tokens } from '../tokens.ts'
import type { Call, Reply } from './call.ts'

/** What every dialect is given. */
export interface DialectGround {
  readonly clients: readonly DevClient[]
  readonly tokens: Tokens
  /** Where it listens, without a slash at its end. */
  readonly origin: string
}

/** One path of a dialect. */
export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string | RegExp
  readonly endpoint: Endpoint
  readonly answer: (call: Call) => Reply | Promise<Reply>
}

/** What the token should be that is issued without a request. */
export interface DialectTokenWish {
  /** Who gets it. Default: the first client that has scopes. */
  readonly clientId?: string
  /** Scopes with a space between them. Default: all that the client has. */
  readonly scope?: string
}

/** A dialect at work. */
export interface Dialect {
  readonly routes: readonly Route[]
  /** Paths of the endpoints that other programs are told of. */
  readonly paths: { readonly token: string; readonly introspection: string; readonly revocation: string }
  /** Issues an access token as the token endpoint would. */
  readonly issue: (client: DevClient, scopes: readonly string[]) => Promise<string>
}

/** What every reply about a token's metadata must not be: a leftover `undefined`. Drops members that are not there. */
export function present(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

/** The scopes of a request, each once. */
export function readScope(text: string | null): readonly string[] {
  return [...new Set((text ?? '').split(' ').filter((scope) => scope !== ''))]
}
