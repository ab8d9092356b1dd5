/**
 * One question to one introspection endpoint, RFC 7662 §2.1: authenticated, under one deadline, retried at most as often as allowed. No redirect is followed, and nothing of the caller's request but the token goes along (§5).
 *
 * @module
 */
import type { Admit } from './admission.ts'
import { readFreshForMs } from './cache/freshness.ts'
import { CallLimits } from './call-limits.ts'
import { type BreakerRules, CircuitBreaker, type CircuitState } from './circuit-breaker.ts'
import type { ClientAuthentication } from './client-authentication/client-authentication.ts'
import { type Discovery, discoveryFailed } from './discovery.ts'
import { isOutage, isWorthRetrying, toFault } from './endpoint-fault.ts'
import type { EventSink } from './events.ts'
import { identifyQuestions } from './introspection-identity.ts'
import { readIntrospectionReply } from './introspection-reply.ts'
import { type RequestRules, standardRequest, writeIntrospectionRequest } from './introspection-request.ts'
import { type IntrospectionResponse, type ReplyRules, readIntrospection } from './introspection-response.ts'
import { type Connection, Deadline, type HttpFailure, type HttpReply } from './runtime/runtime.ts'
import type { SignedReplies } from './signed-introspection.ts'
import type { SignedReplyRules } from './signed-introspection-options.ts'

/** What asking rests on. */
export interface IntrospectionClientParts {
  /** Where to ask, or what finds it. */
  readonly endpoint: URL | Discovery
  /** For credentials that name whom they are for. */
  readonly issuer?: string | undefined
  /** The name under which events speak of this authorization server. */
  readonly authorizationServer: string
  readonly clientAuthentication: ClientAuthentication
  readonly connection: Connection
  readonly timeoutMs: number
  readonly maxResponseBytes: number
  readonly retries: number
  readonly maxConcurrentCalls: number
  /** None: the endpoint is asked even while it is down. */
  readonly breaker?: BreakerRules | undefined
  /** Default: as RFC 7662 §2.1 has it. */
  readonly requestRules?: RequestRules
  readonly replyRules: ReplyRules
  /** Whether a reply says for how long it may be kept. */
  readonly respectCacheControl?: boolean
  /** Replies must be signed. */
  readonly signed?: SignedReplyRules | undefined
  readonly events: EventSink
  readonly now: () => number
}

/** What the authorization server knows of a token, and for how many milliseconds that may be kept, where it says so and that counts. */
type Introspected = IntrospectionResponse & { readonly freshForMs?: number }

/** Asks about tokens. */
export interface IntrospectionClient {
  /** Everything but the token that can change an answer: parts with their lengths, so that no two sets of parts read the same. */
  readonly identity: string | Promise<string>
  /** Questions put so far, retries not counted. */
  readonly calls: number
  /** Those of them that brought no usable answer. */
  readonly failedCalls: number
  /**
   * Asks about a token. `admit` bounds what its caller can have asked.
   *
   * @throws {IntrospectionError} with any code; whatever a credentials function of the application throws comes through as it is.
   */
  introspect(token: string, admit?: Admit): Promise<Introspected>
  /** Resolves when everything is at hand that does not depend on a token. @throws {IntrospectionError} when it cannot be had. */
  ready(): Promise<void>
  /** Asks nothing more; resolves when what was asked has ended. */
  close(): Promise<void>
}

/** Makes the client of one endpoint. */
export function createIntrospectionClient(parts: IntrospectionClientParts): IntrospectionClient {
  const { endpoint, clientAuthentication, connection, requestRules = standardRequest, replyRules, signed, events, now } = parts
  // RFC 9701 §4.
  const accept = signed === undefined ? 'application/json' : 'application/token-introspection+jwt'
  let signedReplies: SignedReplies | undefined
  let calls = 0
  let failedCalls = 0
  const limits = new CallLimits(parts.maxConcurrentCalls, parts.timeoutMs, now)
  const breaker = parts.breaker === undefined ? undefined : new CircuitBreaker(parts.breaker, parts.timeoutMs, now, tellOfCircuit)

  async function introspect(token: string, admit?: Admit): Promise<Introspected> {
    // Before all else: whoever is turned away by this takes up no room for others.
    const giveBack = admit?.('question')
    let spent = false
    try {
      limits.enter()
      const deadline = new Deadline(parts.timeoutMs)
      try {
        const url = endpoint instanceof URL ? endpoint : await locate(endpoint, deadline)
        const decides = breaker?.begin() === true
        spent = true
        const introspection = await ask(url, token, deadline, decides)
        spent = !introspection.active
        return introspection
      } finally {
        deadline.clear()
        limits.leave()
      }
    } finally {
      if (!spent) giveBack?.()
    }
  }

  async function ask(url: URL, token: string, deadline: Deadline, decides: boolean): Promise<Introspected> {
    const beside = decides ? askAboutNobody(url) : undefined
    calls++
    try {
      const reply = await exchange(url, token, deadline)
      const outage = isOutage(reply) && (beside === undefined || isOutage(await settleBefore(deadline, beside)))
      breaker?.end(decides, outage)
      return await readOutcome(reply, token, deadline)
    } catch (error) {
      failedCalls++
      throw error
    }
  }

  async function exchange(url: URL, token: string, deadline: Deadline): Promise<HttpReply | HttpFailure> {
    for (let attempt = 1, retries = 0; ; attempt++) {
      const reply = await attemptOnce(url, token, deadline, attempt)
      const again = isRefused(reply) ? clientAuthentication.refused?.(now()) === true : retries++ < parts.retries && isWorthRetrying(reply)
      if (!again || deadline.expired) return reply
    }
  }

  /** What comes of a token that nobody has is about the endpoint, not about the token. Nothing of it is kept, and it never rejects. */
  async function askAboutNobody(url: URL): Promise<HttpReply | HttpFailure> {
    const deadline = new Deadline(parts.timeoutMs)
    calls++
    try {
      return await attemptOnce(url, crypto.randomUUID(), deadline, 1)
    } catch {
      return { failure: 'RESPONSE_NOT_CONFORM', replied: false } // our credentials cannot be had: of the endpoint nothing is known
    } finally {
      deadline.clear()
    }
  }

  async function locate(discovery: Discovery, deadline: Deadline): Promise<URL> {
    const discovered = await settleBefore(deadline, discovery.find())
    if (discovered === undefined) throw discoveryFailed(`it did not come within ${parts.timeoutMs} ms`)
    return discovered.endpoint
  }

  async function attemptOnce(url: URL, token: string, deadline: Deadline, attempt: number): Promise<HttpReply | HttpFailure> {
    const sentAt = now()
    const made = clientAuthentication.credentials({ issuer: parts.issuer, now: sentAt })
    const credentials = 'then' in made ? await settleBefore(deadline, made) : made
    if (credentials === undefined) return { failure: 'ENDPOINT_TIMEOUT', replied: false }
    const request = writeIntrospectionRequest(url, token, credentials, requestRules, accept)
    const reply = await connection.exchange(request, { deadline, maxBytes: parts.maxResponseBytes })
    if (events.listening) {
      const status = 'failure' in reply ? 0 : reply.status
      events.emit({ type: 'introspected', authorizationServer: parts.authorizationServer, status, durationMs: now() - sentAt, attempt })
    }
    return reply
  }

  async function readOutcome(reply: HttpReply | HttpFailure, token: string, deadline: Deadline): Promise<Introspected> {
    if ('failure' in reply) throw toFault(reply, 'introspection', parts)
    const response = await readReply(reply, token, deadline)
    const freshForMs = parts.respectCacheControl === true ? readFreshForMs(reply) : undefined
    return freshForMs === undefined ? response : { ...response, freshForMs }
  }

  async function readReply(reply: HttpReply, token: string, deadline: Deadline): Promise<IntrospectionResponse> {
    // An error is not signed: RFC 9701 §5 speaks of answers only.
    if (signed !== undefined && reply.status === 200) {
      const members = await (await loadSignedReplies(signed)).read(reply, deadline)
      return readIntrospection(members, token, replyRules)
    }
    try {
      return readIntrospectionReply(reply, token, replyRules, now())
    } catch (error) {
      limits.heed(error)
      throw error
    }
  }

  /** Loaded on demand: whoever takes plain replies loads no code for signatures. */
  async function loadSignedReplies(rules: SignedReplyRules): Promise<SignedReplies> {
    const { createSignedReplies } = await import('./signed-introspection.ts')
    // Kept when it is there, and not as a promise: on Workers one request must not wait for what another has begun.
    signedReplies ??= createSignedReplies(rules, { ...parts, findKeys })
    return signedReplies
  }

  async function findKeys(): Promise<URL> {
    const jwksUri = endpoint instanceof URL ? undefined : (await endpoint.find()).jwksUri
    if (jwksUri === undefined) throw discoveryFailed('its "jwks_uri" is missing, or must not be gone to')
    return jwksUri
  }

  async function ready(): Promise<void> {
    if (signed === undefined) return
    const deadline = new Deadline(parts.timeoutMs)
    try {
      await (await loadSignedReplies(signed)).ready(deadline)
    } finally {
      deadline.clear()
    }
  }

  function tellOfCircuit(state: CircuitState): void {
    events.emit({ type: 'breaker', state, authorizationServer: parts.authorizationServer })
  }

  const client = clientAuthentication.identity
  const identify = (id: string): string =>
    // Whoever cannot be told by what he shows is told by the name under which he is listed.
    identifyQuestions(id === '' ? parts.authorizationServer : id, {
      endpoint,
      method: clientAuthentication.method,
      requestRules,
      accept,
      signed,
      replyRules,
    })
  return {
    introspect,
    ready,
    close: () => limits.close(),
    identity: typeof client === 'string' ? identify(client) : client.then(identify),
    get calls() {
      return calls
    },
    get failedCalls() {
      return failedCalls
    },
  }
}

function isRefused(reply: HttpReply | HttpFailure): boolean {
  return 'status' in reply && reply.status === 401
}

/** What is waited for, or `undefined` when it comes too late. */
async function settleBefore<T extends object>(deadline: Deadline, awaited: T | Promise<T>): Promise<T | undefined> {
  if (!('then' in awaited)) return awaited
  const late = new Promise<undefined>((resolve) => {
    deadline.whenExpired(() => {
      resolve(undefined)
    })
  })
  return Promise.race([awaited, late])
}
