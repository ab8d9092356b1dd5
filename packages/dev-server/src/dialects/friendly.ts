/**
 * Friendly OAuth2 Server, as its page "OAuth2 introspect" has it: POST with the token in the query, `Bad access token`, and the endpoints
 * that its menu names: revoke, jwks.json, .well-known, backchannel_logout.
 *
 * @module
 */
import type { DevClient } from '../clients.ts'
import type { TokenRecord } from '../token-store/token-record.ts'
import { randomToken } from '../tokens.ts'
import { type Call, oauthError, type Reply } from './call.ts'
import { findClient, isSame, readFormEncodedBasic } from './credentials.ts'
import { type Dialect, type DialectGround, present, readScope } from './dialect.ts'
import type { FriendlySettings } from './friendly-settings.ts'
import { type LogoutKey, sendLogoutToken, signLogoutToken } from './logout-tokens.ts'

/** As long as the one on the page. */
const tokenLength = 255

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
  const { clients, tokens, origin } = ground
  const paths = { token: '/oauth2/token', introspection: '/oauth2/introspect', revocation: '/oauth2/revoke' }
  const unauthorized = (): Reply => oauthError(401, 'invalid_client', 'Bad credentials', { 'WWW-Authenticate': 'Basic realm="oauth2"' })

  /** Answers those who are a client; the others get 401. */
  const forClients = (answer: (call: Call, client: DevClient) => Promise<Reply>) => {
    return (call: Call): Reply | Promise<Reply> => {
      const client = findClient(call, clients, readFormEncodedBasic(call))
      return client === undefined ? unauthorized() : answer(call, client)
    }
  }

  // The page sends its parameters in the query, with an empty body; RFC 7662 puts them into the form.
  const parameter = (call: Call, name: string): string => call.query.get(name) ?? call.form.get(name) ?? ''

  async function issue({ clientId }: DevClient, scopes: readonly string[], username?: string): Promise<string> {
    const token = randomToken(tokenLength)
    const owner = username === undefined ? { clientId } : { clientId, username }
    const ttlSeconds = settings.accessTokenTtlSeconds
    await tokens.issue(token, { ...owner, server: 'friendly', use: 'access_token', tokenType: 'Bearer', scopes, ttlSeconds })
    return token
  }

  async function answerToken(call: Call, client: DevClient): Promise<Reply> {
    const grantType = parameter(call, 'grant_type')
    if (grantType !== 'client_credentials' && grantType !== 'password')
      return oauthError(400, 'unsupported_grant_type', 'The grant type is not supported')
    if (client.scopes === undefined) return oauthError(400, 'unauthorized_client', 'The client gets no tokens')
    const username = parameter(call, 'username')
    const user = settings.users.find((each) => each.username === username)
    if (grantType === 'password' && (user === undefined || !isSame(user.password, parameter(call, 'password'))))
      return oauthError(400, 'invalid_grant', 'Bad credentials')
    const allowed = grantType === 'password' ? (user?.roles ?? []) : client.scopes
    const asked = readScope(parameter(call, 'scope'))
    if (asked.some((scope) => !allowed.includes(scope))) return oauthError(400, 'invalid_scope', 'A scope is not allowed')
    const scopes = asked.length > 0 ? asked : allowed
    const token = await issue(client, scopes, grantType === 'password' ? username : undefined)
    call.note.outcome = 'issued'
    const members = { access_token: token, token_type: 'Bearer', expires_in: settings.accessTokenTtlSeconds, scope: scopes.join(' ') }
    return { status: 200, json: members }
  }

  async function answerIntrospection(call: Call, client: DevClient): Promise<Reply> {
    const token = parameter(call, 'token')
    if (token === '') return oauthError(400, 'invalid_request', 'token is missing')
    const record = await tokens.find(token)
    call.note.outcome = 'inactive'
    // The product repeats the whole token, which must reach no log and no reply of those who ask.
    if (record === undefined) return oauthError(settings.badTokenStatus, 'invalid_grant', `Bad access token ${token}`)
    const visible = record.use === 'access_token' && (settings.introspectAny || record.clientId === client.clientId)
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
    const issued = await tokens.store.latest(10_000)
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
    grant_types_supported: ['client_credentials', 'password'],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ['client_secret_basic'],
    introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
    revocation_endpoint_auth_methods_supported: ['client_secret_basic'],
    backchannel_logout_supported: true,
  }
  const document = (json: unknown) => (): Reply => ({ status: 200, json })
  return {
    paths,
    issue: (client, scopes) => issue(client, scopes),
    logOut,
    routes: [
      { method: 'POST', path: paths.token, endpoint: 'token', answer: forClients(answerToken) },
      { method: 'POST', path: paths.introspection, endpoint: 'introspection', answer: forClients(answerIntrospection) },
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

function describeRecord({ scopes, clientId, username, tokenType, expiresAt }: TokenRecord): unknown {
  return present({ active: true, scope: scopes.join(' '), client_id: clientId, username, token_type: tokenType, exp: expiresAt })
}
