/**
 * The token endpoint of the Friendly OAuth2 Server dialect: client credentials, passwords, refresh tokens.
 *
 * @module
 */
import type { DevClient } from '../clients.ts'
import { type Issue, newGrant, randomToken, type Tokens } from '../tokens.ts'
import { type Call, oauthError, type Reply } from './call.ts'
import { isSame } from './credentials.ts'
import { present, readScope } from './dialect.ts'
import { parameter } from './friendly-client.ts'
import type { FriendlySettings } from './friendly-settings.ts'

/** As long as the one on the page. */
const tokenLength = 255
const refreshTokenTtlSeconds = 30 * 86_400

/** What issues tokens. */
export interface FriendlyGrants {
  /** Issues an access token without a request. */
  readonly issue: (client: DevClient, scopes: readonly string[]) => Promise<string>
  readonly answer: (call: Call, client: DevClient) => Promise<Reply>
}

/** The grants; `settings` have been read. */
export function friendlyGrants(settings: Required<FriendlySettings>, tokens: Tokens): FriendlyGrants {
  function describeIssue({ clientId }: DevClient, scopes: readonly string[], username?: string, grant: string = newGrant()): Issue {
    const owner = username === undefined ? { clientId } : { clientId, username }
    const ttlSeconds = settings.accessTokenTtlSeconds
    return { ...owner, server: 'friendly', use: 'access_token', tokenType: 'Bearer', scopes, ttlSeconds, grant }
  }

  async function issue(issued: Issue): Promise<string> {
    const token = randomToken(tokenLength)
    await tokens.issue(token, issued)
    return token
  }

  async function reply(call: Call, issued: Issue): Promise<Reply> {
    const token = await issue(issued)
    const refreshToken = settings.refreshTokens
      ? await issue({ ...issued, use: 'refresh_token', ttlSeconds: refreshTokenTtlSeconds })
      : undefined
    call.note.outcome = 'issued'
    const members = { access_token: token, refresh_token: refreshToken, token_type: 'Bearer', expires_in: issued.ttlSeconds }
    return { status: 200, json: present({ ...members, scope: issued.scopes.join(' ') }) }
  }

  async function answerRefresh(call: Call, client: DevClient): Promise<Reply> {
    const record = await tokens.redeem(parameter(call, 'refresh_token'), 'friendly', client)
    if (record === undefined) return oauthError(400, 'invalid_grant', 'Bad refresh token')
    return reply(call, describeIssue(client, record.scopes, record.username, record.grant))
  }

  return {
    issue: (client, scopes) => issue(describeIssue(client, scopes)),
    answer(call, client) {
      const refuse = (error: string, description: string): Promise<Reply> => Promise.resolve(oauthError(400, error, description))
      const grantType = parameter(call, 'grant_type')
      if (grantType === 'refresh_token') return answerRefresh(call, client)
      if (grantType !== 'client_credentials' && grantType !== 'password')
        return refuse('unsupported_grant_type', 'The grant type is not supported')
      if (client.scopes === undefined) return refuse('unauthorized_client', 'The client gets no tokens')
      const username = parameter(call, 'username')
      const user = settings.users.find((each) => each.username === username)
      if (grantType === 'password' && (user === undefined || !isSame(user.password, parameter(call, 'password'))))
        return refuse('invalid_grant', 'Bad credentials')
      const allowed = grantType === 'password' ? (user?.roles ?? []) : client.scopes
      const asked = readScope(parameter(call, 'scope'))
      if (asked.some((scope) => !allowed.includes(scope))) return refuse('invalid_scope', 'A scope is not allowed')
      return reply(call, describeIssue(client, asked.length > 0 ? asked : allowed, grantType === 'password' ? username : undefined))
    },
  }
}
