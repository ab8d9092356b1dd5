/**
 * Configures oidc-provider to do client credentials, introspection and revocation, and nothing else.
 *
 * It is silent. oidc-provider writes to the console in three cases, and each is turned off at its root here:
 * - its entry file warns when it is loaded on Node 20 and on releases without long-term support: `lib/provider.js` is imported instead
 *   (the package has no `exports`, and its version is pinned exactly);
 * - it warns of its own adapter and of its own signing keys: both are given;
 * - a default function says, when first called, that it should be changed: every one that can be reached is given.
 * Koa writes errors that reach nobody: `silent` turns that off; oidc-provider's own go to its event `server_error` and to `DEBUG=oidc-provider:*`.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import type { ClientMetadata, Configuration, JWK, KoaContextWithOIDC, default as OidcProvider } from 'oidc-provider'
import { InvalidScope } from 'oidc-provider/lib/helpers/errors.js'
import { Provider } from 'oidc-provider/lib/provider.js'
import type { DevClient } from './clients.ts'
import type { ResolvedOptions } from './options.ts'
import { providerAdapter } from './provider-adapter.ts'
import { noteOutcomes } from './provider-notes.ts'
import { paths, serveOnly } from './served-paths.ts'
import type { Tokens } from './tokens.ts'

/** Stands for the resource that a request did not name; getResourceServerInfo() puts the `audience` option in its place. */
const unnamedResource = 'urn:oauth-introspect:unnamed-resource'

/** The provider, not listening. */
export function createProvider(issuer: string, options: ResolvedOptions, tokens: Tokens): OidcProvider {
  const scopes = [...new Set(options.clients.flatMap((client) => client.scopes ?? []))]
  const provider = new Provider(issuer, configure(options, scopes, tokens))
  provider.silent = true
  noteOutcomes(provider)
  serveOnly(provider, scopes)
  return provider
}

function configure(
  { clients, accessTokenTtlSeconds, audience }: ResolvedOptions,
  scopes: readonly string[],
  tokens: Tokens,
): Configuration {
  const authMethods = ['client_secret_basic', 'client_secret_post'] as const
  return {
    adapter: (model) => providerAdapter(model, tokens),
    clients: clients.map(toMetadata),
    clientAuthMethods: authMethods,
    // No ID token is ever issued, but a client's algorithm has to fit the key.
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientBasedCORS: () => true,
    discovery: {
      introspection_endpoint_auth_methods_supported: authMethods,
      revocation_endpoint_auth_methods_supported: authMethods,
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      // Any client may introspect any token: a resource server did not get the tokens it asks about.
      introspection: { enabled: true, allowedPolicy: () => true },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx) => {
          refuseUnknownScopes(ctx, scopes)
          return audience === undefined ? [] : unnamedResource
        },
        getResourceServerInfo: (ctx, resource) => {
          refuseUnknownScopes(ctx, scopes)
          const isUnnamed = resource === unnamedResource && audience !== undefined
          return { scope: scopes.join(' '), audience: isUnnamed ? audience : resource, accessTokenFormat: 'opaque' }
        },
      },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    jwks: { keys: [createSigningKey()] },
    renderError: (ctx, out) => {
      ctx.body = out
    },
    responseTypes: [],
    routes: paths,
    scopes,
    ttl: { ClientCredentials: accessTokenTtlSeconds },
  }
}

/** For the JWKS document. P-256, because an RSA key takes a tenth of a second or more, and tests start many servers. */
function createSigningKey(): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }
}

function toMetadata({ clientId, clientSecret, scopes }: DevClient): ClientMetadata {
  return {
    client_id: clientId,
    client_secret: clientSecret,
    grant_types: scopes === undefined ? [] : ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
  }
}

/** oidc-provider drops unknown scopes in silence; a misspelt scope is better told. It refuses another client's scopes by itself. */
function refuseUnknownScopes(ctx: KoaContextWithOIDC, known: readonly string[]): void {
  const { scope } = ctx.oidc.params ?? {}
  if (typeof scope !== 'string') return
  const unknown = scope.split(' ').find((token) => token !== '' && !known.includes(token))
  if (unknown !== undefined) throw new InvalidScope('requested scope is not allowed', unknown)
}
