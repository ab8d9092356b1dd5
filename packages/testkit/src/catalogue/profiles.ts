/**
 * The profiles of rows, in the names of our options.
 *
 * @module
 */
import { clientCertificates } from '../certificates.ts'
import { pushAuthorization } from './event-tokens.ts'
import { keys } from './keys.ts'
import { peerOptions } from './peer-options.ts'
import { exported, type ProfileInputs, type Protection } from './protection.ts'
import type { Members, Row } from './row.ts'

const resource = 'https://api.example'
const dpop = (more: Members = {}): Members => ({ dpop: { algorithms: ['ES256', 'EdDSA'], proofMaxAgeSeconds: 300, ...more }, resource })

/** The protection of a row. @throws {NotBuilt} when it needs an export that does not exist. */
export function protectionOf(inputs: ProfileInputs): Protection {
  const { row, endpoint, clientSecret, now, onEvent } = inputs
  const standing = { realm: 'api', now, onEvent }
  const client = { clientId: 'rs-client', clientSecret }
  const base = { introspectionEndpoint: endpoint, ...client, ...standing }
  if (row.profile === 'peer') return { options: { ...base, ...peerOptions(row.options, inputs) } }
  const profile = profiles[row.profile]
  if (profile === undefined) throw new Error(`${row.id}: there is no profile "${row.profile}"`)
  const protection = profile({ ...inputs, base, standing, client, origin: new URL(endpoint).origin })
  return { ...protection, options: { ...protection.options, ...row.options } }
}

interface Parts extends ProfileInputs {
  readonly base: Members
  readonly standing: Members
  readonly client: Members
  readonly origin: string
}

const plain =
  (more: Members) =>
  ({ base }: Parts): Protection => ({ options: { ...base, ...more } })

const authenticated =
  (make: (parts: Parts) => unknown, more: (parts: Parts) => Members = ({ endpoint }) => ({ introspectionEndpoint: endpoint })) =>
  (parts: Parts): Protection => ({ options: { ...parts.standing, ...more(parts), clientAuthentication: make(parts) } })

const described =
  (more: Members) =>
  ({ base }: Parts): Protection => ({
    options: { ...base, resource, resourceMetadata: {}, ...more },
    endpoints: ['protectedResourceMetadata'],
  })

const fail = (): never => {
  throw new Error('the function of the application failed')
}

const profiles: Readonly<Record<string, (parts: Parts) => Protection>> = {
  default: plain({}),
  optional: plain({ optional: true }),
  'query-on': plain({ tokenSources: ['header', 'query'] }),
  'form-on': plain({ tokenSources: ['header', 'form'] }),
  'all-on': plain({ tokenSources: ['header', 'query', 'form'] }),
  'custom-extractor-throws': ({ base }) => ({ options: { ...base, tokenSources: fail }, throws: true }),
  'custom-extractor-bad': ({ base, variant }) => ({ options: { ...base, tokenSources: () => (variant === 0 ? 42 : '') }, throws: true }),
  'secret-post': authenticated(({ clientSecret }) => exported('clientSecretPost')('rs-client', clientSecret)),
  'private-key-jwt': authenticated(
    () => exported('privateKeyJwt')({ clientId: 'rs-client', key: keys['as-1'].secretJwk, algorithm: 'ES256' }),
    ({ endpoint }) => ({ introspectionEndpoint: endpoint, issuer: 'https://as.example' }),
  ),
  'mtls-client': authenticated(
    () => exported('tlsClientAuth')({ clientId: 'rs-client', ...clientCertificates['client-a'] }),
    ({ origin }) => ({ issuer: origin }),
  ),
  'extra-params-hostile': plain({ introspectionRequest: { parameters: { token: 'evil', client_id: 'evil', token_type_hint: 'evil' } } }),
  'multi-as': ({ standing, client, endpoint, origin }) => ({
    options: {
      ...standing,
      authorizationServers: [
        { name: 'a', issuer: 'https://as.example', introspectionEndpoint: endpoint, ...client, fallback: true },
        { name: 'b', issuer: 'https://as-b.example', introspectionEndpoint: `${origin}/b/introspect`, ...client },
      ],
    },
  }),
  breaker: plain({ breaker: { failures: 5, openSeconds: 5 } }),
  scoped: plain({ requiredScopes: ['read', 'write'] }),
  'scope-hierarchy': plain({
    requiredScopes: ['read', 'write'],
    scopeMatching: (granted: readonly string[], required: string) =>
      granted.includes(required) || (required === 'read' && granted.includes('write')),
  }),
  aud: plain({ audience: resource }),
  'two-audiences': ({ base }) => ({
    options: base,
    routes: { '/tenant-b': { requirements: { audience: 'https://b.example' } }, '*': { requirements: { audience: resource } } },
  }),
  iss: plain({ issuer: 'https://as.example' }),
  'require-sub': plain({ requireSubject: true }),
  rar: plain({ authorizationDetails: [{ type: 'payment_initiation', actions: ['initiate'], locations: [resource] }] }),
  acr: plain({ acrValues: ['urn:mfa'] }),
  'acr-list': plain({ acrValues: ['urn:mfa', 'urn:hw'] }),
  'max-age': plain({ maxAuthenticationAgeSeconds: 60 }),
  dpop: plain(dpop()),
  'dpop-only': plain(dpop({ required: true })),
  'dpop-nonce': plain(dpop({ nonce: { secrets: ['nonce-secret-nonce-secret-nonce-secret'], lifetimeSeconds: 60 } })),
  mtls: ({ base }) => ({ options: { ...base, mtls: { from: 'tls' } }, tls: true }),
  jwt9701: ({ base, origin }) => ({
    options: {
      ...base,
      issuer: 'https://as.example',
      signedIntrospection: { algorithms: ['ES256'], jwksUri: `${origin}/jwks`, maxAgeSeconds: 60 },
    },
  }),
  cache: plain({ cache: { maxEntries: 10_000, maxAgeSeconds: 60, inactiveMaxEntries: 10_000, inactiveMaxAgeSeconds: 10 } }),
  'cache-fresh-route': ({ base }) => ({ options: base, routes: { '/transfer': { requirements: { maxAnswerAgeSeconds: 0 } } } }),
  'two-routes': ({ base }) => ({
    options: base,
    routes: { '/write-route': { requirements: { requiredScopes: ['write'] } }, '*': { requirements: { requiredScopes: ['read'] } } },
  }),
  'shared-two-tenants': ({ base, origin, store }) => ({
    options: { ...base, introspectionEndpoint: `${origin}/a/introspect`, cache: { store: mapStore(store) } },
    routes: {
      '/t/b/r': { options: { ...base, introspectionEndpoint: `${origin}/b/introspect`, cache: { store: mapStore(store) } } },
    },
  }),
  'shared-store': ({ base, store }) => ({ options: { ...base, cache: { store: mapStore(store) } } }),
  'shared-store-hmac': ({ base, store }) => {
    const forged = JSON.stringify({ active: true, scope: 'admin' })
    const keyring = { keys: [{ id: 'k1', key: new Uint8Array(32).fill(7) }] }
    return { options: { ...base, cache: { store: exported('encryptedStore')(mapStore(store, forged), keyring) } } }
  },
  signals: ({ base, origin }) => ({
    options: {
      ...base,
      revocation: {
        transmitters: [{ issuer: 'https://as.example', audience: resource, jwksUri: `${origin}/jwks`, authorization: pushAuthorization }],
      },
    },
    endpoints: ['securityEvents'],
  }),
  'realm-quotes': plain({ realm: 'a"b\\c' }),
  'scoped+prm+realm': described({ requiredScopes: ['read', 'write'], realm: 'all of it' }),
  prm: described({}),
  'prm-root-slash': described({ resource: `${resource}/` }),
  'prm-query': described({ resource: `${resource}/r?tenant=a` }),
  'prm-empty': described({ resourceMetadata: { scopes_supported: [] } }),
  'prm+scoped': described({ requiredScopes: ['read', 'write'] }),
  'prm+dpop-only': described(dpop({ required: true })),
  discovery: ({ standing, client, origin }) => ({ options: { ...standing, ...client, issuer: origin } }),
  'already-answered': ({ base }) => ({ options: base, answersEarly: true }),
  'custom-error-handler': ({ base, variant }) => ({
    options: base,
    ownErrors: true,
    ...(variant === 0 ? { adapterOptions: { onRefusal: 'throw' } } : {}),
  }),
}

/** How many situations a row stands for. */
export function variantsOf({ profile, options }: Row): number {
  if (profile === 'custom-extractor-bad' || profile === 'custom-error-handler') return 2
  return Array.isArray(options['dpop']) ? options['dpop'].length : 1
}

/** A store of answers on a map; `forged`: what it gives for a key that it was never given. */
function mapStore(map: Map<string, string>, forged?: string): Members {
  return {
    get: (key: string) => map.get(key) ?? forged,
    set: (key: string, value: string) => void map.set(key, value),
    delete: (key: string) => void map.delete(key),
  }
}
