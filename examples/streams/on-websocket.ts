// A WebSocket, guarded where the connection is upgraded: what is refused there never becomes one.
import { type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { nodeRequest, type ResourceServer, writeRefusal } from '@oauth-introspect/core'
import { WebSocketServer } from 'ws'

export function serveWebSockets(server: Server, api: ResourceServer<unknown, false>): void {
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket: Socket, head) => {
    void (async () => {
      const outcome = await api.authorize(nodeRequest(request))
      if (outcome.outcome === 'refused') {
        const response = new ServerResponse(request)
        response.assignSocket(socket)
        writeRefusal(outcome, response)
        socket.end()
        return
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        // 1008: policy violation, RFC 6455 section 7.4.1.
        outcome.auth.signal.addEventListener('abort', () => {
          webSocket.close(1008, 'the token has ended')
        })
        webSocket.send('open')
      })
    })().catch(() => socket.destroy())
  })
}
