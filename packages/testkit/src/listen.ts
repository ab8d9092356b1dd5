/**
 * Puts a server on a free loopback port.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificate } from './certificates.ts'

/** How an application is reached. */
export interface Serving {
  /** With TLS, and with client certificates if the client has one. */
  readonly tls?: Certificate
  /** Bytes of the largest head. Default that of Node. */
  readonly maxHeaderSize?: number
}

/** A server for an application. */
export function serverOf(listener: RequestListener, { tls, ...options }: Serving = {}): Server {
  return tls === undefined
    ? createServer(options, listener)
    : createTlsServer({ ...options, ...tls, requestCert: true, rejectUnauthorized: false }, listener)
}

/** The body of a request as text: what the application has parsed, or what can still be read. */
export async function readBody(request: IncomingMessage, parsed: unknown): Promise<string | undefined> {
  if (typeof parsed === 'string') return parsed
  if (typeof parsed === 'object' && parsed !== null) return new URLSearchParams(parsed as Record<string, string>).toString()
  if (request.readableEnded) return undefined
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** Listens, on a free port unless told which; the origin, and how to stop. A server of TLS is reached as `localhost`. */
export async function listen(server: Server, wanted = 0): Promise<{ readonly origin: string; readonly close: () => Promise<void> }> {
  await once(server.listen(wanted, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: server instanceof TlsServer ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}
