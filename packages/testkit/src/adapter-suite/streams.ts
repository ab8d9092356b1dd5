/**
 * What outlives the start of a response: it ends with the token, and nothing is kept when the client leaves.
 *
 * @module
 */
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { describe, expect, it } from '@jest/globals'
import { createResourceServer, type ResourceServer } from '@oauth-introspect/core'
import { byToken, json } from '../authorization-server.ts'
import { type AdapterUnderTest, goodReply, setUpBench } from './bench.ts'

/** Streams. */
export function describeStreams(adapter: AdapterUnderTest): void {
  const bench = setUpBench(adapter)

  /** An application that streams, by the real clock, and the resource server in front of it. */
  async function stream(more: Record<string, unknown>): Promise<{ server: ResourceServer<unknown>; origin: string }> {
    bench.clock = Date.now()
    const server = createResourceServer(bench.options({ ...more, now: () => Date.now() }))
    const { origin } = await bench.serve([{ path: '/', chain: [{ introspect: [server] }], handler: 'streams' }])
    return { server, origin }
  }

  describe('a stream', () => {
    it('ends when its token is found revoked, and no other does', async () => {
      const { server, origin } = await stream({ streamRecheckSeconds: 0.05, cache: false })
      bench.as.behave(byToken({ revoked: goodReply(bench), kept: goodReply(bench) }))
      const [revoked, kept] = [await open(origin, 'revoked'), await open(origin, 'kept')]
      expect(server.stats().signals).toBe(2)
      bench.as.behave(byToken({ kept: goodReply(bench) }))
      expect(await readAll(revoked.incoming)).toBe('data: revoked\n\n')
      expect(server.stats().signals).toBe(1)
      kept.outgoing.destroy()
      await server.close()
    })

    it('ends when its token expires', async () => {
      const { server, origin } = await stream({})
      const exp = Math.ceil(Date.now() / 1000) + 1
      bench.as.behave(json({ ...goodReply(bench), exp }))
      const { incoming } = await open(origin, 'tok')
      expect(await readAll(incoming)).toBe('data: expired\n\n')
      expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000)
      await server.close()
    })

    it('is not held on to when the client has left', async () => {
      const { server, origin } = await stream({})
      bench.as.behave(json(goodReply(bench)))
      const { outgoing } = await open(origin, 'tok')
      expect(server.stats().signals).toBe(1)
      outgoing.destroy()
      while (server.stats().signals > 0) await new Promise((resolve) => setImmediate(resolve))
      await server.close()
    })
  })
}

/** Opens a stream, and reads what it begins with. */
async function open(origin: string, token: string): Promise<{ outgoing: ClientRequest; incoming: IncomingMessage }> {
  const outgoing = request(origin, { agent: false, headers: { authorization: `Bearer ${token}` } }).end()
  outgoing.on('error', () => undefined)
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  incoming.setEncoding('utf8')
  incoming.on('error', () => undefined)
  const [first] = (await once(incoming, 'data')) as [string]
  expect({ status: incoming.statusCode, first }).toEqual({ status: 200, first: 'data: open\n\n' })
  return { outgoing, incoming }
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of incoming) text += String(chunk)
  return text
}
