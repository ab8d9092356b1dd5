/**
 * The products that presets are for, each as its documentation has it.
 *
 * @module
 */
import { friendlyOAuth2, fromGravitee, springCheckToken, wso2 } from '@oauth-introspect/core'
import type { Product, Said } from './product.ts'

const secret = 'CANARY-secret-f2ddb55e-30b5-4a45'
const basic = (id: string, password = secret): string => `Basic ${btoa(`${id}:${password}`)}`
const inactive = (): Said => ({ body: { active: false } })
const parameters = (search: string): URLSearchParams => new URL(search, 'http://x.example').searchParams

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
  tokenOf: (call) => parameters(call.url).get('token') ?? undefined,
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
  tokenOf: (call) => call.form.get('token') ?? undefined,
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

const ofWso2 = {
  scope: 'test2',
  says: {
    good: (_token: string, now: number): Said => ({ body: wso2Reply(now) }),
    inactive,
    expired: (_token: string, now: number): Said => ({ body: { ...wso2Reply(now), exp: now - 1 } }),
    foreign: inactive,
    refresh: (_token: string, now: number): Said => ({ body: { ...wso2Reply(now), token_type: 'refresh_token' } }),
    lacking: (_token: string, now: number): Said => ({ body: { ...wso2Reply(now), scope: 'test1' } }),
  },
  tokenOf: (call: { readonly form: URLSearchParams }): string | undefined => call.form.get('token') ?? undefined,
  warnings: ['UNENCODED_CREDENTIALS'],
}

function wso2Reply(now: number): object {
  return {
    exp: now + 3600,
    username: 'admin@carbon.super',
    scope: 'test1 test2',
    active: true,
    token_type: 'Bearer',
    client_id: 'rgfKVdnMQnJSSr_pKFTxj3apiwYa',
    iat: now - 5,
  }
}

const wso2Request = (url: string, id: string, password?: string) => (token: string) => ({
  method: 'POST',
  url,
  body: `token=${token}&token_type_hint=bearer`,
  headers: { authorization: basic(id, password), 'content-type': 'application/x-www-form-urlencoded' },
})

const wso2Client: Product = {
  ...ofWso2,
  name: 'WSO2, the super tenant, asked by a client',
  options: (baseUrl, wrongly = false) => ({
    ...wso2({ baseUrl, client: { id: 'rgfKVdnMQnJSSr_pKFTxj3apiwYa', secret: wrongly ? 'CANARY-wrong' : secret } }),
    audience: null,
  }),
  request: wso2Request('/oauth2/introspect', 'rgfKVdnMQnJSSr_pKFTxj3apiwYa'),
  seen: { clientId: 'rgfKVdnMQnJSSr_pKFTxj3apiwYa', username: 'admin@carbon.super', scopes: ['test1', 'test2'], tokenType: 'Bearer' },
}

const wso2User: Product = {
  ...wso2Client,
  name: 'WSO2, a tenant, asked by a user of it',
  options: (baseUrl, wrongly = false) => ({
    ...wso2({ baseUrl, tenant: 'foo.com', user: { name: 'admin@foo.com', password: wrongly ? 'CANARY-wrong' : `${secret}:ü` } }),
    audience: null,
  }),
  request: (token) => ({
    ...wso2Request('/t/foo.com/oauth2/introspect', '')(token),
    headers: { authorization: `Basic ${Buffer.from(`admin@foo.com:${secret}:ü`).toString('base64')}` },
  }),
}

const friendly = (name: string, foreign: number): Product => ({
  name: `Friendly OAuth2 Server that answers ${name} to a foreign token`,
  scope: 'user',
  options: (baseUrl, wrongly = false) => ({
    ...friendlyOAuth2({ baseUrl, clientId: 'client1', clientSecret: wrongly ? 'CANARY-wrong' : 'secret1' }),
    audience: null,
  }),
  request: (token) => ({
    method: 'POST',
    url: `/oauth2/introspect?token=${token}&token_type_hint=access_token`,
    body: '',
    headers: { authorization: 'Basic Y2xpZW50MTpzZWNyZXQx' },
  }),
  tokenOf: (call) => parameters(call.url).get('token') ?? undefined,
  says: {
    good: (_token, now) => ({ body: friendlyReply(now) }),
    inactive,
    expired: (_token, now) => ({ body: { ...friendlyReply(now), exp: now - 1 } }),
    foreign: (token) => ({ status: foreign, body: { error: 'invalid_grant', error_description: `Bad access token ${token}` } }),
    refresh: (_token, now) => ({ body: { ...friendlyReply(now), token_type: 'refresh_token' } }),
    lacking: (_token, now) => ({ body: { ...friendlyReply(now), scope: 'admin' } }),
  },
  seen: { clientId: 'client1', username: 'admin@example.com', scopes: ['user', 'admin'], tokenType: 'Bearer' },
  warnings: ['TOKEN_IN_URL'],
})

function friendlyReply(now: number): object {
  return { active: true, scope: 'user admin', client_id: 'client1', username: 'admin@example.com', token_type: 'Bearer', exp: now + 300 }
}

/** Every product. */
export const products: readonly Product[] = [
  gravitee,
  newerGravitee,
  checkedByGravitee,
  spring,
  wso2Client,
  wso2User,
  ...[200, 400, 401, 403, 500].map((status) => friendly(String(status), status)),
]
