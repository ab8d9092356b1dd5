import { describe, expect, jest, test } from '@jest/globals'
import { redisTokenStore } from '@oauth-introspect/dev-server'
import { describeWithRedis } from '@oauth-introspect/testkit'
import { createClient } from '@redis/client'
import { describeTokenStore } from './token-store-suite.ts'

jest.setTimeout(30_000)

describeWithRedis('redisTokenStore()', {}, ({ path }) => {
  const connect = (RESP: 2 | 3) => createClient({ RESP, socket: { path, tls: false } }).connect()

  describe.each([2, 3] as const)('by RESP%d', (protocol) => {
    describeTokenStore({
      name: 'redisTokenStore()',
      lasting: true,
      makePlace: async () => {
        const client = await connect(protocol)
        await client.flushAll()
        const clients = [client]
        return {
          async open() {
            const own = await connect(protocol)
            clients.push(own)
            return redisTokenStore(own)
          },
          async dump() {
            const keys = await client.keys('*')
            const values = await Promise.all(keys.map((key) => client.sendCommand(['DUMP', key])))
            const hashes = keys.filter((key) => key.includes(':token:')).map((key) => client.sendCommand(['HMGET', key, 'record', 'state']))
            return JSON.stringify([keys, values, await Promise.all(hashes)])
          },
          async close() {
            await Promise.all(clients.map((each) => each.close()))
          },
        }
      },
    })
  })

  test('a client with call() fits too, and a prefix keeps two stores apart', async () => {
    const client = await connect(2)
    const ioredis = { call: (command: string, ...args: string[]) => client.sendCommand([command, ...args]) }
    const [one, other] = [redisTokenStore(ioredis, { prefix: 'one:' }), redisTokenStore(ioredis, { prefix: 'other:' })]
    await one.tally(5, 'app', 'issued')
    expect(await one.usage(5)).toHaveLength(1)
    expect(await other.usage(5)).toEqual([])
    await client.close()
  })
})
