/**
 * An HTTP proxy that opens tunnels, RFC 9110 §9.3.6, and writes down which.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'

/** A tunnel that was asked for. */
export interface Tunnel {
  /** Host and port. */
  readonly target: string
  /** The `Proxy-Authorization`. */
  readonly authorization: string | undefined
}

/** A proxy on loopback. */
export interface Proxy {
  readonly origin: string
  readonly tunnels: readonly Tunnel[]
  /** Says nothing to whoever asks for the next tunnel. */
  ignoreNext(): void
  close(): Promise<void>
}

/** Starts one on a free loopback port, with TLS if given; with `user:password`, only for those. */
export async function startProxy({ credentials, tls }: { credentials?: string; tls?: TlsOptions } = {}): Promise<Proxy> {
  const tunnels: Tunnel[] = []
  const open = new Set<Socket>()
  let silent = 0
  const server: Server = tls === undefined ? createServer() : createTlsServer(tls)
  const wanted = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`
  server.on('connection', (socket: Socket) => {
    open.add(socket.on('error', () => undefined).once('close', () => open.delete(socket)))
  })
  server.on('tlsClientError', () => undefined)
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    const target = request.url ?? ''
    const authorization = request.headers['proxy-authorization']
    tunnels.push({ target, authorization })
    socket.on('error', () => undefined)
    if (silent > 0) silent--
    else if (authorization !== wanted) socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n')
    else openTunnel(new URL(`http://${target}`), socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    tunnels,
    ignoreNext() {
      silent++
    },
    async close() {
      const closed = once(server.close(), 'close')
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

function openTunnel({ hostname, port }: URL, socket: Socket): void {
  const target = connect(Number(port), hostname, () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    target.pipe(socket)
    socket.pipe(target)
  })
  target.on('error', () => socket.destroy()).once('close', () => socket.destroy())
  socket.once('close', () => target.destroy())
}
