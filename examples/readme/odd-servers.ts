import { createDevServer, type RedisClient, redisTokenStore, type SqlClient, sqlTokenStore } from '@oauth-introspect/dev-server'

declare const pool: SqlClient
declare const client: RedisClient

// #region dialects
const server = await createDevServer({
  dialects: {
    wso2: { tenants: ['foo.com'], clientTenants: { app: 'foo.com' } },
    axway: { scopesMustMatch: 'all', additionalParameters: { Department: 'Engineering' } },
  },
})
const { introspectionEndpoint, ca } = server.dialect('wso2')
const token = await server.dialect('axway').issueToken()
// #endregion dialects

// #region stores
const inPostgres = await sqlTokenStore(pool) // a Pool or a Client of pg, a PGlite
const inRedis = redisTokenStore(client) // a connected client of redis or ioredis
const lasting = await createDevServer({ store: inPostgres })
// #endregion stores

// #region outage
server.setFaults([{ endpoint: 'introspection', delayMs: 3000, status: 503 }])
// … your API answers 503, and says when to come again …
server.setFaults([])

// #endregion outage

export { ca, inRedis, introspectionEndpoint, lasting, token }
