/**
 * The keys of an authorization server, given or fetched from its `jwks_uri`. Fetched ones are kept for a while, longer when the endpoint is
 * down; one request at a time serves all who wait, and signatures by keys that nobody knows cannot make us ask again and again.
 *
 * @module
 */
import { toFault } from './endpoint-fault.ts'
import { IntrospectionError } from './errors.ts'
import { listKeys, readVerificationKeys, type VerificationKey } from './json-web-key.ts'
import { Pause } from './pause.ts'
import { readRetryAfter } from './retry-after.ts'
import { type Connection, Deadline, type HttpFailure, type HttpReply } from './runtime/runtime.ts'
import { readJsonObject } from './strict-json.ts'

/** The keys themselves, or where they are. */
export type KeyOrigin = URL | readonly VerificationKey[]

/** Keys as they were found; `fetched` for this very question. */
interface KnownKeys {
  readonly keys: readonly VerificationKey[]
  readonly fetched: boolean
}

/** The keys of one authorization server. */
export interface KeySource {
  /** Those that are known, or are fetched now. @throws {IntrospectionError} when none can be had before the deadline. */
  current(deadline: Deadline): Promise<KnownKeys>
  /** Those that it has besides the ones that were tried in vain; `undefined` when it was asked for others a moment ago, or cannot be. */
  newer(tried: KnownKeys, deadline: Deadline): Promise<KnownKeys | undefined>
}

/** What a source rests on. */
export interface KeySourceParts {
  readonly connection: Connection
  readonly timeoutMs: number
  readonly now: () => number
  /** Told why keys could not be fetched, where those known serve on. */
  readonly events: { fault(error: IntrospectionError): void }
}

const maxResponseBytes = 262_144
const maxAgeMs = 600_000
const maxAgeInOutageMs = 3_600_000
const coolDownMs = 30_000

interface Fetching {
  readonly at: number
  readonly keys: Promise<readonly VerificationKey[]>
}

/** Makes a source of keys. */
export function createKeySource(origin: KeyOrigin, parts: KeySourceParts): KeySource {
  return origin instanceof URL ? createRemoteSource(origin, parts) : createFixedSource(origin)
}

function createFixedSource(keys: readonly VerificationKey[]): KeySource {
  return { current: () => Promise.resolve({ keys, fetched: false }), newer: () => Promise.resolve(undefined) }
}

function createRemoteSource(url: URL, { connection, timeoutMs, now, events }: KeySourceParts): KeySource {
  let known: { readonly keys: readonly VerificationKey[]; readonly at: number } | undefined
  let fetching: Fetching | undefined
  const pause = new Pause(now)
  let failedAt = -Infinity
  let soughtAt = -Infinity

  /** Joins the fetch that is under way, unless it should have ended long ago: some runtimes drop what a request leaves behind. */
  function renew(at: number): Promise<readonly VerificationKey[]> {
    if (fetching !== undefined && isWithin(timeoutMs, fetching.at, at)) return fetching.keys
    const begun: Fetching = {
      at,
      keys: fetchKeys(url, connection, timeoutMs, now).then(
        (keys) => {
          if (fetching === begun) [known, fetching] = [{ keys, at }, undefined]
          return keys
        },
        (error: unknown) => {
          if (fetching === begun) [failedAt, fetching] = [at, undefined]
          if (IntrospectionError.is(error)) {
            if (error.retryAfterSeconds !== undefined) pause.begin(error.retryAfterSeconds)
            if (isKnown(maxAgeInOutageMs, at)) events.fault(error)
          }
          throw error
        },
      ),
    }
    fetching = begun
    return begun.keys
  }

  function isKnown(ageMs: number, at: number): boolean {
    return known !== undefined && isWithin(ageMs, known.at, at)
  }

  async function fetchNow(at: number, deadline: Deadline): Promise<KnownKeys> {
    const { secondsLeft } = pause
    if (secondsLeft > 0) throw new IntrospectionError('ENDPOINT_UNAVAILABLE', 'the key set endpoint has asked for a pause', secondsLeft)
    return { keys: await before(deadline, renew(at), timeoutMs), fetched: true }
  }

  return {
    async current(deadline) {
      const at = now()
      const last = { keys: known?.keys ?? [], fetched: false }
      if (isKnown(maxAgeMs, at)) return last
      if (!isKnown(maxAgeInOutageMs, at)) return fetchNow(at, deadline)
      return isWithin(coolDownMs, failedAt, at) ? last : fetchNow(at, deadline).catch(() => last)
    },
    async newer(tried, deadline) {
      const at = now()
      if (known !== undefined && known.keys !== tried.keys) return { keys: known.keys, fetched: false }
      if (tried.fetched || isWithin(coolDownMs, failedAt, at)) return undefined
      if (fetching === undefined && isWithin(coolDownMs, soughtAt, at)) return undefined
      soughtAt = at
      return fetchNow(at, deadline).catch(() => undefined)
    },
  }
}

/** A moment that lies ahead means that the clock was set back: nothing is known of how long ago it was. */
function isWithin(milliseconds: number, from: number, at: number): boolean {
  return at >= from && at - from < milliseconds
}

/** Nobody waits longer than his own deadline, whoever has begun the fetch. */
async function before<T>(deadline: Deadline, promise: Promise<T>, timeoutMs: number): Promise<T> {
  const late = new Promise<never>((_resolve, reject) => {
    deadline.whenExpired(() => {
      reject(toFault({ failure: 'ENDPOINT_TIMEOUT', replied: false }, 'key set', { timeoutMs, maxResponseBytes }))
    })
  })
  return Promise.race([promise, late])
}

async function fetchKeys(url: URL, connection: Connection, timeoutMs: number, now: () => number): Promise<readonly VerificationKey[]> {
  const deadline = new Deadline(timeoutMs)
  try {
    const headers = { accept: 'application/jwk-set+json, application/json' }
    return readKeySet(
      await connection.exchange({ method: 'GET', url, headers }, { deadline, maxBytes: maxResponseBytes }),
      timeoutMs,
      now(),
    )
  } finally {
    deadline.clear()
  }
}

function readKeySet(reply: HttpReply | HttpFailure, timeoutMs: number, now: number): readonly VerificationKey[] {
  if ('failure' in reply) throw toFault(reply, 'key set', { timeoutMs, maxResponseBytes })
  const { status } = reply
  if (status === 429 || status >= 500) {
    const retryAfter = readRetryAfter(reply.header('retry-after'), now)
    throw new IntrospectionError('ENDPOINT_UNAVAILABLE', `the key set endpoint answered with status ${status}`, retryAfter)
  }
  if (status !== 200) throw notConform(`its status is ${status}`)
  const json = readJsonObject(reply.body)
  const entries = 'members' in json ? listKeys(json.members) : undefined
  if (entries === undefined) throw notConform('fault' in json ? json.fault : 'it has no list of keys')
  return readVerificationKeys(entries)
}

function notConform(what: string): IntrospectionError {
  return new IntrospectionError('RESPONSE_NOT_CONFORM', `the key set cannot be used: ${what}`)
}
