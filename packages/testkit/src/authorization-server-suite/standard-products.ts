/**
 * Servers that need no preset, with the options that the documentation of this project names for them, and the replies that their sources
 * make: Keycloak (`AccessTokenIntrospectionProvider`, `RefreshTokenIntrospectionProvider`), ZITADEL (`internal/api/oidc/introspect.go`),
 * authentik (`providers/oauth2/views/introspection.py`), Ory Hydra (`oauth2/introspector.go`, its API reference).
 *
 * @module
 */
import { clientSecretBasic, none } from '@oauth-introspect/core'
import { basic, inactive, type Product, type Said, secret, tokenInForm } from './product.ts'

const audience = 'orders-api'

/** What the four have in common; `reply` is what the server says of a good token. */
function standard(reply: (now: number) => Readonly<Record<string, unknown>>): Pick<Product, 'scope' | 'says' | 'tokenOf' | 'warnings'> {
  return {
    scope: 'orders',
    says: {
      good: (_token: string, now: number): Said => ({ body: reply(now) }),
      inactive,
      expired: (_token: string, now: number): Said => ({ body: { ...reply(now), exp: now - 1 } }),
      foreign: inactive,
      refresh: inactive,
      lacking: (_token: string, now: number): Said => ({ body: { ...reply(now), scope: 'openid profile' } }),
    },
    tokenOf: tokenInForm,
    warnings: [],
  }
}

const request = (url: string, authorization: string | undefined) => (token: string) => ({
  method: 'POST',
  url,
  body: `token=${token}&token_type_hint=access_token`,
  headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
})

const ofKeycloak = standard((now) => ({
  ...{
    exp: now + 300,
    iat: now,
    jti: 'ba1f',
    iss: 'https://sso.example/realms/shop',
    aud: [audience, 'account'],
    sub: 'f8c9',
    typ: 'Bearer',
  },
  ...{ azp: 'app', sid: '5e5f', scope: 'orders profile', client_id: 'app', username: 'jo', token_type: 'Bearer', active: true },
}))
const keycloakPath = '/realms/shop/protocol/openid-connect/token/introspect'

const keycloak: Product = {
  ...ofKeycloak,
  name: 'Keycloak',
  options: (origin, wrongly = false) => ({
    introspectionEndpoint: origin + keycloakPath,
    clientAuthentication: clientSecretBasic('orders-api', wrongly ? 'CANARY-wrong' : secret),
    audience,
  }),
  request: request(keycloakPath, basic('orders-api')),
  says: {
    ...ofKeycloak.says,
    refresh: (token, now) => ({ body: { ...(ofKeycloak.says.good(token, now).body as object), typ: 'Refresh', token_type: 'Refresh' } }),
  },
  seen: { clientId: 'app', subject: 'f8c9', username: 'jo', scopes: ['orders', 'profile'], audience: [audience, 'account'] },
}

const ofZitadel = standard((now) => ({
  ...{ active: true, scope: 'openid orders', client_id: 'app@shop', token_type: 'Bearer', exp: now + 300, iat: now - 5, nbf: now - 5 },
  ...{ sub: '2651', aud: ['app@shop', audience], iss: 'https://shop.zitadel.cloud', jti: '2789', username: 'jo' },
}))

const zitadel: Product = {
  ...ofZitadel,
  name: 'ZITADEL',
  options: (origin, wrongly = false) => ({
    introspectionEndpoint: `${origin}/oauth/v2/introspect`,
    clientAuthentication: clientSecretBasic('2651@shop', wrongly ? 'CANARY-wrong' : `${secret}/+`),
    audience,
  }),
  request: request('/oauth/v2/introspect', basic('2651%40shop', `${secret}%2F%2B`)),
  seen: { clientId: 'app@shop', subject: '2651', username: 'jo', audience: ['app@shop', audience] },
}

const ofAuthentik = standard((now) => ({
  ...{ iss: 'https://sso.example/application/o/shop/', sub: 'a1b2', aud: audience, exp: now + 300, iat: now - 60, auth_time: now - 60 },
  ...{ acr: 'goauthentik.io/providers/oauth2/default', active: true, scope: 'openid orders', client_id: audience },
}))

const authentik: Product = {
  ...ofAuthentik,
  name: 'authentik',
  options: (origin, wrongly = false) => ({
    introspectionEndpoint: `${origin}/application/o/introspect/`,
    clientAuthentication: clientSecretBasic(audience, wrongly ? 'CANARY-wrong' : secret),
    audience,
    maxTokenAgeSeconds: 300,
  }),
  request: request('/application/o/introspect/', basic(audience)),
  says: {
    ...ofAuthentik.says,
    // Nothing in it tells that this is one. It is told by its age.
    refresh: (token, now) => ({ body: { ...(ofAuthentik.says.good(token, now).body as object), exp: now + 86_400, iat: now - 301 } }),
  },
  strangers: 'inactive',
  seen: { clientId: audience, subject: 'a1b2', audience: [audience] },
}

const ofHydra = standard((now) => ({
  ...{ active: true, scope: 'orders offline', client_id: 'app', sub: 'jo', exp: now + 300, iat: now, nbf: now, aud: [audience] },
  ...{ iss: 'https://sso.example', token_type: 'Bearer', token_use: 'access_token', ext: {} },
}))

const hydra: Product = {
  ...ofHydra,
  name: 'Ory Hydra',
  options: (origin) => ({ introspectionEndpoint: `${origin}/admin/oauth2/introspect`, clientAuthentication: none(), audience }),
  request: request('/admin/oauth2/introspect', undefined),
  says: {
    ...ofHydra.says,
    refresh: (token, now) => ({ body: { ...(ofHydra.says.good(token, now).body as object), token_use: 'refresh_token' } }),
  },
  strangers: 'answered',
  seen: { clientId: 'app', subject: 'jo', scopes: ['orders', 'offline'] },
}

/** Those that the table in docs/authorization-servers.md has options for. */
export const standardProducts: readonly Product[] = [keycloak, zitadel, authentik, hydra]
