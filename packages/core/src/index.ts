/**
 * The public door of the core: names only.
 *
 * @module
 */
export type { AuthInfo } from './auth-info.ts'
export type { TokenSyntax } from './bearer-token.ts'
export type { Header, RefusalReason, Refused } from './challenge.ts'
export { bearerToken } from './client-authentication/bearer-token.ts'
export type { Attempt, ClientAuthentication, Credentials } from './client-authentication/client-authentication.ts'
export { type BasicOptions, clientSecretBasic } from './client-authentication/client-secret-basic.ts'
export { clientSecretPost } from './client-authentication/client-secret-post.ts'
export { none } from './client-authentication/none.ts'
export { type ClientCredentialsOptions, clientCredentials } from './client-credentials.ts'
export { IntrospectionError, type IntrospectionErrorCode } from './errors.ts'
export type { AnswerSource, Happening, IntrospectEvent, WarningCode } from './events.ts'
export type { TokenIn } from './introspection-request.ts'
export type { IntrospectionRequestOptions } from './introspection-request-options.ts'
export type { Claims, MissingActive } from './introspection-response.ts'
export type { CacheOptions, DefaultSchema, IntrospectionReplyOptions, Options } from './options.ts'
export type { Anonymous, Granted, Outcome, ResourceServer, ResourceServerStats } from './outcome.ts'
export { refusalResponse, writeRefusal } from './refusal-response.ts'
export type { Requirements } from './requirements.ts'
export { nodeRequest, type ResourceRequest, webRequest } from './resource-request.ts'
export { createResourceServer } from './resource-server.ts'
export type { Transport } from './runtime/fetch-connection.ts'
export type { ScopeMatching, Scopes } from './scope.ts'
export type { TokenSource } from './token-source.ts'
export type { TokenPlace, TokenSources } from './token-sources.ts'
