/**
 * Access tokens of our own by the client credentials grant, RFC 6749 §4.4: fetched when first needed, renewed ahead of expiry.
 *
 * @module
 */
import { runtime } from '#runtime'
import type { Wanted } from './authorization-server-metadata.ts'
import { type ClientCredentialsOptions, readClientCredentialsOptions } from './client-credentials-options.ts'
import { createDiscovery, type Discovery } from './discovery.ts'
import { toFault } from './endpoint-fault.ts'
import type { Issuer } from './introspection-endpoint.ts'
import { connectByFetch } from './runtime/fetch-connection.ts'
import { type Connection, Deadline } from './runtime/runtime.ts'
import { type IssuedToken, readTokenResponse } from './token-response.ts'
import type { TokenSource } from './token-source.ts'

export type { ClientCredentialsOptions } from './client-credentials-options.ts'

// A token of unknown life is used so long: a refusal ends it earlier.
const assumedSeconds = 300
const maxResponseBytes = 65_536

interface KeptToken {
  readonly token: string
  /** Milliseconds since epoch. */
  readonly renewAt: number
  readonly expiresAt: number
}

/**
 * Makes a source of access tokens, for `bearerToken()` and for calls further on. Any number of callers share one request; a token that
 * is still good is handed out while the next one is fetched. `token()` rejects with an `IntrospectionError` when none can be had.
 *
 * @throws {TypeError} naming every wrong option.
 */
export function clientCredentials(options: ClientCredentialsOptions): TokenSource {
  const settings = readClientCredentialsOptions(options, () => Date.now())
  const { now, timeoutMs } = settings
  const certificate = settings.clientAuthentication.certificate?.()
  const connection: Connection =
    settings.transport === undefined
      ? runtime.connect({ ...settings.http(), maxConnections: 1, connectTimeoutMs: timeoutMs, certificate })
      : connectByFetch(settings.transport)
  const endpoint = settings.endpoint instanceof URL ? settings.endpoint : findEndpoint(settings.endpoint)
  let kept: KeptToken | undefined
  let fetching: Promise<string> | undefined

  function findEndpoint(issuer: Issuer): Discovery {
    const wanted: Wanted = { ...issuer, endpointName: 'token_endpoint', method: settings.clientAuthentication.method }
    // What fails while metadata found before still serve, nobody needs to hear of.
    return createDiscovery({ wanted, connection, timeoutMs, now, onFault: () => undefined })
  }

  async function fetchToken(): Promise<string> {
    const sentAt = now()
    const deadline = new Deadline(timeoutMs)
    try {
      const url = endpoint instanceof URL ? endpoint : (await endpoint.find()).endpoint
      const credentials = await settings.clientAuthentication.credentials({ issuer: settings.issuer, now: sentAt })
      const request = settings.writeRequest(url, credentials)
      const reply = await connection.exchange(request, { deadline, maxBytes: maxResponseBytes })
      if ('failure' in reply) throw toFault(reply, 'token', { timeoutMs, maxResponseBytes })
      return keep(readTokenResponse(reply, now()), sentAt)
    } finally {
      deadline.clear()
    }
  }

  /** Its life counts from when it was asked for. A short one is used for half of it before the next is fetched. */
  function keep({ token, expiresIn = assumedSeconds }: IssuedToken, sentAt: number): string {
    const life = expiresIn * 1000
    kept = { token, expiresAt: sentAt + life, renewAt: sentAt + Math.max(life - settings.renewAheadSeconds * 1000, life / 2) }
    return token
  }

  function renew(): Promise<string> {
    if (fetching !== undefined) return fetching
    const started = fetchToken()
    fetching = started
    const end = (): void => {
      fetching = undefined
    }
    started.then(end, end)
    return started
  }

  return Object.freeze({
    identity: settings.identity,
    token() {
      const at = now()
      if (kept === undefined || at >= kept.expiresAt) return renew()
      // What fails ahead of time is tried again by the next caller, and told once the token has expired.
      if (at >= kept.renewAt) renew().catch(() => undefined)
      return Promise.resolve(kept.token)
    },
    invalidate() {
      kept = undefined
    },
  })
}
