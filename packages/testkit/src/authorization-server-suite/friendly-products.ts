/**
 * Friendly OAuth2 Server, as its page has it; with each status that it may give to a token of another server.
 *
 * @module
 */
import { friendlyOAuth2 } from '@oauth-introspect/core'
import { inactive, type Product, tokenInQuery } from './product.ts'

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
  tokenOf: tokenInQuery,
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

/** One for each status. */
export const friendlyProducts: readonly Product[] = [200, 400, 401, 403, 500].map((status) => friendly(String(status), status))
