/**
 * What Gravitee's resource is pointed at: a server as RFC 7662 has it, and Spring's old `check_token`.
 *
 * @module
 */
import { fromGravitee, springCheckToken } from '@oauth-introspect/core'
import { basic, inactive, type Product, type Said, secret, tokenInForm, tokenInQuery } from './product.ts'

/** The example of Gravitee's page, for a server of ours. */
const pageExample = (origin: string, clientSecret: string): string =>
  JSON.stringify({
    configuration: {
      introspectionEndpoint: `${origin}/oauth/check_token`,
      introspectionEndpointMethod: 'POST',
      clientAuthorizationHeaderName: 'Authorization',
      clientAuthorizationHeaderScheme: 'Basic',
      clientId: 'my-client',
      clientSecret,
      tokenIsSuppliedByHttpHeader: false,
      tokenIsSuppliedByQueryParam: true,
      tokenQueryParamName: 'token',
      useClientAuthorizationHeader: true,
    },
  })

const ofGravitee = {
  scope: 'orders:read',
  seen: { clientId: 'client-1', subject: 'user-1', scopes: ['orders:read', 'orders:write'] },
  says: {
    good: (_token: string, now: number): Said => ({ body: standard(now) }),
    inactive,
    expired: (_token: string, now: number): Said => ({ body: { ...standard(now), exp: now - 1 } }),
    foreign: inactive,
    refresh: (_token: string, now: number): Said => ({ body: { ...standard(now), token_type: 'refresh_token' } }),
    lacking: (_token: string, now: number): Said => ({ body: { ...standard(now), scope: 'profile' } }),
  },
}

function standard(now: number): object {
  return {
    active: true,
    scope: 'orders:read orders:write',
    client_id: 'client-1',
    sub: 'user-1',
    token_type: 'Bearer',
    exp: now + 300,
  }
}

const gravitee: Product = {
  ...ofGravitee,
  name: 'Gravitee, the example of its page',
  options: (origin, wrongly = false) => ({ ...fromGravitee(pageExample(origin, wrongly ? 'CANARY-wrong' : secret)), audience: null }),
  request: (token) => ({
    method: 'POST',
    url: `/oauth/check_token?token=${token}`,
    body: '',
    headers: { authorization: basic('my-client') },
  }),
  tokenOf: tokenInQuery,
  warnings: ['TOKEN_IN_URL', 'UNENCODED_CREDENTIALS', 'TOKEN_ENCODED', 'ACTIVE_DEMANDED'],
}

const newerGravitee: Product = {
  ...ofGravitee,
  name: 'Gravitee, the newer schema, by GET, credentials and token in headers of their own',
  options: (origin, wrongly = false) => ({
    ...fromGravitee(
      {
        authorizationServerUrl: `${origin}/realm/`,
        introspectionEndpoint: '//introspect',
        clientId: 'my-client',
        clientSecret: "{#secrets.get('/vault/oauth:secret')}",
        clientAuthorizationHeaderName: 'X-Client',
        clientAuthorizationHeaderScheme: 'Basic ',
        tokenIsSuppliedByQueryParam: false,
        tokenIsSuppliedByHttpHeader: true,
        tokenHeaderName: 'Authorization',
        userClaim: 'sub',
        ssl: { hostnameVerifier: true, trustAll: false, trustStore: { type: '' } },
        proxy: { enabled: false, useSystemProxy: false },
      },
      { resolve: () => (wrongly ? 'CANARY-wrong' : secret) },
    ),
    audience: null,
  }),
  request: (token) => ({
    method: 'GET',
    url: '/realm/introspect',
    body: '',
    headers: { 'x-client': basic('my-client'), authorization: token, 'content-type': undefined },
  }),
  tokenOf: (call) => call.headers.authorization,
  warnings: ['UNENCODED_CREDENTIALS', 'ACTIVE_DEMANDED'],
}

/** The replies of Spring's `check_token`: no `active`, `user_name`, a list of scopes, and a 400 for what is no good. */
const ofCheckToken = {
  scope: 'orders:read',
  seen: { clientId: 'client-1', username: 'marissa', scopes: ['orders:read', 'orders:write'], audience: ['orders'] },
  says: {
    good: (_token: string, now: number): Said => ({ body: checked(now) }),
    inactive: (token: string): Said => ({
      status: 400,
      body: { error: 'invalid_token', error_description: `Token has expired: ${token}` },
    }),
    expired: (_token: string, now: number): Said => ({ body: { ...checked(now), exp: now - 1 } }),
    foreign: (): Said => ({ status: 400, body: { error: 'invalid_token', error_description: 'Token was not recognised' } }),
    // Of the old endpoint, refresh tokens are not recognised; of newer ones they are told by `token_type`.
    refresh: (_token: string, now: number): Said => ({ body: { ...checked(now), token_type: 'refresh_token' } }),
    lacking: (_token: string, now: number): Said => ({ body: { ...checked(now), scope: ['profile'] } }),
  },
}

function checked(now: number): object {
  return { aud: ['orders'], user_name: 'marissa', scope: ['orders:read', 'orders:write'], exp: now + 300, client_id: 'client-1' }
}

const checkedByGravitee: Product = {
  ...ofCheckToken,
  name: 'Gravitee in front of check_token, with its policy',
  options: (origin, wrongly = false) => ({
    ...fromGravitee(
      {
        authorizationServerUrl: 'https://authorization_server',
        introspectionEndpoint: `${origin}/oauth/check_token`,
        introspectionEndpointMethod: 'POST',
        clientId: 'my-client',
        clientSecret: wrongly ? 'CANARY-wrong' : secret,
        tokenIsSuppliedByQueryParam: false,
        tokenIsSuppliedByFormUrlEncoded: true,
      },
      {
        checkToken: true,
        policy: { oauthResource: 'as', checkRequiredScopes: true, requiredScopes: ['orders:read', 'orders:admin'], modeStrict: false },
      },
    ),
    audience: 'orders',
  }),
  scope: 'orders:read',
  request: (token) => ({
    method: 'POST',
    url: '/oauth/check_token',
    body: `token=${token}`,
    headers: { authorization: basic('my-client') },
  }),
  tokenOf: tokenInForm,
  warnings: ['UNENCODED_CREDENTIALS', 'TOKEN_ENCODED'],
}

const spring: Product = {
  ...checkedByGravitee,
  ...ofCheckToken,
  name: 'check_token of Spring Security OAuth 2',
  options: (origin, wrongly = false) => ({
    ...springCheckToken({ baseUrl: origin, clientId: 'my-client', clientSecret: wrongly ? 'CANARY-wrong' : secret }),
    audience: 'orders',
  }),
  warnings: ['UNENCODED_CREDENTIALS'],
}

/** With Gravitee's configurations, and without for `check_token`. */
export const graviteeProducts: readonly Product[] = [gravitee, newerGravitee, checkedByGravitee, spring]
