/**
 * What the tests of this repository share.
 *
 * @module
 */
export type { AdapterUnderTest, Link, Route, Seen, Served, Surroundings } from './adapter-suite/bench.ts'
export { streamEvents } from './adapter-suite/bench.ts'
export { describeAdapter } from './adapter-suite/describe-adapter.ts'
export * from './authorization-server.ts'
export { describeAuthorizationServers } from './authorization-server-suite/describe-authorization-servers.ts'
export { describeCatalogue } from './catalogue/describe-catalogue.ts'
export { outerProcess } from './catalogue/watched.ts'
export * from './certificate-authority.ts'
export { untrusted } from './certificates.ts'
export { type Challenge, parseChallenges } from './challenge-parser.ts'
export { type ClientAuthenticationUnderTest, describeClientAuthentication } from './client-authentication-suite.ts'
export { type ConnectionUnderTest, describeConnection, type Exchanged } from './connection-suite.ts'
export { describeDialects } from './dialect-suite/describe-dialects.ts'
export { listen, readBody, serverOf } from './listen.ts'
export { type Proxy, startProxy, type Tunnel } from './proxy.ts'
export { describeWithRedis, type RedisServer } from './redis-server.ts'
export { type Received, type SentRequest, send } from './send.ts'
export { describeStore, type StorePlace, type StoreUnderTest } from './store-suite.ts'
export { startTlsFront, type TlsFront } from './tls-front.ts'
