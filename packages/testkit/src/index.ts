/**
 * What the tests of this repository share.
 *
 * @module
 */
export type { AdapterUnderTest, Link, Route, Seen, Served } from './adapter-suite/bench.ts'
export { describeAdapter } from './adapter-suite/describe-adapter.ts'
export * from './authorization-server.ts'
export { type Challenge, parseChallenges } from './challenge-parser.ts'
export { type ClientAuthenticationUnderTest, describeClientAuthentication } from './client-authentication-suite.ts'
export { type ConnectionUnderTest, describeConnection, type Exchanged } from './connection-suite.ts'
export { listen } from './listen.ts'
export { type Received, type SentRequest, send } from './send.ts'
