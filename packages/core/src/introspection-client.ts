/**
 * Asks one introspection endpoint, RFC 7662 §2.1: within the limits and under one deadline, not while it is down, and counts.
 *
 * @module
 */
import type { Admit } from './admission.ts'
import { CallLimits } from './call-limits.ts'
import { type BreakerRules, CircuitBreaker, type CircuitState } from './circuit-breaker.ts'
import { type Discovery, discoveryFailed } from './discovery.ts'
import { isOutage } from './endpoint-fault.ts'
import { type AnswerParts, createIntrospectionAnswers, type Introspected } from './introspection-answers.ts'
import { createIntrospectionExchange, type ExchangeParts } from './introspection-exchange.ts'
import { identifyQuestions } from './introspection-identity.ts'
import { type RequestRules, standardRequest } from './introspection-request.ts'
import { Deadline, type HttpFailure, type HttpReply, settleBefore } from './runtime/runtime.ts'

/** What asking rests on. */
export interface IntrospectionClientParts extends ExchangeParts, AnswerParts {
  /** Where to ask, or what finds it. */
  readonly endpoint: URL | Discovery
  readonly timeoutMs: number
  readonly maxConcurrentCalls: number
  /** None: the endpoint is asked even while it is down. */
  readonly breaker?: BreakerRules | undefined
  /** Default: as RFC 7662 §2.1 has it. */
  readonly requestRules?: RequestRules
}

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
  const { endpoint, clientAuthentication, requestRules = standardRequest, replyRules, signed, events, now } = parts
  // RFC 9701 §4.
  const accept = signed === undefined ? 'application/json' : 'application/token-introspection+jwt'
  const { exchange, attempt } = createIntrospectionExchange(parts, requestRules, accept)
  const answers = createIntrospectionAnswers(parts)
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
      return await read(reply, token, deadline)
    } catch (error) {
      failedCalls++
      throw error
    }
  }

  /** What comes of a token that nobody has is about the endpoint, not about the token. Nothing of it is kept, and it never rejects. */
  async function askAboutNobody(url: URL): Promise<HttpReply | HttpFailure> {
    const deadline = new Deadline(parts.timeoutMs)
    calls++
    try {
      return await attempt(url, crypto.randomUUID(), deadline)
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

  /** A pause that it asks for is kept, also by those who ask about other tokens. */
  async function read(reply: HttpReply | HttpFailure, token: string, deadline: Deadline): Promise<Introspected> {
    try {
      return await answers.read(reply, token, deadline)
    } catch (error) {
      if ('status' in reply && reply.status !== 200) limits.heed(error)
      throw error
    }
  }

  async function ready(): Promise<void> {
    const deadline = new Deadline(parts.timeoutMs)
    try {
      await answers.ready(deadline)
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
