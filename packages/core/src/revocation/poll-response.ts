/**
 * Reads the reply of a poll for Security Event Tokens, RFC 8936 §2.3.
 *
 * @module
 */
import { toFault } from '../endpoint-fault.ts'
import { IntrospectionError } from '../errors.ts'
import { isJson } from '../media-type.ts'
import { readRetryAfter } from '../retry-after.ts'
import type { HttpFailure, HttpReply } from '../runtime/runtime.ts'
import { readJsonObject } from '../strict-json.ts'

/** What came. */
export interface Polled {
  /** Each token under its `jti`. */
  readonly sets: readonly (readonly [jti: string, set: string])[]
  readonly moreAvailable: boolean
}

/** The bounds of a poll. */
export interface PollLimits {
  readonly timeoutMs: number
  readonly maxResponseBytes: number
}

/**
 * Reads a reply.
 *
 * @throws {IntrospectionError} `CLIENT_REJECTED` (401, 403), `REQUEST_REJECTED` (other 4xx), `ENDPOINT_UNAVAILABLE`, `RESPONSE_NOT_CONFORM`, or that of a failed exchange.
 */
export function readPollResponse(reply: HttpReply | HttpFailure, limits: PollLimits, now: number): Polled {
  if ('failure' in reply) throw toFault(reply, 'poll', limits)
  const { status } = reply
  if (status === 401 || status === 403)
    throw new IntrospectionError('CLIENT_REJECTED', `the poll endpoint refused our authorization with status ${status}`)
  if (status === 408 || status === 429 || status >= 500) {
    const retryAfter = readRetryAfter(reply.header('retry-after'), now)
    throw new IntrospectionError('ENDPOINT_UNAVAILABLE', `the poll endpoint answered with status ${status}`, retryAfter)
  }
  if (status >= 400) throw new IntrospectionError('REQUEST_REJECTED', `the poll endpoint refused our request with status ${status}`)
  // An acknowledgement alone may be answered with nothing.
  if ((status === 200 || status === 202 || status === 204) && reply.body.length === 0) return { sets: [], moreAvailable: false }
  if (status !== 200) throw notConform(`its status is ${status}`)
  const json = isJson(reply) ? readJsonObject(reply.body) : { fault: 'its media type is not application/json' }
  if ('fault' in json) throw notConform(json.fault)
  const { sets = {}, moreAvailable } = json.members
  if (typeof sets !== 'object' || sets === null || Array.isArray(sets)) throw notConform('"sets" is not an object')
  const entries = Object.entries(sets)
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) throw notConform('"sets" holds what is no token')
  return { sets: entries, moreAvailable: moreAvailable === true }
}

function notConform(what: string): IntrospectionError {
  return new IntrospectionError('RESPONSE_NOT_CONFORM', `the reply of the poll endpoint cannot be used: ${what}`)
}
