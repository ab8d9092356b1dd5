/**
 * Whether a request may switch things: it has to come from this machine, and not from a page of another site in a browser on it.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import { isLoopback } from '../host.ts'

/** Why a request is refused; `undefined` when it is not. */
export function whyNotLocal({ socket, headers, method }: IncomingMessage): string | undefined {
  if (!isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, ''))) return 'it does not come from this machine'
  const { host = '', origin, 'content-type': type = '' } = headers
  // A name of another site may lead here (DNS rebinding).
  const url = `http://${host}`
  if (!URL.canParse(url) || !isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''))) return 'its Host is not this machine'
  if (origin !== undefined && origin !== url) return 'it comes from another site'
  // A form of another site cannot send JSON, and no browser sends DELETE or PUT without asking first.
  if (method === 'POST' && !/^application\/json\s*(;|$)/i.test(type)) return 'it is not JSON'
  return undefined
}
