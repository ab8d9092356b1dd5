import { describe, expect, it } from '@jest/globals'
import { type RedisClient, redisStore } from '@oauth-introspect/core'
import { describeStore, describeWithRedis } from '@oauth-introspect/testkit'
import { connecting, isAway, redisLibraries, until } from '../redis-libraries.ts'

const key = 'k'.repeat(43)

describeWithRedis('redisStore()', {}, (redis) => {
  describe.each(redisLibraries)('with $name', (library) => {
    const connect = connecting(library, redis)

    describeStore({
      name: 'as any store',
      async open() {
        const { client, send } = await connect()
        await send('FLUSHALL')
        return { store: redisStore(client) }
      },
      async openBroken() {
        const { client, close } = await connect()
        close()
        return redisStore(client)
      },
    })

    it('has keys with a prefix, which end by themselves', async () => {
      const { client, send } = await connect()
      await send('FLUSHALL')
      await redisStore(client).set(key, 'value', 60_000)
      await redisStore(client, { prefix: 'mine:' }).set(key, 'mine', 60_000)
      expect([...((await send('KEYS', '*')) as string[])].sort()).toEqual([`mine:${key}`, `oauth-introspect:${key}`])
      const left = Number(await send('PTTL', `oauth-introspect:${key}`))
      expect(left).toBeGreaterThan(50_000)
      expect(left).toBeLessThanOrEqual(60_000)
    })

    it('tells nothing of what Redis says or was told', async () => {
      const { client, send } = await connect()
      await send('FLUSHALL')
      await send('LPUSH', `oauth-introspect:${key}`, 'CANARY')
      const store = redisStore(client)
      const found = await Promise.resolve(store.get(key)).catch((error: unknown) => error)
      expect(found).toEqual(new Error('Redis GET: WRONGTYPE'))
      expect(Object.keys(found as Error)).toEqual([])
      expect((found as Error).cause).toBeUndefined()
    })

    it('rejects at once while Redis is away, neither ends the process nor keeps what was asked, and works when it is back', async () => {
      const { client } = await connect()
      const store = redisStore(client)
      await store.set(key, 'before', 60_000)
      await redis.kill()
      try {
        await until(() => isAway(client))
        for (const act of [() => store.get(key), () => store.set(key, 'CANARY', 60_000), () => store.delete(key)]) {
          await expect(Promise.resolve(act())).rejects.toThrow(/^Redis (GET|SET|DEL): not connected$/)
        }
      } finally {
        await redis.start()
      }
      await until(() => !isAway(client))
      expect(await store.get(key)).toBeUndefined()
      await store.set(key, 'after', 60_000)
      expect(await store.get(key)).toBe('after')
    })

    it('lets no more than 1,000 commands wait for a Redis that hangs', async () => {
      const { client } = await connect()
      const store = redisStore(client)
      await store.set(key, 'value', 60_000)
      redis.pause()
      const waiting = Array.from({ length: 1000 }, async () => store.get(key))
      try {
        await expect(Promise.resolve(store.get(key))).rejects.toThrow('Redis GET: 1000 commands are waiting for their replies')
      } finally {
        redis.resume()
      }
      expect(new Set(await Promise.all(waiting))).toEqual(new Set(['value']))
      expect(await store.get(key)).toBe('value')
    })
  })

  it('waits for a client of ioredis that connects with its first command', async () => {
    const { Redis } = await import('ioredis')
    const client = new Redis({ path: redis.path, lazyConnect: true })
    try {
      await redisStore(client).set(key, 'value', 60_000)
      expect(await redisStore(client).get(key)).toBe('value')
    } finally {
      client.disconnect()
    }
  })
})

describe('redisStore()', () => {
  const expected = 'redisStore(): "client" must be a client of node-redis or ioredis'
  const functions = { get() {}, set() {}, del() {}, eval() {}, on() {}, listenerCount: () => 1 }

  it.each([
    [undefined, `${expected}, with functions "get", "set", "del", "eval", "on", "listenerCount", got undefined`],
    ['redis://:CANARY@localhost', `${expected}, with functions "get", "set", "del", "eval", "on", "listenerCount", got a string`],
    [new Map(), `${expected}, with functions "get", "set", "del", "eval", "on", "listenerCount", got an object`],
    [functions, `${expected}, got an object`],
    [{ ...functions, isOpen: 'yes', status: 1 }, `${expected}, got an object`],
  ])('names what is no client: %p', (client, message) => {
    expect(() => redisStore(client as unknown as RedisClient)).toThrow(new TypeError(message))
  })

  it('names every wrong setting', () => {
    expect(() => redisStore({} as RedisClient, { prefix: '', ttl: 5 } as object)).toThrow(
      /^redisStore\(\): "client" must be .*; unknown option "ttl"; "prefix" must be a string that is not empty, got an empty string$/,
    )
  })
})
