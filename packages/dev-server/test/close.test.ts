import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { start } from './start.ts'

describe('close()', () => {
  test('closes connections that are kept alive, and may be called twice', async () => {
    const closing = await start()
    const socket = await new Promise<Socket>((resolve, reject) => {
      const asking = request(closing.jwksUri, { agent: new Agent({ keepAlive: true }) }, (response) => {
        const { socket: used } = response
        response.resume().once('end', () => {
          resolve(used)
        })
      })
      asking.once('error', reject).end()
    })
    expect(socket.destroyed).toBe(false)
    const closed = once(socket, 'close')
    await Promise.all([closing.close(), closing.close()])
    await closed
    await expect(fetch(closing.jwksUri)).rejects.toThrow()
  })

  test('does not wait for a request that is not complete', async () => {
    const closing = await start()
    const { hostname, port, pathname } = new URL(closing.introspectionEndpoint)
    const socket = connect(Number(port), hostname)
    const headers = ['Host: localhost', 'Content-Type: application/x-www-form-urlencoded', 'Content-Length: 9', 'Expect: 100-continue']
    socket.write([`POST ${pathname} HTTP/1.1`, ...headers, '', ''].join('\r\n'))
    await once(socket, 'data') // 100 Continue: it waits for the body, which never comes
    const closed = once(
      socket.on('error', () => undefined),
      'close',
    )
    await closing.close()
    await closed
  })
})
