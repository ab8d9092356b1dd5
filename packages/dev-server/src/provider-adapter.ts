/**
 * Keeps the access tokens of oidc-provider in the token store, which knows their digests only; what else it keeps stays in memory.
 *
 * @module
 */
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { memoryAdapter } from './memory-adapter.ts'
import { digestToken, type TokenRecord } from './token-store/token-record.ts'
import type { Tokens } from './tokens.ts'

/** The adapter for one of oidc-provider's models. Access tokens of the dialects are found as well, so that its introspection knows them. */
export function providerAdapter(model: string, tokens: Tokens): Adapter {
  if (model !== 'ClientCredentials') return memoryAdapter()
  return {
    ...memoryAdapter(),
    async upsert(id, payload) {
      await tokens.keep(toRecord(digestToken(id), payload))
    },
    async find(id) {
      const record = await tokens.find(id)
      return record?.state === 'ACTIVE' && record.use === 'access_token' ? toPayload(id, record) : undefined
    },
    async destroy(id) {
      const record = await tokens.find(id)
      if (record !== undefined) await tokens.revoke(record)
    },
  }
}

function toRecord(digest: string, { clientId = '', scope = '', iat = 0, exp = 0, aud }: AdapterPayload): TokenRecord {
  return {
    digest,
    server: 'standard',
    use: 'access_token',
    tokenType: 'Bearer',
    clientId,
    scopes: scope.split(' ').filter((token) => token !== ''),
    issuedAt: iat,
    expiresAt: exp,
    state: 'ACTIVE',
    ...(typeof aud === 'string' ? { audience: aud } : {}),
  }
}

function toPayload(id: string, { clientId, scopes, issuedAt, expiresAt, audience, parameters }: TokenRecord): AdapterPayload {
  return {
    kind: 'ClientCredentials',
    jti: id,
    clientId,
    iat: issuedAt,
    exp: expiresAt,
    ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
    ...(audience === undefined ? {} : { aud: audience }),
    ...(parameters === undefined ? {} : { extra: parameters }),
  }
}
