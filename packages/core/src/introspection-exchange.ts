/**
 * Puts one question to an introspection endpoint: with our credentials, under the deadline of who asks, again where that is allowed. No redirect is
 * followed, and nothing of the caller's request but the token goes along (RFC 7662 §5).
 *
 * @module
 */
import type { ClientAuthentication } from './client-authentication/client-authentication.ts'
import { isWorthRetrying } from './endpoint-fault.ts'
import type { EventSink } from './events.ts'
import { type RequestRules, writeIntrospectionRequest } from './introspection-request.ts'
import { type Connection, type Deadline, type HttpFailure, type HttpReply, settleBefore } from './runtime/runtime.ts'

/** What putting questions rests on. */
export interface ExchangeParts {
  /** For credentials that name whom they are for. */
  readonly issuer?: string | undefined
  /** The name under which events speak of this authorization server. */
  readonly authorizationServer: string
  readonly clientAuthentication: ClientAuthentication
  readonly connection: Connection
  readonly maxResponseBytes: number
  readonly retries: number
  readonly events: EventSink
  readonly now: () => number
}

/** Puts questions. */
export interface IntrospectionExchange {
  /** Puts a question, and again where the connection failed or the credentials were refused that can be had anew. */
  readonly exchange: (url: URL, token: string, deadline: Deadline) => Promise<HttpReply | HttpFailure>
  /** Puts it once. */
  readonly attempt: (url: URL, token: string, deadline: Deadline, number?: number) => Promise<HttpReply | HttpFailure>
}

/** Makes what puts questions of one shape. */
export function createIntrospectionExchange(parts: ExchangeParts, requestRules: RequestRules, accept: string): IntrospectionExchange {
  const { clientAuthentication, connection, events, now } = parts

  async function exchange(url: URL, token: string, deadline: Deadline): Promise<HttpReply | HttpFailure> {
    for (let number = 1, retries = 0; ; number++) {
      const reply = await attempt(url, token, deadline, number)
      const again = isRefused(reply) ? clientAuthentication.refused?.(now()) === true : retries++ < parts.retries && isWorthRetrying(reply)
      if (!again || deadline.expired) return reply
    }
  }

  async function attempt(url: URL, token: string, deadline: Deadline, number = 1): Promise<HttpReply | HttpFailure> {
    const sentAt = now()
    const made = clientAuthentication.credentials({ issuer: parts.issuer, now: sentAt })
    const credentials = 'then' in made ? await settleBefore(deadline, made) : made
    if (credentials === undefined) return { failure: 'ENDPOINT_TIMEOUT', replied: false }
    const request = writeIntrospectionRequest(url, token, credentials, requestRules, accept)
    const reply = await connection.exchange(request, { deadline, maxBytes: parts.maxResponseBytes })
    if (events.listening) {
      const status = 'failure' in reply ? 0 : reply.status
      const { authorizationServer } = parts
      events.emit({ type: 'introspected', authorizationServer, status, durationMs: now() - sentAt, attempt: number })
    }
    return reply
  }

  return { exchange, attempt }
}

function isRefused(reply: HttpReply | HttpFailure): boolean {
  return 'status' in reply && reply.status === 401
}
