import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { writeHeaders } from '../../src/adapter.ts'
import { nodeRequest } from '../../src/index.ts'
import { sender, setUpSignals, webhookSecret } from './signal-bench.ts'

const bench = setUpSignals()
const types = {
  '/events': 'application/secevent+jwt',
  '/backchannel-logout': 'application/x-www-form-urlencoded',
  '/hook': 'application/json',
}
const paths = Object.entries(types)

describe('a signal over a connection', () => {
  let listening: Server

  beforeEach(async () => {
    const { receive } = sender(bench.makeSignalled({ webhook: { secrets: [webhookSecret] } }), { webhook: '/hook' })
    listening = createServer((request, response) => {
      void receive(nodeRequest(request))?.then((answer) => {
        response.statusCode = answer.status
        writeHeaders(answer.headers, response)
        response.end(answer.content)
      })
    })
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  })
  afterEach(async () => {
    listening.closeAllConnections()
    await new Promise((resolve) => listening.close(resolve))
  })

  /** What is answered to a head, and to so much content after it. */
  function exchange(path: string, type: string, lines: readonly string[], content = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect((listening.address() as AddressInfo).port, '127.0.0.1')
      socket.on('error', reject)
      socket.once('data', (chunk) => {
        socket.destroy()
        resolve(chunk.toString())
      })
      socket.write([`POST ${path} HTTP/1.1`, 'Host: api.example', `Content-Type: ${type}`, ...lines, '', content].join('\r\n'))
    })
  }

  // Nothing of it is sent: were it waited for, that would be for ten seconds.
  it.each(paths)('to %s that says it is too large is refused before any of it has come [RS-12]', async (path, type) => {
    expect(await exchange(path, type, ['Content-Length: 65537'])).toMatch(/^HTTP\/1\.1 413 /)
    expect(await exchange(path, type, ['Content-Length: 999999999999999999999'])).toMatch(/^HTTP\/1\.1 4(00|13) /)
    expect(bench.as.calls).toEqual([])
  })

  it.each(paths)('to %s of just that size is read', async (path, type) => {
    const answer = await exchange(path, type, ['Content-Length: 65536'], 'x'.repeat(65_536))
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).not.toContain('cannot be read')
  })

  it.each(paths)('to %s that does not say its size is read so far and no further [RS-12]', async (path, type) => {
    const chunk = `10001\r\n${'x'.repeat(0x10001)}\r\n`
    expect(await exchange(path, type, ['Transfer-Encoding: chunked'], chunk)).toMatch(/^HTTP\/1\.1 413 /)
    expect(bench.as.calls).toEqual([])
  })
})
