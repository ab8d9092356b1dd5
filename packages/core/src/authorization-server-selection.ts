/**
 * Chooses the one authorization server that is asked about a token. What the token says of itself only chooses among those listed:
 * nothing in it is trusted, and no URL in it is ever called (RFC 8725 §3.10).
 *
 * @module
 */
import type { ResourceRequest } from './resource-request.ts'

/** Names the authorization server to ask about a token; `undefined`: none, the token is refused. */
export type SelectAuthorizationServer<Native = unknown> = (request: ResourceRequest<Native>, token: string) => string | undefined

/** What an authorization server is chosen by. */
export interface Selectable {
  readonly issuer: string | undefined
  /** What its tokens begin with. */
  readonly tokenPrefix: string | undefined
  /** True for the one that is asked about tokens that nothing else chooses a server for. */
  readonly fallback: boolean
}

/**
 * The server of the name that the application's function gives.
 *
 * @throws {TypeError} when it gives one that is not listed.
 */
export function selectByName<Server extends { readonly name: string }>(
  servers: readonly Server[],
  select: SelectAuthorizationServer,
  request: ResourceRequest,
  token: string,
): Server | undefined {
  const name: unknown = select(request, token)
  if (name === undefined) return undefined
  const server = servers.find((listed) => listed.name === name)
  if (server === undefined) throw new TypeError('selectAuthorizationServer() gave what is no name of "authorizationServers"')
  return server
}

/**
 * The server that lists the token's issuer, else the one with the longest prefix that fits, else the fallback: but a token that names
 * an issuer which is not listed is nobody's here, and is not shown to another.
 */
export function selectByToken<Server extends Selectable>(servers: readonly Server[], token: string): Server | undefined {
  const issuer = peekIssuer(token)
  const byIssuer = issuer === undefined ? undefined : servers.find((server) => server.issuer === issuer)
  if (byIssuer !== undefined) return byIssuer
  const byPrefix = servers
    .filter(({ tokenPrefix }) => tokenPrefix !== undefined && token.startsWith(tokenPrefix))
    .reduce<Server | undefined>((longest, server) => (lengthOf(server) > lengthOf(longest) ? server : longest), undefined)
  return byPrefix ?? (issuer === undefined ? servers.find(({ fallback }) => fallback) : undefined)
}

function lengthOf(server: Selectable | undefined): number {
  return server?.tokenPrefix?.length ?? 0
}

const shapeOfJwt = /^[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*$/

/** The `iss` of a token in the shape of a JWT (RFC 7519 §3.1), unverified; `undefined` where there is none. */
function peekIssuer(token: string): string | undefined {
  const payload = shapeOfJwt.exec(token)?.[1]
  if (payload === undefined) return undefined
  try {
    const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    const claims: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (letter) => letter.charCodeAt(0))))
    const issuer: unknown =
      typeof claims === 'object' && claims !== null && Object.hasOwn(claims, 'iss') ? (claims as { iss: unknown }).iss : undefined
    return typeof issuer === 'string' ? issuer : undefined
  } catch {
    return undefined
  }
}
