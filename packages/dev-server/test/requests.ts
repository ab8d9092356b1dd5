/**
 * Requests of a client, over a socket.
 *
 * @module
 */

import { expect } from '@jest/globals'
import type { DevServer } from '@oauth-introspect/dev-server'

/** Form-encoded Basic credentials, RFC 6749 §2.3.1. */
export function basic(id: string, secret: string): { readonly authorization: string } {
  const encode = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+')
  return { authorization: `Basic ${btoa(`${encode(id)}:${encode(secret)}`)}` }
}

/** The two clients of a server with default options. */
export const app: { readonly authorization: string } = basic('app', 'app-secret')
export const api: { readonly authorization: string } = basic('api', 'api-secret')

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly json: Readonly<Record<string, unknown>>
}

/** POSTs a form. */
export async function post(url: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    json: text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>),
  }
}

/** What a server with the default client `api` says of a token. */
export async function introspectAt(server: DevServer, token: string): Promise<Answer['json']> {
  const { status, json } = await post(server.introspectionEndpoint, { token }, api)
  expect(status).toBe(200)
  return json
}

/** GETs a JSON document. */
export async function get(url: string): Promise<Answer> {
  const response = await fetch(url)
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json()) as Readonly<Record<string, unknown>>,
  }
}
