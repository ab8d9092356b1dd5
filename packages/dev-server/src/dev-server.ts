/**
 * Starts a development authorization server, and is the handle on it. For development only: it forgets everything when it is closed.
 *
 * @module
 */
import type { DevClient } from './clients.ts'
import type { DialectName } from './dialects/dialect-options.ts'
import { type DialectServers, startDialects } from './dialects/dialect-server.ts'
import { type Fault, FaultSwitch, readFaults } from './faults.ts'
import { behindFront } from './front.ts'
import { originOf } from './host.ts'
import { close, listen } from './listening.ts'
import { consoleRoutes } from './monitoring/console.ts'
import { type ControlRoutes, faultRoutes, withControl } from './monitoring/control.ts'
import { usageRoutes } from './monitoring/usage.ts'
import { Watch } from './monitoring/watch.ts'
import { OptionFaults } from './option-faults.ts'
import { type DevServerOptions, type ResolvedOptions, readOptions } from './options.ts'
import { createProvider } from './provider.ts'
import { findStandard, paths } from './served-paths.ts'
import { requestToken, type TokenWish } from './token-request.ts'
import { memoryTokenStore } from './token-store/memory-store.ts'
import type { TokenStore } from './token-store/token-store.ts'
import { Tokens } from './tokens.ts'

export type { TokenWish }

/** A development authorization server that listens. */
export interface DevServer {
  /** Origin, without a slash at its end. */
  readonly issuer: string
  readonly introspectionEndpoint: string
  readonly tokenEndpoint: string
  readonly revocationEndpoint: string
  readonly jwksUri: string
  /** The console's page; there with the option `console` only. */
  readonly consoleUrl?: string
  /** The clients it knows, with their secrets. */
  readonly clients: readonly DevClient[]
  /** Where its tokens are kept. */
  readonly store: TokenStore
  /**
   * Gets an access token from the token endpoint.
   *
   * @throws {TypeError} naming what is wrong with the wish.
   * @throws {Error} with the endpoint's `error` when it refuses, such as `invalid_scope`.
   * @see [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749#section-4.4) section 4.4
   */
  issueToken(wish?: TokenWish): Promise<string>
  /** Makes a token inactive, whichever client got it. A token that is not known is inactive already. */
  revoke(token: string): Promise<void>
  /** The faults that are switched on, here and at the dialects. */
  readonly faults: readonly Fault[]
  /**
   * Switches these faults on, and all others off: an empty list ends the rehearsal.
   *
   * @throws {TypeError} naming what is wrong with them.
   */
  setFaults(faults: readonly Fault[]): void
  /**
   * A server of another product, which the option `dialects` asked for.
   *
   * @throws {TypeError} when it did not.
   */
  dialect<Name extends DialectName>(name: Name): NonNullable<DialectServers[Name]>
  /** Stops listening and closes every connection. Nothing of it keeps the process alive then. */
  close(): Promise<void>
}

/**
 * Starts an authorization server for development and tests: client credentials, introspection (RFC 7662), revocation (RFC 7009),
 * discovery (RFC 8414) and resource indicators (RFC 8707), in memory and without TLS.
 *
 * @throws {TypeError} naming every wrong option.
 * @throws {Error} of the system when it cannot listen, such as `EADDRINUSE`.
 */
export async function createDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  return startDevServer(readOptions(options))
}

/** The same, for options that have been read. */
export async function startDevServer(options: ResolvedOptions): Promise<DevServer> {
  const { clients, host, store = memoryTokenStore(), now = Date.now } = options
  const tokens = new Tokens(store, now)
  const front = { faults: new FaultSwitch(options.faults), watch: new Watch(tokens, now) }
  const dialects = await startDialects(options.dialects, { host, clients, tokens, front })
  const { server, port } = await listen(host, options.port).catch(async (error: unknown) => {
    await dialects.close()
    throw error
  })
  const issuer = originOf(host, port)
  const standard = behindFront('standard', createProvider(issuer, options, tokens).callback(), findStandard, front)
  const tokenEndpoint = issuer + paths.token
  const issueToken = (wish: TokenWish = {}): Promise<string> => requestToken(tokenEndpoint, clients, wish)
  const control = (): ControlRoutes => ({
    ...faultRoutes(front.faults),
    ...usageRoutes(store, front.watch, now),
    ...consoleRoutes({ clients, tokens, watch: front.watch, servers: { standard: { origin: issuer, issueToken }, ...dialects.servers } }),
  })
  server.on('request', options.console ? withControl(control(), standard) : standard)
  return {
    issuer,
    introspectionEndpoint: issuer + paths.introspection,
    tokenEndpoint,
    revocationEndpoint: issuer + paths.revocation,
    jwksUri: issuer + paths.jwks,
    clients,
    store,
    issueToken,
    ...(options.console ? { consoleUrl: `${issuer}/console` } : {}),
    revoke: async (token) => {
      const found = await tokens.find(token)
      if (found !== undefined) await tokens.revoke(found)
    },
    get faults() {
      return front.faults.list()
    },
    setFaults: (wanted) => {
      const wrong = new OptionFaults()
      const read = readFaults(wanted, 'faults', wrong)
      wrong.throwAny('setFaults')
      front.faults.set(read)
    },
    dialect: (name) => found(dialects.servers, name),
    close: async () => {
      await Promise.all([close(server), dialects.close()])
      await front.watch.settle()
    },
  }
}

function found<Name extends DialectName>(servers: DialectServers, name: Name): NonNullable<DialectServers[Name]> {
  const server = servers[name]
  if (server === undefined) throw new TypeError(`dialect: "${name}" is not among the option "dialects"`)
  return server
}
