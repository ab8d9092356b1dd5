/**
 * What the server serves. oidc-provider always has an authorization endpoint too, and names it in its discovery documents (RFC 8414);
 * here nobody can sign in, so it is neither served nor named.
 *
 * @module
 */
import type Provider from 'oidc-provider'
import { notServed, type Place } from './front.ts'

/** Paths below the issuer. */
export const paths = {
  token: '/token',
  introspection: '/introspect',
  revocation: '/revoke',
  jwks: '/jwks',
} as const

const discovery: readonly string[] = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']
const served: readonly string[] = [...Object.values(paths), ...discovery]

/** What a path of the standard server is. */
export function findStandard(path: string): Place {
  if (!served.includes(path)) return notServed
  const about = { [paths.token]: 'token', [paths.introspection]: 'introspection', [paths.revocation]: 'revocation' } as const
  return { endpoint: Object.entries(about).find(([known]) => known === path)?.[1] ?? 'other', path }
}

/** The metadata that hold here; what else oidc-provider says is about signing in. */
const told = [
  'issuer',
  'token_endpoint',
  'introspection_endpoint',
  'revocation_endpoint',
  'jwks_uri',
  'response_types_supported',
  'grant_types_supported',
  'token_endpoint_auth_methods_supported',
  'introspection_endpoint_auth_methods_supported',
  'revocation_endpoint_auth_methods_supported',
]

/** Answers 404 to whatever is not served, and shortens the discovery documents; oidc-provider would add `openid` to the scopes. */
export function serveOnly(provider: Provider, scopes: readonly string[]): void {
  provider.use(async function serveOnly(ctx, next) {
    if (!served.includes(ctx.path)) {
      ctx.status = 404
      ctx.body = `${ctx.path} is not served by this development authorization server; see ${String(discovery[0])}\n`
      return
    }
    await next()
    if (!discovery.includes(ctx.path) || ctx.status !== 200) return
    const metadata = Object.entries(ctx.body as object).filter(([name]) => told.includes(name))
    ctx.body = { ...Object.fromEntries(metadata), scopes_supported: scopes }
  })
}
