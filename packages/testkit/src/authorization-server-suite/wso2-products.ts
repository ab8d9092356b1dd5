/**
 * WSO2 Identity Server, as its page has it: a refresh token is active there, and so may one be whose time is over.
 *
 * @module
 */
import { wso2 } from '@oauth-introspect/core'
import { basic, inactive, type Product, type Said, secret, tokenInForm } from './product.ts'

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
  tokenOf: tokenInForm,
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
    headers: { authorization: basic('admin@foo.com', `${secret}:ü`) },
  }),
}

/** Asked by a client in the super tenant, by a user in another. */
export const wso2Products: readonly Product[] = [wso2Client, wso2User]
