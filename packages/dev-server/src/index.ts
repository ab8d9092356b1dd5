/**
 * The public door: names only.
 *
 * @module
 */
export type { DevClient } from './clients.ts'
export { createDevServer, type DevServer, type TokenWish } from './dev-server.ts'
export type { AxwayMessage, AxwayPolicy, AxwaySettings } from './dialects/axway-settings.ts'
export type { CheckTokenSettings } from './dialects/check-token.ts'
export type { DialectTokenWish } from './dialects/dialect.ts'
export type { DialectName, DialectOptions } from './dialects/dialect-options.ts'
export type { DialectServer, DialectServers } from './dialects/dialect-server.ts'
export type { LogoutReport } from './dialects/friendly.ts'
export type { FriendlySettings, FriendlyUser } from './dialects/friendly-settings.ts'
export type { Wso2Settings, Wso2User } from './dialects/wso2-settings.ts'
export type { Fault } from './faults.ts'
export type { DevServerOptions } from './options.ts'
export { memoryTokenStore } from './token-store/memory-store.ts'
export { type RedisClient, type RedisTokenStoreOptions, redisTokenStore } from './token-store/redis-store.ts'
export { type SqlClient, sqlTokenStore } from './token-store/sql-store.ts'
export type { TokenRecord, TokenState } from './token-store/token-record.ts'
export type { TokenStore, UsageFigure, UsageKind } from './token-store/token-store.ts'
