/**
 * Finds an endpoint by the issuer alone: RFC 8414, then OpenID Connect Discovery. What is found serves for an hour, and on through an
 * outage of the metadata; while nothing is known, failures are not repeated for every request.
 *
 * @module
 */
import { type Discovered, readMetadata, type Wanted } from './authorization-server-metadata.ts'
import { IntrospectionError } from './errors.ts'
import { readRetryAfter } from './retry-after.ts'
import { type Connection, Deadline, type HttpFailure, type HttpReply } from './runtime/runtime.ts'

/** What finding rests on. */
export interface DiscoveryParts {
  readonly wanted: Wanted
  readonly connection: Connection
  /** Milliseconds for all tries together. */
  readonly timeoutMs: number
  readonly now: () => number
  /** Hears of failures that no caller does, because what was found before still serves. */
  readonly onFault: (error: IntrospectionError) => void
}

/** Finds, and keeps what was found. */
export interface Discovery {
  readonly issuer: string
  /** What the metadata say; a promise only while nothing is known. @throws {IntrospectionError} `DISCOVERY_FAILED`. */
  find(): Discovered | Promise<Discovered>
}

const keptMs = 3_600_000
const shortestPauseMs = 5000
const longestPauseMs = 60_000
// Such documents have some kilobytes; lists of scopes and claims can make them ten times larger.
const maxBytes = 262_144

/** Makes the discovery of one endpoint of one issuer. */
export function createDiscovery({ wanted, connection, timeoutMs, now, onFault }: DiscoveryParts): Discovery {
  let known: { readonly discovered: Discovered; readonly at: number } | undefined
  let search: { readonly at: number; readonly discovered: Promise<Discovered> } | undefined
  let failure: { readonly at: number; readonly error: IntrospectionError; readonly pauseMs: number } | undefined

  function find(): Discovered | Promise<Discovered> {
    if (known === undefined) return searchOnce()
    // Beside the request, which need not wait for it.
    if (!isWithin(keptMs, known.at)) searchOnce().catch(() => undefined)
    return known.discovered
  }

  /** Joins the search under way; one that has outlived its time has been lost, with the request that it was for. */
  function searchOnce(): Promise<Discovered> {
    if (search !== undefined && isWithin(timeoutMs, search.at)) return search.discovered
    if (failure !== undefined && isWithin(failure.pauseMs, failure.at)) return Promise.reject(failure.error)
    const at = now()
    const current = { at, discovered: explore(at) }
    search = current
    const end = (): void => {
      if (search === current) search = undefined
    }
    current.discovered.then(end, end)
    return current.discovered
  }

  async function explore(at: number): Promise<Discovered> {
    const deadline = new Deadline(timeoutMs)
    try {
      const discovered = await tryInTurn(deadline)
      known = { discovered, at }
      failure = undefined
      return discovered
    } catch (error) {
      if (IntrospectionError.is(error)) keepFailure(error)
      throw error
    } finally {
      deadline.clear()
    }
  }

  function keepFailure(error: IntrospectionError): void {
    const atLeast = Math.max((failure?.pauseMs ?? 0) * 2, (error.retryAfterSeconds ?? 0) * 1000, shortestPauseMs)
    failure = { at: now(), error, pauseMs: Math.min(atLeast, longestPauseMs) }
    if (known !== undefined) onFault(error)
  }

  /**
   * All places are the issuer's own, and a document counts only if it is the issuer's, so that going on where there is none, or none that
   * names the endpoint, opens nothing. Whatever else is wrong ends the search: the next place must not answer for the one that is ill.
   */
  async function tryInTurn(deadline: Deadline): Promise<Discovered> {
    let missing = 'there is none at the well-known places'
    for (const url of wellKnownPlaces(wanted.url)) {
      const reply = await connection.exchange({ method: 'GET', url, headers: { accept: 'application/json' } }, { deadline, maxBytes })
      if (isAbsent(reply)) continue
      const metadata = 'status' in reply && reply.status === 200 ? readMetadata(reply, wanted) : { fault: describe(reply, timeoutMs) }
      if (metadata === undefined) missing = `it does not name "${wanted.endpointName}"`
      else if (!('fault' in metadata)) return metadata
      else throw discoveryFailed(`${metadata.fault}, at ${url.pathname}`, readPause(reply, now()))
    }
    throw discoveryFailed(missing)
  }

  /** A time that lies ahead means that the clock was set back: nothing is known then. */
  function isWithin(milliseconds: number, since: number): boolean {
    const at = now()
    return at >= since && at - since < milliseconds
  }

  return { issuer: wanted.issuer, find }
}

/** Inserted before the issuer's path (RFC 8414 §3.1), inserted again (§5), appended (OpenID Connect Discovery §4.1). */
function wellKnownPlaces({ origin, pathname }: URL): readonly URL[] {
  const path = pathname.replace(/\/$/, '')
  const inserted = ['oauth-authorization-server', 'openid-configuration'].map((name) => `${origin}/.well-known/${name}${path}`)
  return [...new Set([...inserted, `${origin}${path}/.well-known/openid-configuration`])].map((place) => new URL(place))
}

/** Servers and the gateways before them say "not here" by 400, 401, 403, 405 or 410 too; 408 and 429 say "not now". */
function isAbsent(reply: HttpReply | HttpFailure): boolean {
  return 'status' in reply && reply.status >= 400 && reply.status < 500 && reply.status !== 408 && reply.status !== 429
}

function readPause(reply: HttpReply | HttpFailure, now: number): number | undefined {
  return 'status' in reply && reply.status !== 200 ? readRetryAfter(reply.header('retry-after'), now) : undefined
}

function describe(reply: HttpReply | HttpFailure, timeoutMs: number): string {
  if ('status' in reply) return `its status is ${reply.status}`
  const because = reply.systemCode === undefined ? '' : ` (${reply.systemCode})`
  const what: Readonly<Record<HttpFailure['failure'], string>> = {
    ENDPOINT_UNREACHABLE: `the server cannot be reached${because}`,
    ENDPOINT_TIMEOUT: `the server did not answer within ${timeoutMs} ms`,
    RESPONSE_TOO_LARGE: `it is larger than ${maxBytes} bytes`,
    RESPONSE_NOT_CONFORM: `it cannot be decoded${because}`,
  }
  return what[reply.failure]
}

/** The error of all that goes wrong here, in constant words. */
export function discoveryFailed(what: string, retryAfterSeconds?: number): IntrospectionError {
  return new IntrospectionError('DISCOVERY_FAILED', `the authorization server's metadata cannot be used: ${what}`, retryAfterSeconds)
}
