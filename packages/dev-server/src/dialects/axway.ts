/**
 * Axway API Gateway: tokens as its filter "Access Token using Client Credentials" issues them, with every setting of that page, and the refresh
 * grant. The page tells of no introspection; here there is an RFC 7662 endpoint for it, beside the standard server's, which knows its tokens too.
 *
 * @module
 */
import type { DevClient } from '../clients.ts'
import type { TokenRecord } from '../token-store/token-record.ts'
import { type Issue, newGrant, randomToken } from '../tokens.ts'
import { axwayClientFinder } from './axway-client.ts'
import { approveScopes } from './axway-scopes.ts'
import type { ResolvedAxwaySettings } from './axway-settings.ts'
import { type Call, oauthError, type Reply } from './call.ts'
import { findClient, readBasic } from './credentials.ts'
import { type Dialect, type DialectGround, present, readScope } from './dialect.ts'

/** The dialect; `settings` have been read. */
export function axway(settings: ResolvedAxwaySettings, ground: DialectGround): Dialect {
  const { tokens } = ground
  const paths = { token: '/api/oauth/token', introspection: '/api/oauth/introspect', revocation: '/api/oauth/revoke' }
  const findByFilter = axwayClientFinder(settings, ground)
  const findByHeader = (call: Call): DevClient | undefined => findClient(call, ground.clients, readBasic(call))
  const challenge = { 'WWW-Authenticate': 'Basic realm="API Gateway"' }
  const refuse = (headers: Readonly<Record<string, string>>): Reply => oauthError(401, 'invalid_client', 'The client is not known', headers)

  /** Answers the clients that the filter finds; the others get 401. */
  const forClients = (answer: (call: Call, client: DevClient) => Promise<Reply>) => {
    return async (call: Call): Promise<Reply> => {
      const client = await findByFilter(call)
      return client === undefined ? refuse(settings.clientInformation === 'header' ? challenge : {}) : answer(call, client)
    }
  }

  /** Where a client stands is a setting of the token filter: who introspects may stand in the header, whatever it says. */
  const forResourceServers = (answer: (call: Call) => Promise<Reply>) => {
    return async (call: Call): Promise<Reply> =>
      (findByHeader(call) ?? (await findByFilter(call))) === undefined ? refuse(challenge) : answer(call)
  }

  function describeIssue({ clientId }: DevClient, scopes: readonly string[], grant: string): Issue {
    const parameters = settings.additionalParameters
    return {
      ...{ server: 'axway', use: 'access_token', tokenType: settings.accessTokenType, clientId, scopes, grant },
      ttlSeconds: settings.accessTokenTtlSeconds,
      ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
    }
  }

  async function issue(issued: Issue): Promise<string> {
    const token = randomToken(settings.accessTokenLength)
    await tokens.issue(token, issued)
    return token
  }

  async function tokenReply(call: Call, issued: Issue): Promise<Reply> {
    const token = await issue(issued)
    const refreshToken = settings.includeRefreshToken ? randomToken(settings.refreshTokenLength) : undefined
    if (refreshToken !== undefined)
      await tokens.issue(refreshToken, { ...issued, use: 'refresh_token', ttlSeconds: settings.refreshTokenTtlSeconds })
    call.note.outcome = 'issued'
    const members = {
      access_token: token,
      refresh_token: refreshToken,
      token_type: settings.accessTokenType,
      expires_in: settings.accessTokenTtlSeconds,
      scope: issued.scopes.join(' '),
    }
    return { status: 200, json: present({ ...settings.additionalParameters, ...members }) }
  }

  async function answerToken(call: Call, client: DevClient): Promise<Reply> {
    const grantType = call.form.get('grant_type')
    if (grantType === 'refresh_token') return answerRefresh(call, client)
    if (grantType !== 'client_credentials') return oauthError(400, 'unsupported_grant_type', 'The grant type is not supported')
    if (client.scopes === undefined) return oauthError(400, 'unauthorized_client', 'The client gets no tokens')
    let scopes: readonly string[] | undefined
    try {
      scopes = await approveScopes(settings, client, readScope(call.form.get('scope')))
    } catch {
      return oauthError(500, 'server_error', 'The policy for scopes failed')
    }
    if (scopes === undefined)
      return oauthError(400, 'invalid_scope', `The scopes do not match ${settings.scopesMustMatch} of those registered`)
    return tokenReply(call, describeIssue(client, scopes, newGrant()))
  }

  async function answerRefresh(call: Call, client: DevClient): Promise<Reply> {
    const record = await tokens.find(call.form.get('refresh_token') ?? '')
    const invalid = oauthError(400, 'invalid_grant', 'The refresh token is not good')
    if (record?.use !== 'refresh_token' || record.server !== 'axway' || record.clientId !== client.clientId) return invalid
    const asked = readScope(call.form.get('scope'))
    if (asked.some((scope) => !record.scopes.includes(scope))) return oauthError(400, 'invalid_scope', 'More than was granted')
    if (!tokens.isOver(record) && !(await tokens.useUp(record))) {
      // Used twice: one of the two is a thief, and nobody knows which (RFC 9700 §4.14.2).
      await tokens.revoke(record)
      return invalid
    }
    if (tokens.isOver(record)) return invalid
    return tokenReply(call, describeIssue(client, asked.length > 0 ? asked : record.scopes, record.grant ?? newGrant()))
  }

  async function answerIntrospection(call: Call): Promise<Reply> {
    const record = await tokens.find(call.form.get('token') ?? '')
    const active = tokens.isGood(record) && record.use === 'access_token'
    call.note.outcome = active ? 'active' : 'inactive'
    return { status: 200, json: active ? describeRecord(record) : { active: false } }
  }

  async function answerRevocation(call: Call, client: DevClient): Promise<Reply> {
    const record = await tokens.find(call.form.get('token') ?? '')
    if (record?.clientId === client.clientId) {
      await tokens.revoke(record)
      call.note.outcome = 'revoked'
    }
    return { status: 200 }
  }

  return {
    paths,
    issue: (client, scopes) => issue(describeIssue(client, scopes, newGrant())),
    routes: [
      { method: 'POST', path: paths.token, endpoint: 'token', answer: forClients(answerToken) },
      { method: 'POST', path: paths.introspection, endpoint: 'introspection', answer: forResourceServers(answerIntrospection) },
      { method: 'POST', path: paths.revocation, endpoint: 'revocation', answer: forClients(answerRevocation) },
    ],
  }
}

function describeRecord({ parameters, scopes, clientId, tokenType, expiresAt, issuedAt, audience }: TokenRecord): unknown {
  const scope = scopes.length > 0 ? scopes.join(' ') : undefined
  const members = { active: true, scope, client_id: clientId, token_type: tokenType, aud: audience, exp: expiresAt, iat: issuedAt }
  return { ...parameters, ...present(members) }
}
