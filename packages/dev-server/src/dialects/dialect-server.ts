/**
 * Starts the dialects that are wanted, each on a port of its own: two of the products have the same paths.
 *
 * @module
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { certify } from '../certificate-authority.ts'
import type { DevClient } from '../clients.ts'
import { behindFront, type FrontGround, notServed, type Place } from '../front.ts'
import { originOf } from '../host.ts'
import { close, listen, type Server, type ServerCertificate } from '../listening.ts'
import { OptionFaults, readMembers } from '../option-faults.ts'
import type { Tokens } from '../tokens.ts'
import { axway } from './axway.ts'
import { readCall, writeReply } from './call.ts'
import { checkToken } from './check-token.ts'
import { type Dialect, type DialectGround, type DialectTokenWish, type Route, readScope } from './dialect.ts'
import type { DialectName, ResolvedDialects } from './dialect-options.ts'
import { friendly, type LogoutReport } from './friendly.ts'
import { createLogoutKey } from './logout-tokens.ts'
import { wso2 } from './wso2.ts'

/** A dialect that listens. */
export interface DialectServer {
  /** Origin, without a slash at its end. */
  readonly origin: string
  readonly tokenEndpoint: string
  readonly introspectionEndpoint: string
  readonly revocationEndpoint: string
  /** Issues an access token as the token endpoint would, without a request. */
  readonly issueToken: (wish?: DialectTokenWish) => Promise<string>
}

/** The dialects, each with what only it has. */
export interface DialectServers {
  readonly wso2?: DialectServer & {
    /** The certificate of the authority behind its TLS, in PEM: what a client is to trust. */
    readonly ca: string
    /** The introspection endpoint of a tenant. */
    readonly tenantIntrospectionEndpoint: (tenant: string) => string
  }
  readonly friendly?: DialectServer & {
    /** Ends a user's tokens, and sends logout tokens. */
    readonly logOut: (username: string) => Promise<LogoutReport>
  }
  readonly checkToken?: DialectServer
  readonly axway?: DialectServer
}

/** What the dialects share. */
export interface SharedGround {
  readonly host: string
  readonly clients: readonly DevClient[]
  readonly tokens: Tokens
  readonly front: FrontGround
}

/** Starts them all, or none. */
export async function startDialects(
  wanted: ResolvedDialects,
  shared: SharedGround,
): Promise<{ readonly servers: DialectServers; readonly close: () => Promise<void> }> {
  const listening: Server[] = []
  const closeAll = async (): Promise<void> => {
    await Promise.all(listening.map(close))
  }
  async function start<D extends Dialect>(
    name: DialectName,
    port: number,
    make: (ground: DialectGround) => D,
    certificate?: ServerCertificate,
  ): Promise<{ readonly dialect: D; readonly server: DialectServer }> {
    const { server, port: taken } = await listen(shared.host, port, certificate)
    listening.push(server)
    const plain = originOf(shared.host, taken)
    const origin = certificate === undefined ? plain : plain.replace('http:', 'https:')
    const dialect = make({ clients: shared.clients, tokens: shared.tokens, origin })
    server.on(
      'request',
      behindFront(name, answerBy(dialect.routes), (path) => findPlace(dialect.routes, path), shared.front),
    )
    return { dialect, server: handleOf(dialect, origin, shared.clients) }
  }
  try {
    const servers: { -readonly [Name in keyof DialectServers]: DialectServers[Name] } = {}
    const { wso2: forWso2, friendly: forFriendly, checkToken: forCheckToken, axway: forAxway } = wanted
    if (forWso2 !== undefined) {
      const certificate = await certify(shared.host)
      const { server } = await start('wso2', forWso2.port, (ground) => wso2(forWso2, ground), certificate)
      const tenantIntrospectionEndpoint = (tenant: string): string => `${server.origin}/t/${tenant}/oauth2/introspect`
      servers.wso2 = { ...server, ca: certificate.ca, tenantIntrospectionEndpoint }
    }
    if (forFriendly !== undefined) {
      const key = await createLogoutKey()
      const { server, dialect } = await start('friendly', forFriendly.port, (ground) => friendly(forFriendly, ground, key))
      servers.friendly = { ...server, logOut: dialect.logOut }
    }
    if (forCheckToken !== undefined)
      servers.checkToken = (await start('checkToken', forCheckToken.port, (ground) => checkToken(forCheckToken, ground))).server
    if (forAxway !== undefined) servers.axway = (await start('axway', forAxway.port, (ground) => axway(forAxway, ground))).server
    return { servers, close: closeAll }
  } catch (error) {
    await closeAll()
    throw error
  }
}

function answerBy(routes: readonly Route[]): RequestListener {
  return (request, response) => {
    void answer(routes, request, response).catch(() => {
      // A request that was broken off, or a store that is away: the connection is all that can be ended.
      response.destroy()
    })
  }
}

async function answer(routes: readonly Route[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const call = await readCall(request)
  if (call === undefined) return writeReply(response, { status: 413, headers: { Connection: 'close' } })
  const here = routes.filter((route) => isAt(route, call.path))
  const route = here.find(({ method }) => method === call.method)
  if (route !== undefined) return writeReply(response, await route.answer(call))
  if (here.length === 0) return writeReply(response, { status: 404, json: { error: 'not_found' } })
  writeReply(response, { status: 405, headers: { Allow: here.map(({ method }) => method).join(', ') } })
}

function findPlace(routes: readonly Route[], asked: string): Place {
  const route = routes.find((each) => isAt(each, asked))
  return route === undefined ? notServed : { endpoint: route.endpoint, path: asked.replace(/^\/t\/[^/]+/, '/t/…') }
}

/** Whether the path is the route's. */
function isAt({ path }: Route, asked: string): boolean {
  return typeof path === 'string' ? path === asked : path.test(asked)
}

function handleOf({ paths, issue }: Dialect, origin: string, clients: readonly DevClient[]): DialectServer {
  return {
    origin,
    tokenEndpoint: origin + paths.token,
    introspectionEndpoint: origin + paths.introspection,
    revocationEndpoint: origin + paths.revocation,
    issueToken(wish = {}) {
      const { client, scopes } = readWish(wish, clients)
      return issue(client, scopes)
    },
  }
}

function readWish(wish: unknown, clients: readonly DevClient[]): { readonly client: DevClient; readonly scopes: readonly string[] } {
  const faults = new OptionFaults()
  const given = readMembers(wish, { known: ['clientId', 'scope'] }, faults) ?? new Map<string, unknown>()
  for (const [name, value] of given) if (typeof value !== 'string' || value === '') faults.expect(name, 'a string that is not empty', value)
  const [clientId, scope] = [given.get('clientId'), given.get('scope')]
  const client = clients.find((each) => (clientId === undefined ? each.scopes !== undefined : each.clientId === clientId))
  if (client === undefined)
    faults.say(clientId === undefined ? 'no client has scopes, so none gets tokens' : '"clientId" must be that of a known client')
  faults.throwAny('issueToken')
  return { client: client as DevClient, scopes: typeof scope === 'string' ? readScope(scope) : (client?.scopes ?? []) }
}
