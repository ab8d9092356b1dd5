/**
 * Says in constant words what went wrong on the way to an endpoint of the authorization server.
 *
 * @module
 */
import { IntrospectionError } from './errors.ts'
import type { HttpFailure } from './runtime/runtime.ts'

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
