/**
 * Says what went wrong on the way to an endpoint of the authorization server: in constant words, and whether it may be better soon.
 *
 * @module
 */
import { IntrospectionError } from './errors.ts'
import type { HttpFailure, HttpReply } from './runtime/runtime.ts'

/** Makes the error of an exchange with an endpoint, such as `'introspection'` or `'token'`. */
export function toFault(
  { failure, systemCode }: HttpFailure,
  endpoint: string,
  { timeoutMs, maxResponseBytes }: { readonly timeoutMs: number; readonly maxResponseBytes: number },
): IntrospectionError {
  const because = systemCode === undefined ? '' : `: ${systemCode}`
  const what: Readonly<Record<HttpFailure['failure'], string>> = {
    ENDPOINT_UNREACHABLE: `the ${endpoint} endpoint cannot be reached${because}`,
    ENDPOINT_TIMEOUT: `the ${endpoint} endpoint did not answer within ${timeoutMs} ms`,
    RESPONSE_TOO_LARGE: `the ${endpoint} reply is larger than ${maxResponseBytes} bytes`,
    RESPONSE_NOT_CONFORM: `the ${endpoint} reply cannot be decoded${because}`,
  }
  return new IntrospectionError(failure, what[failure])
}

/** Introspection is read-only (RFC 9110 §9.2.2), so that a request lost on the way, or turned away for now, may be sent again. */
export function isWorthRetrying(reply: HttpReply | HttpFailure): boolean {
  if ('failure' in reply) return reply.failure === 'ENDPOINT_UNREACHABLE' && !reply.replied
  return unavailable.has(reply.status) && reply.header('retry-after') === undefined
}

/** Whether the endpoint cannot be had: by 500 or 429 it can, and nothing at all is a reply that is late. */
export function isOutage(reply: HttpReply | HttpFailure | undefined): boolean {
  if (reply === undefined) return true
  if ('status' in reply) return unavailable.has(reply.status)
  return reply.failure === 'ENDPOINT_UNREACHABLE' || reply.failure === 'ENDPOINT_TIMEOUT'
}

// What gateways say of a server behind them that is not there (RFC 9110 §15.6.3 to §15.6.5); a 500 can be about one token.
const unavailable = new Set([502, 503, 504])
