/**
 * Reads the answer of a token endpoint, RFC 6749 §5, as untrusted as any other.
 *
 * @module
 */
import { IntrospectionError } from './errors.ts'
import { isJson } from './media-type.ts'
import { readRetryAfter } from './retry-after.ts'
import type { HttpReply } from './runtime/runtime.ts'
import { readJsonObject } from './strict-json.ts'

/** An access token of our own. */
export interface IssuedToken {
  readonly token: string
  /** Seconds; `undefined` where the server does not say. */
  readonly expiresIn: number | undefined
}

/**
 * Reads a token response.
 *
 * @throws {IntrospectionError} `CLIENT_REJECTED` (our credentials), `REQUEST_REJECTED` (other refusals), `ENDPOINT_UNAVAILABLE` (429, 5xx), `RESPONSE_NOT_CONFORM`.
 */
export function readTokenResponse(reply: HttpReply, now: number): IssuedToken {
  const { status } = reply
  if (status === 401) throw refusedClient()
  if (status === 408 || status === 429 || (status >= 500 && status < 600)) {
    const retryAfter = readRetryAfter(reply.header('retry-after'), now)
    throw new IntrospectionError('ENDPOINT_UNAVAILABLE', `the token endpoint answered with status ${status}`, retryAfter)
  }
  const json = isJson(reply) ? readJsonObject(reply.body) : { fault: 'its media type is not application/json' }
  if (status >= 400 && status < 500) {
    if ('members' in json && (json.members['error'] === 'invalid_client' || json.members['error'] === 'unauthorized_client'))
      throw refusedClient()
    throw new IntrospectionError('REQUEST_REJECTED', `the token endpoint refused our request with status ${status}`)
  }
  if (status !== 200) throw notConform(`its status is ${status}`)
  if ('fault' in json) throw notConform(json.fault)
  return readToken(json.members)
}

/** RFC 6749 §5.1. A type that is not understood is not used (§7.1): we present tokens as Bearer. */
function readToken(members: Readonly<Record<string, unknown>>): IssuedToken {
  const { access_token: token, token_type: type, expires_in: expiresIn = null } = members
  if (typeof token !== 'string' || !/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) throw notConform('"access_token" is not a bearer token')
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') throw notConform('"token_type" is not "Bearer"')
  if (expiresIn === null) return { token, expiresIn: undefined }
  // Some servers write the number as a string.
  const seconds = typeof expiresIn === 'string' && /^\d{1,15}$/.test(expiresIn) ? Number(expiresIn) : expiresIn
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) throw notConform('"expires_in" is not a number of seconds')
  return { token, expiresIn: seconds }
}

function refusedClient(): IntrospectionError {
  return new IntrospectionError('CLIENT_REJECTED', 'the token endpoint refused our client credentials')
}

function notConform(what: string): IntrospectionError {
  return new IntrospectionError('RESPONSE_NOT_CONFORM', `the reply of the token endpoint cannot be used: ${what}`)
}
