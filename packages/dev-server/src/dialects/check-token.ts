/**
 * The `check_token` endpoint of Spring Security OAuth, as Gravitee's example calls it: by GET or POST, the token in the query or in the form.
 * It knows no `active`: what it describes is good, and what is not is an error 400.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { DevClient } from '../clients.ts'
import type { OptionFaults } from '../option-faults.ts'
import { lifetime, memberReader, port, texts } from '../option-readers.ts'
import type { TokenRecord } from '../token-store/token-record.ts'
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
}

const known = ['port', 'accessTokenTtlSeconds', 'resourceIds', 'authorities']

/** Reads the settings; what is wrong goes to `faults`. */
export function readCheckToken(value: unknown, path: string, faults: OptionFaults): Required<CheckTokenSettings> {
  const read = memberReader(value, path, { known }, faults)
  return {
    port: read('port', 0, port),
    accessTokenTtlSeconds: read('accessTokenTtlSeconds', 43_200, lifetime),
    resourceIds: read('resourceIds', [], texts),
    authorities: read('authorities', ['ROLE_CLIENT'], texts),
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

  async function issue({ clientId }: DevClient, scopes: readonly string[]): Promise<string> {
    const token = randomUUID()
    const ttlSeconds = settings.accessTokenTtlSeconds
    await tokens.issue(token, { server: 'checkToken', use: 'access_token', tokenType: 'bearer', clientId, scopes, ttlSeconds })
    return token
  }

  async function answerToken(call: Call): Promise<Reply> {
    const client = findClient(call, clients, readBasic(call))
    if (client === undefined) return unauthorized()
    const grantType = parameter(call, 'grant_type')
    if (grantType !== 'client_credentials') return oauthError(400, 'unsupported_grant_type', 'Unsupported grant type')
    if (client.scopes === undefined) return oauthError(401, 'invalid_client', 'Unauthorized grant type: client_credentials')
    const asked = readScope(parameter(call, 'scope'))
    const allowed = client.scopes
    if (asked.some((scope) => !allowed.includes(scope))) return oauthError(400, 'invalid_scope', 'Invalid scope')
    const scopes = asked.length > 0 ? asked : allowed
    const token = await issue(client, scopes)
    call.note.outcome = 'issued'
    return {
      status: 200,
      json: { access_token: token, token_type: 'bearer', expires_in: settings.accessTokenTtlSeconds, scope: scopes.join(' ') },
    }
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
    issue,
    routes: [
      { method: 'POST', path: paths.token, endpoint: 'token', answer: answerToken },
      { method: 'GET', path: paths.introspection, endpoint: 'introspection', answer: answerCheck },
      { method: 'POST', path: paths.introspection, endpoint: 'introspection', answer: answerCheck },
      { method: 'POST', path: paths.revocation, endpoint: 'revocation', answer: answerRevocation },
    ],
  }
}
