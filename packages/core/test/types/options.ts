// Compiled, never run: what must and must not compile. Each expected error stands for a mistake that people make.
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  type AuthInfo,
  bearerToken,
  clientSecretJwt,
  createResourceServer,
  type Outcome,
  privateKeyJwt,
  type ResourceRequest,
  type ResourceServer,
  selfSignedTlsClientAuth,
  tlsClientAuth,
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

const issuer = 'https://as.example'
createResourceServer({ issuer, clientId: 'id', clientSecret: 'secret' })
createResourceServer({ issuer, introspectionEndpoint, clientAuthentication: bearerToken('t') })
createResourceServer({
  issuer: process.env['ISSUER'],
  clientId: process.env['ID'],
  clientSecret: process.env['SECRET'],
  allowInsecureEndpoint: true,
})

// @ts-expect-error nobody to ask as
createResourceServer({ issuer })
// @ts-expect-error an issuer is a string
createResourceServer({ ...base, issuer: new URL(issuer) })

const listed = { name: 'a', introspectionEndpoint, clientId: 'id', clientSecret: 'secret' }
createResourceServer({ authorizationServers: [listed, { ...listed, name: 'b', audience: process.env['AUDIENCE'], requiredScopes: 'a' }] })
createResourceServer({ authorizationServers: [listed], selectAuthorizationServer: (request, token) => request.url + token, optional: true })
// @ts-expect-error one endpoint, or a list
createResourceServer({ ...base, authorizationServers: [listed] })
// @ts-expect-error nothing to choose among
createResourceServer({ ...base, selectAuthorizationServer: () => 'a' })
// @ts-expect-error each has a name
createResourceServer({ authorizationServers: [base] })

const clientId = process.env['ID']
createResourceServer({
  introspectionEndpoint,
  clientAuthentication: clientSecretJwt(clientId, process.env['SECRET'], { algorithm: 'HS512' }),
})
createResourceServer({
  introspectionEndpoint,
  clientAuthentication: privateKeyJwt({ clientId, key: process.env['KEY'], algorithm: 'PS256' }),
})
privateKeyJwt({ clientId, key: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }, algorithm: 'ES256', keyId: 'k', audience: 'a' })
privateKeyJwt({ clientId, key: createPrivateKey('pem'), algorithm: 'EdDSA' })
privateKeyJwt({ clientId, key: await crypto.subtle.importKey('jwk', {}, 'Ed25519', false, ['sign']), algorithm: 'Ed25519' })
tlsClientAuth({ clientId, cert: readFileSync('c.pem'), key: readFileSync('k.pem', 'utf8') })
selfSignedTlsClientAuth({ clientId, pfx: readFileSync('c.p12'), passphrase: process.env['PASSPHRASE'] })
createResourceServer({ ...base, http: { ca: [readFileSync('a.pem'), 'pem'], proxy: 'system', http2: true, maxConnections: 1 } })

// @ts-expect-error a secret signs with no algorithm of a private key
clientSecretJwt('id', 'secret', { algorithm: 'RS256' })
// @ts-expect-error a private key signs with no algorithm of a secret
privateKeyJwt({ clientId, key: 'pem', algorithm: 'HS256' })
// @ts-expect-error nobody who signs
privateKeyJwt({ key: 'pem', algorithm: 'ES256' })
// @ts-expect-error a certificate without its key
tlsClientAuth({ clientId, cert: 'pem' })
// @ts-expect-error PKCS#12 is bytes
tlsClientAuth({ clientId, pfx: 'p12' })
// @ts-expect-error an option that does not exist
createResourceServer({ ...base, http: { rejectUnauthorized: false } })

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
