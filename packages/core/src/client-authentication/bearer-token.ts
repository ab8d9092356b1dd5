/**
 * A bearer token of our own, RFC 7662 §2.1: for introspection endpoints that are themselves protected resources.
 *
 * @module
 */
import { runtime } from '#runtime'
import { OptionFaults } from '../option-faults.ts'
import { isTokenSource, type TokenSource } from '../token-source.ts'
import type { ClientAuthentication } from './client-authentication.ts'

const b64token = /^[A-Za-z0-9\-._~+/]+=*$/

/**
 * Authenticates by `Authorization: Bearer`: with a fixed token, one that a function gives for each call, or one of a token source.
 *
 * @throws {TypeError} when the token is missing or cannot stand in a header; for a function or source, when the call is made.
 */
export function bearerToken(token: string | (() => string | Promise<string>) | TokenSource | undefined): ClientAuthentication {
  const give = readGiver(token)
  const source = isTokenSource(token) ? token : undefined
  let invalidatedAt = -Infinity
  return Object.freeze({
    method: 'bearer_token',
    // Tokens that are given anew for each call do not say whose they are.
    identity: typeof token === 'string' ? runtime.sha256(token) : (source?.identity ?? ''),
    fields: { headers: ['authorization'] },
    credentials: () => {
      const given = give()
      return typeof given === 'string' ? present(given) : Promise.resolve(given).then(present)
    },
    // Once a minute: a server that refuses every token must not make us fetch one for every request.
    refused(now: number): boolean {
      if (source === undefined || Math.abs(now - invalidatedAt) < 60_000) return false
      invalidatedAt = now
      source.invalidate()
      return true
    },
  })
}

function readGiver(token: unknown): () => unknown {
  if (typeof token === 'string') present(token)
  if (typeof token === 'function') return token as () => unknown
  if (isTokenSource(token)) return () => token.token()
  const faults = new OptionFaults()
  if (token === undefined) faults.say('"token" is undefined: is an environment variable missing?')
  else if (typeof token !== 'string') faults.expect('token', 'a string, a function or a token source', token)
  faults.throwAny('bearerToken()')
  return () => token
}

function present(token: unknown): { readonly headers: Readonly<Record<string, string>> } {
  if (typeof token !== 'string' || !b64token.test(token)) {
    throw new TypeError('bearerToken(): "token" must be text that can stand in an Authorization header (RFC 6750 §2.1)')
  }
  return { headers: { authorization: `Bearer ${token}` } }
}
