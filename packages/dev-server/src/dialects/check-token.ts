/**
 * The `check_token` endpoint of Spring Security OAuth, as Gravitee's example calls it: by GET or POST, the token in the query or in the form.
 * It knows no `active`: what it describes is good, and what is not is an error 400, also a refresh token.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { DevClient } from '../clients.ts'
import type { OptionFaults } from '../option-faults.ts'
import { flag, lifetime, memberReader, port, texts } from '../option-readers.ts'
import type { TokenRecord } from '../token-store/token-record.ts'
import { type Issue, newGrant } from '../tokens.ts'
import { type Call, oauthError, type Reply } from './call.ts'
import { findClient, readBasic } from './credentials.ts'
import { type Dialect, type DialectGround, present, readScope } from './dialect.ts'

/** Settings of the check_token dialect; all may be left out. */
export interface CheckTokenSettings {
  /** Default 0: any free one. */
  readonly port?: number
  /** Default 43 200. */
  readonly accessTokenTtlSeconds?: number
  /** `aud` of every token: the resource ids. Default: none. */
  readonly resourceIds?: readonly string[]
  /** `authorities` of every client. Default: `ROLE_CLIENT`. */
  readonly authorities?: readonly string[]
  /** Whether client credentials get a refresh token (`allowRefresh`), good for one use. Default `false`. */
  readonly refreshTokens?: boolean
}

const known = ['port', 'accessTokenTtlSeconds', 'resourceIds', 'authorities', 'refreshTokens']
const refreshTokenTtlSeconds = 30 * 86_400

/** Reads the settings; what is wrong goes to `faults`. */
export function readCheckToken(value: unknown, path: string, faults: OptionFaults): Required<CheckTokenSettings> {
  const read = memberReader(value, path, { known }, faults)
  return {
    port: read('port', 0, port),
    accessTokenTtlSeconds: read('accessTokenTtlSeconds', 43_200, lifetime),
    resourceIds: read('resourceIds', [], texts),
    authorities: read('authorities', ['ROLE_CLIENT'], texts),
    refreshTokens: read('refreshTokens', false, flag),
  }
}

/** The dialect; `settings` have been read. */
export function checkToken(settings: Required<CheckTokenSettings>, { clients, tokens }: DialectGround): Dialect {
  const paths = { token: '/oauth/token', introspection: '/oauth/check_token', revocation: '/oauth/revoke' }
  const parameter = (call: Call, name: string): string => call.query.get(name) ?? call.form.get(name) ?? ''
  const unauthorized = (): Reply =>
    oauthError(401, 'unauthorized', 'Full authentication is required to access this resource', {
      'WWW-Authenticate': 'Basic realm="oauth2/client"',
    })

  function describeIssue({ clientId }: DevClient, scopes: readonly string[], grant: string): Issue {
    const ttlSeconds = settings.accessTokenTtlSeconds
    return { server: 'checkToken', use: 'access_token', tokenType: 'bearer', clientId, scopes, ttlSeconds, grant }
  }

  async function answerToken(call: Call): Promise<Reply> {
    const client = findClient(call, clients, readBasic(call))
    if (client === undefined) return unauthorized()
    const grantType = parameter(call, 'grant_type')
    if (grantType === 'refresh_token') return answerRefresh(call, client)
    if (grantType !== 'client_credentials') return oauthError(400, 'unsupported_grant_type', 'Unsupported grant type')
    if (client.scopes === undefined) return oauthError(401, 'invalid_client', 'Unauthorized grant type: client_credentials')
    const asked = readScope(parameter(call, 'scope'))
    const allowed = client.scopes
    if (asked.some((scope) => !allowed.includes(scope))) return oauthError(400, 'invalid_scope', 'Invalid scope')
    return tokenReply(call, describeIssue(client, asked.length > 0 ? asked : allowed, newGrant()))
  }

  async function answerRefresh(call: Call, client: DevClient): Promise<Reply> {
    const record = await tokens.redeem(parameter(call, 'refresh_token'), 'checkToken', client)
    if (record === undefined) return oauthError(400, 'invalid_grant', 'Invalid refresh token')
    return tokenReply(call, describeIssue(client, record.scopes, record.grant ?? newGrant()))
  }

  async function tokenReply(call: Call, issue: Issue): Promise<Reply> {
    const [token, refreshToken] = [randomUUID(), settings.refreshTokens ? randomUUID() : undefined]
    await tokens.issue(token, issue)
    if (refreshToken !== undefined) await tokens.issue(refreshToken, { ...issue, use: 'refresh_token', ttlSeconds: refreshTokenTtlSeconds })
    call.note.outcome = 'issued'
    const members = { access_token: token, token_type: 'bearer', refresh_token: refreshToken, expires_in: issue.ttlSeconds }
    return { status: 200, json: present({ ...members, scope: issue.scopes.join(' ') }) }
  }

  async function answerCheck(call: Call): Promise<Reply> {
    if (findClient(call, clients, readBasic(call)) === undefined) return unauthorized()
    const record = await tokens.find(parameter(call, 'token'))
    call.note.outcome = 'inactive'
    if (record?.use !== 'access_token') return oauthError(400, 'invalid_token', 'Token was not recognised')
    if (record.state === 'EXPIRED' || tokens.isOver(record)) return oauthError(400, 'invalid_token', 'Token has expired')
    // Spring deletes a token that is revoked, and then has never seen it.
    if (record.state !== 'ACTIVE') return oauthError(400, 'invalid_token', 'Token was not recognised')
    call.note.outcome = 'active'
    return { status: 200, json: describeRecord(record) }
  }

  async function answerRevocation(call: Call): Promise<Reply> {
    const client = findClient(call, clients, readBasic(call))
    if (client === undefined) return unauthorized()
    const record = await tokens.find(parameter(call, 'token'))
    if (record?.clientId === client.clientId) {
      await tokens.revoke(record)
      call.note.outcome = 'revoked'
    }
    return { status: 200 }
  }

  function describeRecord({ scopes, clientId, username, audience, expiresAt }: TokenRecord): unknown {
    const resourceIds = audience === undefined ? settings.resourceIds : [audience]
    return present({
      aud: resourceIds.length > 0 ? resourceIds : undefined,
      user_name: username,
      scope: scopes,
      exp: expiresAt,
      authorities: settings.authorities,
      client_id: clientId,
    })
  }

  return {
    paths,
    async issue(client, scopes) {
      const token = randomUUID()
      await tokens.issue(token, describeIssue(client, scopes, newGrant()))
      return token
    },
    routes: [
      { method: 'POST', path: paths.token, endpoint: 'token', answer: answerToken },
      { method: 'GET', path: paths.introspection, endpoint: 'introspection', answer: answerCheck },
      { method: 'POST', path: paths.introspection, endpoint: 'introspection', answer: answerCheck },
      { method: 'POST', path: paths.revocation, endpoint: 'revocation', answer: answerRevocation },
    ],
  }
}
