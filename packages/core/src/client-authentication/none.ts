/**
 * `none`: the endpoint is protected in another way, or not at all. RFC 7662 §2.1 demands that it is.
 *
 * @module
 */
import type { ClientAuthentication } from './client-authentication.ts'

/** Sends no credentials. */
export function none(): ClientAuthentication {
  return Object.freeze({ method: 'none', identity: '', credentials: () => ({}) })
}
