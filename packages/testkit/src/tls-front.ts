/**
 * TLS in front of a server that speaks without: what is behind it hears the same bytes, and every connection is written down.
 *
 * @module
 */
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls'

/** A server's front of TLS. */
export interface TlsFront {
  /** As `https://localhost`. */
  readonly origin: string
  /** The certificate of each client so far, PEM as the client has it; `undefined` where it has shown none. */
  readonly certificates: readonly (string | undefined)[]
  /** How often a connection was asked for, whether or not it came about. */
  readonly attempts: number
  close(): Promise<void>
}

/** Starts one on a free loopback port. It asks for a client certificate, and takes any or none unless told otherwise. */
export async function startTlsFront(origin: string, tls: TlsOptions): Promise<TlsFront> {
  const { hostname, port } = new URL(origin)
  const certificates: (string | undefined)[] = []
  const open = new Set<Socket>()
  let attempts = 0
  const server = createServer({ requestCert: true, rejectUnauthorized: false, ...tls }, (socket) => {
    certificates.push(certificateOf(socket))
    const behind = connect(Number(port), hostname)
    join(socket, behind)
    join(behind, socket)
  })
  server.on('tlsClientError', () => undefined)
  server.on('connection', (socket: Socket) => {
    attempts++
    open.add(socket.on('error', () => undefined).once('close', () => open.delete(socket)))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    certificates,
    get attempts() {
      return attempts
    },
    async close() {
      const closed = once(server.close(), 'close')
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

/** Hands on what one socket says to the other, and that it has ended. */
function join(from: Socket, to: Socket): void {
  from.on('error', () => to.destroy()).once('close', () => to.destroy())
  from.pipe(to)
}

function certificateOf(socket: TLSSocket): string | undefined {
  return socket.getPeerX509Certificate()?.toString().trim()
}
