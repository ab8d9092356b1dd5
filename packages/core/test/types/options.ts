// Compiled, never run: what must and must not compile. Each expected error stands for a mistake that people make.

import { createPrivateKey } from 'node:crypto'
import {
  type AuthInfo,
  bearerToken,
  createResourceServer,
  type Outcome,
  type ResourceRequest,
  type ResourceServer,
} from '@oauth-introspect/core'
import { z } from 'zod'

const introspectionEndpoint = 'https://as.example/introspect'
const base = { introspectionEndpoint, clientId: 'id', clientSecret: 'secret' }

createResourceServer(base)
createResourceServer({ introspectionEndpoint, clientAuthentication: bearerToken('t'), audience: null })
createResourceServer({
  introspectionEndpoint: process.env['ENDPOINT'],
  clientId: process.env['ID'],
  clientSecret: process.env['SECRET'],
  audience: process.env['AUDIENCE'],
  issuer: process.env['ISSUER'],
  transport: fetch,
})

// @ts-expect-error there is nobody to ask
createResourceServer({ clientId: 'id', clientSecret: 'secret' })
// @ts-expect-error nobody to ask as
createResourceServer({ introspectionEndpoint })
// @ts-expect-error half a pair of credentials
createResourceServer({ introspectionEndpoint, clientId: 'id' })
// @ts-expect-error two ways to authenticate
createResourceServer({ ...base, clientAuthentication: bearerToken('t') })
// @ts-expect-error an option that does not exist
createResourceServer({ ...base, requiredScope: 'read' })
// @ts-expect-error milliseconds are a number
createResourceServer({ ...base, timeoutMs: '2000' })
// @ts-expect-error a word that is not in the list
createResourceServer({ ...base, scopeMatching: 'prefix' })
// @ts-expect-error true is no cache option: say what differs from the defaults
createResourceServer({ ...base, cache: true })
// @ts-expect-error a requirement that is undefined switches nothing off
createResourceServer({ ...base, requiredScopes: undefined })

createResourceServer({ ...base, issuer: process.env['ISSUER'], signedIntrospection: { jwksUri: process.env['KEYS'] } })
createResourceServer({ ...base, signedIntrospection: { keys: [{ kty: 'EC' }], decryptionKey: '-----BEGIN PRIVATE KEY-----' } })
createResourceServer({ ...base, signedIntrospection: { keys: { keys: [] }, decryptionKey: createPrivateKey('') } })
createResourceServer({ ...base, signedIntrospection: { keys: [], decryptionKey: createPrivateKey('').export({ format: 'jwk' }) } })
// @ts-expect-error keys in two ways
createResourceServer({ ...base, signedIntrospection: { jwksUri: 'https://as.example/jwks', keys: [] } })
// @ts-expect-error no keys to verify with
createResourceServer({ ...base, signedIntrospection: { algorithms: ['ES256'] } })
// @ts-expect-error a shared secret proves nothing to others
createResourceServer({ ...base, signedIntrospection: { keys: [], algorithms: ['HS256'] } })

const typed = createResourceServer({ ...base, claims: z.object({ tenant: z.string() }) })
const optional = createResourceServer({ ...base, optional: true })

/** Claims are typed by the schema, and without one unknown. */
export async function readClaims(request: ResourceRequest): Promise<string> {
  const outcome = await typed.authorize(request, { requiredScopes: { anyOf: ['a', 'b c'] }, maxAnswerAgeSeconds: 0 })
  if (outcome.outcome === 'refused') return String(outcome.status)
  // @ts-expect-error a required token leaves no anonymous request
  if (outcome.outcome === 'anonymous') return ''
  const untyped: AuthInfo = outcome.auth
  // @ts-expect-error not a string until somebody has looked
  const tenant: string = untyped.claims['tenant']
  return outcome.auth.claims.tenant + tenant
}

/** With `optional` a request may be anonymous, and then has no `auth`. */
export async function readOptional(request: ResourceRequest): Promise<string> {
  const outcome = await optional.authorize(request)
  // @ts-expect-error it may be refused or anonymous
  void outcome.auth
  return outcome.outcome === 'anonymous' ? 'anonymous' : outcome.outcome
}

// @ts-expect-error this one's claims are others
export const wrong: ResourceServer<{ tenant: number }> = typed
// @ts-expect-error `auth` cannot be written to
export const overwrite = (auth: AuthInfo): string => (auth.clientId = 'other')
// @ts-expect-error a status of the closed set
export const teapot: Outcome = { outcome: 'refused', status: 418, headers: [], body: {}, reason: 'token_missing' }
// @ts-expect-error an option of the server is no requirement of a route
void typed.check({} as AuthInfo<{ tenant: string }>, { issuer: 'https://as.example' })
