/**
 * Friendly OAuth2 Server, as its page "OAuth2 introspect" has it: POST with the token in the query, `Bad access token`, and the endpoints
 * that its menu names: revoke, jwks.json, .well-known, backchannel_logout.
 *
 * @module
 */
import type { DevClient } from '../clients.ts'
import type { TokenRecord } from '../token-store/token-record.ts'
import { type Call, oauthError, type Reply } from './call.ts'
import { type Dialect, type DialectGround, present } from './dialect.ts'
import { friendlyClientFinder, parameter } from './friendly-client.ts'
import { friendlyGrants } from './friendly-grants.ts'
import type { FriendlySettings } from './friendly-settings.ts'
import { type LogoutKey, sendLogoutToken, signLogoutToken } from './logout-tokens.ts'

/** Whom a logout ended, and who was told. */
export interface LogoutReport {
  readonly tokensRevoked: number
  /** Back-channel logout URIs that answered with success. */
  readonly clientsTold: number
}

/** The dialect, which can log users out. */
export interface FriendlyDialect extends Dialect {
  readonly logOut: (username: string) => Promise<LogoutReport>
}

/** The dialect; `settings` have been read. */
export function friendly(settings: Required<FriendlySettings>, ground: DialectGround, key: LogoutKey): FriendlyDialect {
  const { tokens, origin } = ground
  const { clientAuthentication: method } = settings
  const paths = { token: '/oauth2/token', introspection: '/oauth2/introspect', revocation: '/oauth2/revoke' }
  const findClient = friendlyClientFinder(settings, ground)
  const grants = friendlyGrants(settings, tokens)
  const challenge = method === 'client_secret_basic' ? { 'WWW-Authenticate': 'Basic realm="oauth2"' } : {}

  /** Answers those who are a client; the others get 401. */
  const forClients = (answer: (call: Call, client: DevClient) => Promise<Reply>) => {
    return async (call: Call): Promise<Reply> => {
      const client = await findClient(call)
      return client === undefined ? oauthError(401, 'invalid_client', 'Bad credentials', challenge) : answer(call, client)
    }
  }

  /** Without a client where nobody has to say who they are. */
  async function answerIntrospection(call: Call, client?: DevClient): Promise<Reply> {
    const token = parameter(call, 'token')
    if (token === '') return oauthError(400, 'invalid_request', 'token is missing')
    const record = await tokens.find(token)
    call.note.outcome = 'inactive'
    // The product repeats the whole token, which must reach no log and no reply of those who ask.
    if (record === undefined) return oauthError(settings.badTokenStatus, 'invalid_grant', `Bad access token ${token}`)
    const visible = settings.introspectAny || client === undefined || record.clientId === client.clientId
    if (!visible || !tokens.isGood(record)) return { status: 200, json: { active: false } }
    call.note.outcome = 'active'
    return { status: 200, json: describeRecord(record) }
  }

  async function answerRevocation(call: Call, client: DevClient): Promise<Reply> {
    const record = await tokens.find(parameter(call, 'token'))
    if (record?.clientId === client.clientId) {
      await tokens.revoke(record)
      call.note.outcome = 'revoked'
    }
    return { status: 200 }
  }

  async function logOut(username: string): Promise<LogoutReport> {
    const issued = settings.logoutEndsTokens ? await tokens.store.latest(10_000) : []
    const ended = issued.filter((record) => record.server === 'friendly' && record.username === username && tokens.isGood(record))
    for (const record of ended) await tokens.revoke(record)
    const told = await Promise.all(
      Object.entries(settings.backchannelLogoutUris).map(async ([audience, uri]) => {
        const logout = { issuer: origin, audience, subject: username, at: tokens.seconds }
        return sendLogoutToken(uri, await signLogoutToken(key, logout))
      }),
    )
    return { tokensRevoked: ended.length, clientsTold: told.filter((taken) => taken).length }
  }

  async function answerLogout(call: Call): Promise<Reply> {
    const username = parameter(call, 'username')
    if (username === '') return oauthError(400, 'invalid_request', 'username is missing')
    const { tokensRevoked, clientsTold } = await logOut(username)
    return { status: 200, json: { tokens_revoked: tokensRevoked, clients_told: clientsTold } }
  }

  const metadata = {
    issuer: origin,
    token_endpoint: origin + paths.token,
    introspection_endpoint: origin + paths.introspection,
    revocation_endpoint: origin + paths.revocation,
    jwks_uri: `${origin}/oauth2/jwks.json`,
    grant_types_supported: ['client_credentials', 'password', ...(settings.refreshTokens ? ['refresh_token'] : [])],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: [method],
    introspection_endpoint_auth_methods_supported: [method],
    revocation_endpoint_auth_methods_supported: [method],
    backchannel_logout_supported: true,
  }
  const introspect = method === 'none' ? (call: Call) => answerIntrospection(call) : forClients(answerIntrospection)
  const document = (json: unknown) => (): Reply => ({ status: 200, json })
  return {
    paths,
    issue: grants.issue,
    logOut,
    routes: [
      { method: 'POST', path: paths.token, endpoint: 'token', answer: forClients(grants.answer) },
      { method: 'POST', path: paths.introspection, endpoint: 'introspection', answer: introspect },
      { method: 'POST', path: paths.revocation, endpoint: 'revocation', answer: forClients(answerRevocation) },
      { method: 'POST', path: '/oauth2/backchannel_logout', endpoint: 'other', answer: forClients(answerLogout) },
      { method: 'GET', path: '/oauth2/jwks.json', endpoint: 'other', answer: document({ keys: [key.jwk] }) },
      {
        method: 'GET',
        path: /^\/(oauth2\/)?\.well-known\/(openid-configuration|oauth-authorization-server)$/,
        endpoint: 'other',
        answer: document(metadata),
      },
    ],
  }
}

// What it says of a refresh token the page leaves open; this is the answer that a resource server has to be wary of.
function describeRecord({ use, scopes, clientId, username, tokenType, expiresAt }: TokenRecord): unknown {
  const type = use === 'refresh_token' ? use : tokenType
  return present({ active: true, scope: scopes.join(' '), client_id: clientId, username, token_type: type, exp: expiresAt })
}
