/**
 * An HTTP server that listens, and that closes whole: connections kept alive are closed with it.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Listens; rejects with the system's error, such as `EADDRINUSE`. The listener for requests has to be added before the next await. */
export async function listen(host: string, port: number): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer()
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
