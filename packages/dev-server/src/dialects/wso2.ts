/**
 * WSO2 Identity Server, as the page "Invoke the OAuth Introspection Endpoint" has it: tenants, users who may introspect, states of tokens,
 * `{"error":"Invalid input"}`. It speaks TLS with a certificate of its own authority.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { DevClient } from '../clients.ts'
import type { TokenRecord } from '../token-store/token-record.ts'
import { type Issue, newGrant } from '../tokens.ts'
import { type Call, oauthError, type Reply } from './call.ts'
import { findClient, isSame, readBasic } from './credentials.ts'
import { type Dialect, type DialectGround, present, readScope } from './dialect.ts'
import { superTenant, type Wso2Settings } from './wso2-settings.ts'

const refreshTokenTtlSeconds = 86_400

/** The dialect; `settings` have been read. */
export function wso2(settings: Required<Wso2Settings>, { clients, tokens }: DialectGround): Dialect {
  const tenantOf = ({ clientId }: DevClient): string => settings.clientTenants[clientId] ?? superTenant
  const unauthorized = (): Reply =>
    oauthError(401, 'invalid_client', 'Client Authentication failed.', { 'WWW-Authenticate': 'Basic realm="localhost"' })

  function describeIssue(client: DevClient, scopes: readonly string[], grant: string): Issue {
    const [tenant, ttlSeconds] = [tenantOf(client), settings.accessTokenTtlSeconds]
    const owner = { clientId: client.clientId, tenant, username: `admin@${tenant}`, grant }
    return { ...owner, server: 'wso2', use: 'access_token', tokenType: 'Bearer', scopes, ttlSeconds }
  }

  async function answerToken(call: Call): Promise<Reply> {
    const client = findClient(call, clients, readBasic(call))
    if (client === undefined) return unauthorized()
    const grantType = call.form.get('grant_type')
    if (grantType === 'refresh_token') return answerRefresh(call, client)
    if (grantType !== 'client_credentials') return oauthError(400, 'unsupported_grant_type', 'Unsupported grant_type value')
    if (client.scopes === undefined)
      return oauthError(400, 'unauthorized_client', 'The authenticated client is not authorized to use this grant type.')
    return tokenReply(call, client, readScope(call.form.get('scope')), newGrant())
  }

  async function answerRefresh(call: Call, client: DevClient): Promise<Reply> {
    const record = await tokens.redeem(call.form.get('refresh_token') ?? '', 'wso2', client)
    if (record === undefined) return oauthError(400, 'invalid_grant', 'Persisted access token data not found')
    return tokenReply(call, client, record.scopes, record.grant ?? newGrant())
  }

  // Scopes are not checked against those of the client: the product grants what is asked for unless a scope has been bound to roles.
  async function tokenReply(call: Call, client: DevClient, scopes: readonly string[], grant: string): Promise<Reply> {
    const issue = describeIssue(client, scopes, grant)
    const [accessToken, refreshToken] = [randomUUID(), settings.refreshTokens ? randomUUID() : undefined]
    await tokens.issue(accessToken, issue)
    if (refreshToken !== undefined) await tokens.issue(refreshToken, { ...issue, use: 'refresh_token', ttlSeconds: refreshTokenTtlSeconds })
    call.note.outcome = 'issued'
    const scope = scopes.length > 0 ? scopes.join(' ') : undefined
    const members = { access_token: accessToken, refresh_token: refreshToken, scope, token_type: 'Bearer', expires_in: issue.ttlSeconds }
    return { status: 200, json: present(members) }
  }

  /** The tenant that a client or a user with the right password belongs to. */
  function authenticate(call: Call): string | undefined {
    const basic = readBasic(call)
    const client = findClient(call, clients, basic)
    if (client !== undefined) return tenantOf(client)
    const [, username, tenant = superTenant] = /^(.*?)(?:@([^@]*))?$/.exec(basic?.name ?? '') ?? []
    const whole = settings.users.find((user) => user.username === basic?.name && (user.tenant ?? superTenant) === superTenant)
    const user = whole ?? settings.users.find((each) => each.username === username && (each.tenant ?? superTenant) === tenant)
    return user !== undefined && isSame(user.password, basic?.password ?? '') ? (user.tenant ?? superTenant) : undefined
  }

  async function answerIntrospection(call: Call): Promise<Reply> {
    const tenant = /^\/t\/([^/]+)\//.exec(call.path)?.[1] ?? superTenant
    if (authenticate(call) !== tenant) return unauthorized()
    const token = call.form.get('token')?.trim() ?? ''
    if (token === '') return { status: 400, json: { error: 'Invalid input' } }
    const record = await tokens.find(token)
    const visible = record !== undefined && (settings.crossTenantIntrospection || (record.tenant ?? superTenant) === tenant)
    const active = visible && (await isActive(record))
    call.note.outcome = active ? 'active' : 'inactive'
    return { status: 200, json: active ? describeRecord(record) : { active: false } }
  }

  /** A token that is over is still `ACTIVE` when it is looked at for the first time; only that look makes it `EXPIRED`. */
  async function isActive(record: TokenRecord): Promise<boolean> {
    if (record.state !== 'ACTIVE') return false
    if (!tokens.isOver(record)) return true
    const first = await tokens.expire(record)
    return first && settings.activeOnceAfterExpiry
  }

  async function answerRevocation(call: Call): Promise<Reply> {
    const client = findClient(call, clients, readBasic(call))
    if (client === undefined) return unauthorized()
    const record = await tokens.find(call.form.get('token') ?? '')
    if (record?.clientId === client.clientId) {
      await tokens.revoke(record)
      call.note.outcome = 'revoked'
    }
    return { status: 200 }
  }

  return {
    paths: { token: '/oauth2/token', introspection: '/oauth2/introspect', revocation: '/oauth2/revoke' },
    routes: [
      { method: 'POST', path: '/oauth2/token', endpoint: 'token', answer: answerToken },
      { method: 'POST', path: /^(\/t\/[^/]+)?\/oauth2\/introspect$/, endpoint: 'introspection', answer: answerIntrospection },
      { method: 'POST', path: '/oauth2/revoke', endpoint: 'revocation', answer: answerRevocation },
    ],
    async issue(client, scopes) {
      const token = randomUUID()
      await tokens.issue(token, describeIssue(client, scopes, newGrant()))
      return token
    },
  }
}

/** The members of the page's replies. A refresh token differs in nothing but its type. */
function describeRecord({ use, scopes, username, clientId, expiresAt, issuedAt, tokenType }: TokenRecord): unknown {
  return present({
    active: true,
    scope: scopes.length > 0 ? scopes.join(' ') : undefined,
    username,
    token_type: use === 'refresh_token' ? 'refresh_token' : tokenType,
    client_id: clientId,
    exp: expiresAt,
    iat: issuedAt,
  })
}
