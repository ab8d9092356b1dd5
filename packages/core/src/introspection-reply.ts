/**
 * Reads the reply of an introspection endpoint: an answer about the token, or trouble that is not the token's.
 *
 * @module
 */
import { IntrospectionError } from './errors.ts'
import { type IntrospectionResponse, notConform, type ReplyRules, readIntrospection } from './introspection-response.ts'
import { isJson } from './media-type.ts'
import { readRetryAfter } from './retry-after.ts'
import type { HttpReply } from './runtime/runtime.ts'
import { readJsonObject } from './strict-json.ts'

/**
 * Reads a reply about a token.
 *
 * @throws {IntrospectionError} `CLIENT_REJECTED` (401), `REQUEST_REJECTED` (other 4xx), `ENDPOINT_UNAVAILABLE` (429, 5xx), `RESPONSE_NOT_CONFORM`.
 */
export function readIntrospectionReply(reply: HttpReply, token: string, rules: ReplyRules, now: number): IntrospectionResponse {
  if (isAboutToken(reply, rules)) return { active: false }
  if (reply.status !== 200) throw toRejection(reply, now)
  if (!isJson(reply)) throw notConform('its media type is not application/json')
  const json = readJsonObject(reply.body)
  if ('fault' in json) throw notConform(json.fault)
  return readIntrospection(json.members, token, rules)
}

/** Looked for before anything else: a reply that says both "active" and such an error grants nothing. */
function isAboutToken(reply: HttpReply, rules: ReplyRules): boolean {
  if ((reply.status !== 400 && rules.errorsAtAnyStatus !== true) || !isJson(reply)) return false
  const json = readJsonObject(reply.body)
  const error = 'members' in json ? json.members['error'] : undefined
  return rules.inactiveErrors.some((code) => code === error)
}

function toRejection(reply: HttpReply, now: number): IntrospectionError {
  const { status } = reply
  if (status < 400 || status >= 600) return notConform(`its status is ${status}`)
  if (status === 401) return new IntrospectionError('CLIENT_REJECTED', 'the authorization server refused our client credentials')
  if (status === 408 || status === 429 || status >= 500) {
    const retryAfter = readRetryAfter(reply.header('retry-after'), now)
    return new IntrospectionError('ENDPOINT_UNAVAILABLE', `the introspection endpoint answered with status ${status}`, retryAfter)
  }
  return new IntrospectionError('REQUEST_REJECTED', `the authorization server refused our request with status ${status}`)
}
