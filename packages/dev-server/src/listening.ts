/**
 * An HTTP server that listens, and that closes whole: connections kept alive are closed with it.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import { createServer as createTlsServer, type Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** With TLS or without. */
export type Server = HttpServer | HttpsServer

/** A certificate and its private key, in PEM. */
export interface ServerCertificate {
  readonly cert: string
  readonly key: string
}

/** Listens; rejects with the system's error, such as `EADDRINUSE`. The listener for requests has to be added before the next await. */
export async function listen(
  host: string,
  port: number,
  certificate?: ServerCertificate,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = certificate === undefined ? createServer() : createTlsServer({ ...certificate })
  server.listen(port, host)
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

/** Closes the server and every connection to it. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}
