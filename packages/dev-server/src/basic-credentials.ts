/**
 * A client's credentials as `client_secret_basic` has them, RFC 6749 §2.3.1: both halves form-encoded.
 *
 * @module
 */
import type { DevClient } from './clients.ts'

/** `id:secret`, not yet in base64: what `curl -u` takes. */
export function userPass({ clientId, clientSecret }: DevClient): string {
  return `${formEncode(clientId)}:${formEncode(clientSecret)}`
}

/** The value of `Authorization`. */
export function basicCredentials(client: DevClient): string {
  return `Basic ${btoa(userPass(client))}`
}

function formEncode(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length)
}
