import type { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import {
  type NodeRedisClient,
  type RedisSubscriber,
  type RevocationBus,
  type RevocationMark,
  redisRevocationBus,
} from '@oauth-introspect/core'
import { describeWithRedis, type RedisServer } from '@oauth-introspect/testkit'
import { connecting, isAway, type RedisConnection, type RedisLibrary, redisLibraries, until } from '../redis-libraries.ts'

jest.setTimeout(30_000)

const name = 'oauth-introspect:revocations'
const eventTime = 1_700_000_000
const [newest] = redisLibraries

/** An instance of a fleet: its bus and what it has heard. */
interface Instance {
  readonly bus: RevocationBus
  readonly client: RedisConnection
  readonly subscriber: RedisConnection
  readonly heard: RevocationMark[]
  /** `lost` and `restored`, in turn. */
  readonly told: string[]
  readonly end: () => Promise<void>
}

function startingInstances(library: RedisLibrary, redis: RedisServer) {
  const started = new Set<Instance>()
  afterEach(async () => {
    for (const { end } of started) await end()
    started.clear()
  })
  // Closed after that.
  const connect = connecting(library, redis)

  async function start(settings: object = {}): Promise<Instance> {
    const [client, subscriber] = [await connect(), await connect()]
    const bus = redisRevocationBus(client.client, { subscriber: subscriber.client, ...settings })
    const heard: RevocationMark[] = []
    const told: string[] = []
    const end = await bus.subscribe({
      onMark: (mark) => heard.push(mark),
      onLost: () => told.push('lost'),
      onRestored: () => told.push('restored'),
    })
    const instance = { bus, client, subscriber, heard, told, end }
    started.add(instance)
    return instance
  }
  return { connect, start }
}

describeWithRedis('redisRevocationBus()', {}, (redis) => {
  describe.each(redisLibraries)('with $name', (library) => {
    const { connect, start } = startingInstances(library, redis)
    let past: RedisConnection
    beforeEach(async () => {
      past = await connect()
      past.client.on('error', () => undefined)
      await past.send('FLUSHALL')
    })

    it('carries a mark to every instance, its own too', async () => {
      const [one, other] = [await start(), await start()]
      const mark = { issuer: 'https://as.example', subject: 'user-1', eventTime, effect: 'refuse' } as const
      await one.bus.publish(mark)
      await until(() => one.heard.length > 0 && other.heard.length > 0)
      expect([one.heard, other.heard]).toEqual([[mark], [mark]])
      expect([one.told, other.told]).toEqual([[], []])
    })

    it('has handed over what was stored when it begins', async () => {
      const { bus } = await start()
      const marks = Array.from({ length: 20 }, (_, at) => ({ jti: `token-${at}`, eventTime }))
      for (const mark of marks) await bus.publish(mark)
      const later = await start()
      expect([...later.heard].sort(byToken)).toEqual([...marks].sort(byToken))
    })

    it('hears what was stored while the connection was lost, and then says that it hears again', async () => {
      const instance = await start()
      await instance.bus.publish({ subject: 'before', eventTime })
      await until(() => instance.heard.length === 1)
      await past.send('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await until(() => instance.told.includes('lost'))
      // Past the bus: nobody publishes it.
      const now = Number(((await past.send('TIME')) as string[])[0]) * 1000
      await past.send('ZADD', name, String(now), JSON.stringify({ subject: 'meanwhile', eventTime }))
      instance.heard.length = 0
      await until(() => instance.told.includes('restored'))
      expect(instance.told).toEqual(['lost', 'restored'])
      expect(instance.heard).toContainEqual({ subject: 'meanwhile', eventTime })
      await instance.bus.publish({ subject: 'after', eventTime })
      await until(() => instance.heard.some(({ subject }) => subject === 'after'))
    })

    it('says so when Redis is away, publishes nothing then, and goes on when it is back with nothing left', async () => {
      const [one, other] = [await start(), await start()]
      await redis.kill()
      try {
        await until(() => one.told.length > 0 && other.told.length > 0, 1500)
        await until(() => isAway(one.client.client))
        await expect(one.bus.publish({ subject: 'CANARY' })).rejects.toThrow(/^Redis EVAL: not connected$/)
      } finally {
        await redis.start()
      }
      await until(() => one.told.length > 1 && other.told.length > 1)
      await one.bus.publish({ subject: 'after', eventTime })
      await until(() => other.heard.length > 0)
      expect(other.heard).toEqual([{ subject: 'after', eventTime }])
      expect([one.told, other.told]).toEqual([
        ['lost', 'restored'],
        ['lost', 'restored'],
      ])
    })

    it('notices a Redis that hangs, within about a second', async () => {
      const instance = await start()
      redis.pause()
      const since = Date.now()
      try {
        await until(() => instance.told.length > 0)
        expect(Date.now() - since).toBeLessThan(2000)
      } finally {
        redis.resume()
      }
      await until(() => instance.told.length > 1)
      expect(instance.told).toEqual(['lost', 'restored'])
    })

    it('passes over what is no mark', async () => {
      const instance = await start()
      const bad = [
        '',
        'x',
        '{}',
        '1',
        '1 ',
        '1 {',
        '1 []',
        '1 null',
        '1 {"subject":7}',
        'x {"subject":"a"}',
        '{"subject":"a"}',
        `1 ${'['.repeat(99_999)}`,
      ]
      for (const message of bad) await past.send('PUBLISH', name, message)
      for (const member of ['', '{', '[]', '{"subject":7}', '{"effect":"ask"}']) await past.send('ZADD', name, String(Date.now()), member)
      await instance.bus.publish({ subject: 'good', eventTime })
      await until(() => instance.heard.length > 0)
      expect(instance.heard).toEqual([{ subject: 'good', eventTime }])
      const later = await start()
      expect(later.heard).toEqual([{ subject: 'good', eventTime }])
      expect(instance.told).toEqual([])
    })

    it('leaves other channels of its connection alone', async () => {
      const instance = await start()
      const client: RedisSubscriber = instance.subscriber.client
      const also: unknown[] = []
      if ('status' in client) {
        client.on('message', (channel) => also.push(channel))
        await client.subscribe('other')
      } else await client.subscribe(['other'], (_message, channel) => also.push(channel))
      await past.send('PUBLISH', 'other', '1 {"subject":"other"}')
      await instance.bus.publish({ subject: 'mine', eventTime })
      await until(() => instance.heard.length > 0)
      await instance.end()
      await past.send('PUBLISH', 'other', '1 {"subject":"other"}')
      await until(() => also.filter((channel) => channel === 'other').length === 2)
      expect(instance.heard).toEqual([{ subject: 'mine', eventTime }])
    })

    it('ends when it is told to, and leaves nothing behind', async () => {
      const { bus, subscriber, client, heard, end } = await start()
      const events = ['message', 'close', 'end', 'reconnecting'] as const
      await end()
      await end()
      expect(events.map((event) => subscriber.client.listenerCount(event))).toEqual([0, 0, 0, 0])
      expect([client, subscriber].map((each) => each.client.listenerCount('error') > 0)).toEqual([true, true])
      expect(await past.send('PUBSUB', 'CHANNELS')).toEqual([])
      await bus.publish({ subject: 'user-1' })
      const other = await start()
      await until(() => other.heard.length > 0)
      expect(heard).toEqual([])
    })

    it('ends at once where its connection is closed already', async () => {
      const { subscriber, end } = await start()
      subscriber.close()
      const since = performance.now()
      await end()
      expect(performance.now() - since).toBeLessThan(900)
    })

    it('serves several listeners; the end of one is not the end of another', async () => {
      const { bus, heard, end } = await start()
      const also: RevocationMark[] = []
      const endAlso = await bus.subscribe({ onMark: (mark) => also.push(mark), onLost() {}, onRestored() {} })
      await bus.publish({ subject: 'one', eventTime })
      await until(() => heard.length === 1 && also.length === 1)
      await end()
      await bus.publish({ subject: 'two', eventTime })
      await until(() => also.length === 2)
      expect([heard, also].map((marks) => marks.map(({ subject }) => subject))).toEqual([['one'], ['one', 'two']])
      await endAlso()
    })
  })

  describe('whatever the library', () => {
    const { connect, start } = startingInstances(newest ?? fail(), redis)
    let past: RedisConnection
    beforeEach(async () => {
      past = await connect()
      past.client.on('error', () => undefined)
      await past.send('FLUSHALL')
    })

    it('is quick: half of the marks are there within 100 ms', async () => {
      const [one, other] = [await start(), await start()]
      const took: number[] = []
      for (let at = 0; at < 31; at++) {
        const since = performance.now()
        await one.bus.publish({ jti: `token-${at}` })
        await until(() => other.heard.length > at)
        took.push(performance.now() - since)
      }
      expect(took.sort((a, b) => a - b)[15]).toBeLessThan(100)
    })

    it('stores a mark that is said again once, under its prefix, for its lifetime', async () => {
      const { bus } = await start({ prefix: 'mine:', markLifetimeSeconds: 3600 })
      await bus.publish({ subject: 'user-1', issuer: 'i', eventTime })
      await bus.publish({ issuer: 'i', eventTime, subject: 'user-1' })
      expect(bus.markLifetimeSeconds).toBe(3600)
      expect(await past.send('KEYS', '*')).toEqual(['mine:revocations'])
      expect(await past.send('ZRANGE', 'mine:revocations', '0', '-1')).toEqual([
        `{"eventTime":${eventTime},"issuer":"i","subject":"user-1"}`,
      ])
      const left = Number(await past.send('PTTL', 'mine:revocations'))
      expect(left).toBeGreaterThan(3_590_000)
      expect(left).toBeLessThanOrEqual(3_600_000)
    })

    it('hands over the id of a mark as it comes, and stores it without one', async () => {
      const one = await start()
      await one.bus.publish({ subject: 'user-1', eventTime, id: 'first' })
      await one.bus.publish({ subject: 'user-1', eventTime, id: 'second' })
      await until(() => one.heard.length === 2)
      expect(one.heard.map(({ id }) => id)).toEqual(['first', 'second'])
      const later = await start()
      expect(later.heard).toEqual([{ subject: 'user-1', eventTime }])
    })

    it('forgets marks after their lifetime, of a day by default', async () => {
      const { bus } = await start()
      expect(bus.markLifetimeSeconds).toBe(86_400)
      const day = 86_400_000
      const now = Number(((await past.send('TIME')) as string[])[0]) * 1000
      await past.send('ZADD', name, String(now - day - 1), '{"subject":"old"}', String(now - day + 60_000), '{"subject":"young"}')
      const before = await start()
      expect(before.heard.map(({ subject }) => subject)).toEqual(['young'])
      await bus.publish({ subject: 'new' })
      expect(await past.send('ZRANGE', name, '0', '-1')).toEqual(['{"subject":"young"}', '{"subject":"new"}'])
    })

    it('says of a mark without a time that it happened when Redis took it, however late it is read', async () => {
      const one = await start()
      await one.bus.publish({ subject: 'live' })
      await until(() => one.heard.length > 0)
      const time = Number(((await past.send('TIME')) as string[])[0])
      await past.send('ZADD', name, String((time - 3600) * 1000 + 999), '{"subject":"an hour ago"}')
      const later = await start()
      expect(later.heard[0]).toEqual({ subject: 'an hour ago', eventTime: time - 3600 })
      expect(later.heard[1]).toEqual(one.heard[0])
      expect(Math.abs(Number(one.heard[0]?.eventTime) - time)).toBeLessThanOrEqual(5)
    })

    it('reads again no more than what may have been missed', async () => {
      const instance = await start()
      const now = Number(((await past.send('TIME')) as string[])[0]) * 1000
      await past.send('ZADD', name, String(now - 120_000), '{"subject":"long ago"}', String(now - 30_000), '{"subject":"lately"}')
      await past.send('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await until(() => instance.told.includes('restored'))
      expect(instance.heard.map(({ subject }) => subject)).toEqual(['lately'])
    })

    it('trusts no connection that hears nothing of what the other one says', async () => {
      const instance = await start()
      instance.client.close()
      await until(() => instance.told.includes('lost'), 2000)
      expect(instance.told).toEqual(['lost'])
    })

    it('takes 10,000 marks, and hands them all to who comes later', async () => {
      const instance = await start()
      for (let from = 0; from < 10_000; from += 500) {
        const chunk = Array.from({ length: 500 }, (_, at) => instance.bus.publish({ subject: `user-${from + at}`, eventTime }))
        await Promise.all(chunk)
      }
      const later = await start()
      expect(new Set(later.heard.map(({ subject }) => subject)).size).toBe(10_000)
      await until(() => instance.heard.length === 10_000)
      expect(instance.told).toEqual([])
    })

    /** Marks that Redis took at these times, past the bus. */
    async function store(times: readonly number[]): Promise<readonly string[]> {
      const marks = times.map((at, number) => [String(at), JSON.stringify({ subject: `user-${number}`, eventTime })])
      for (let from = 0; from < marks.length; from += 500) await past.send('ZADD', name, ...marks.slice(from, from + 500).flat())
      return times.map((_, number) => `user-${number}`).sort()
    }

    const subjects = (heard: readonly RevocationMark[]): readonly string[] => heard.map(({ subject }) => String(subject)).sort()

    it('hands over each stored mark once, whatever the number of those that were taken at one time', async () => {
      const now = Date.now()
      const moments = { single: 1, many: 700, more: 2500, round: 1000 - ((1 + 700 + 2500) % 1000), last: 1200 }
      const times = Object.values(moments).flatMap((count, at) => Array<number>(count).fill(now - 10_000 + at))
      const stored = await store(times)
      expect(subjects((await start()).heard)).toEqual(stored)
    })

    it('lets others have their turn while it reads what was stored', async () => {
      const stored = await store(Array.from({ length: 20_000 }, (_, at) => Date.now() - 30_000 + at))
      const [client, subscriber] = [await connect(), await connect()]
      const heard: RevocationMark[] = []
      const turns: number[] = []
      let begun = false
      const turn = (): void => {
        turns.push(heard.length)
        if (!begun) setImmediate(turn)
      }
      turn()
      const end = await redisRevocationBus(client.client, { subscriber: subscriber.client }).subscribe({
        onMark: (mark) => heard.push(mark),
        onLost() {},
        onRestored() {},
      })
      begun = true
      await end()
      expect(subjects(heard)).toEqual(stored)
      expect(Math.max(...turns.map((count, at) => count - (turns[at - 1] ?? 0)))).toBeLessThanOrEqual(1000)
    })

    it('waits for as long as stored marks come', async () => {
      const stored = await store(Array.from({ length: 2500 }, (_, at) => Date.now() - 10_000 + at))
      const since = performance.now()
      const { heard, end } = await startSlowly(() => new Promise((resolve) => setTimeout(resolve, 900)))
      await end()
      expect(subjects(heard)).toEqual(stored)
      expect(performance.now() - since).toBeGreaterThan(2000)
    })

    it('rejects where nothing is heard in time', async () => {
      const [client, subscriber] = [await connect(), await connect()]
      subscriber.close()
      const bus = redisRevocationBus(client.client, { subscriber: subscriber.client })
      const listener = { onMark() {}, onLost() {}, onRestored() {} }
      await expect(bus.subscribe(listener)).rejects.toThrow('Redis: marks were not heard within 2000 ms')
      expect(subscriber.client.listenerCount('reconnecting')).toBe(0)
    })

    /** A client whose questions can be held up: `onRead` is awaited before what is stored is read. */
    async function startSlowly(onRead: () => void | Promise<void>): Promise<Pick<Instance, 'heard' | 'told' | 'subscriber' | 'end'>> {
      const [client, subscriber] = [await connect(), await connect()]
      const real = client.client as NodeRedisClient
      const idle = Object.fromEntries(['get', 'set', 'del', 'on', 'listenerCount'].map((method) => [method, () => 1])) as object
      const slow: NodeRedisClient = {
        ...(idle as NodeRedisClient),
        isOpen: true,
        async eval(script, options) {
          if (script.includes('ZRANGEBYSCORE')) await onRead()
          return real.eval(script, options)
        },
      }
      const [heard, told]: [RevocationMark[], string[]] = [[], []]
      const end = await redisRevocationBus(slow, { subscriber: subscriber.client }).subscribe({
        onMark: (mark) => heard.push(mark),
        onLost: () => told.push('lost'),
        onRestored: () => told.push('restored'),
      })
      return { heard, told, subscriber, end }
    }

    it('does not take itself to hear again when the connection is lost anew while it reads what it missed', async () => {
      let reads = 0
      const { told, subscriber, end } = await startSlowly(() => {
        // As if the connection broke between the question and its answer.
        if (++reads === 2) (subscriber.client as unknown as EventEmitter).emit('reconnecting')
      })
      await past.send('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await until(() => told.includes('restored'))
      expect([told, reads]).toEqual([['lost', 'restored'], 3])
      await end()
    })

    it('says nothing more when it has ended, not even what it was about to', async () => {
      let reads = 0
      let answer: (() => void) | undefined
      const { heard, told, end } = await startSlowly(async () => {
        if (++reads > 1) await new Promise<void>((resolve) => (answer = resolve))
      })
      await past.send('CLIENT', 'KILL', 'TYPE', 'pubsub')
      await until(() => told.includes('lost'))
      await past.send('ZADD', name, String(Date.now()), '{"subject":"user-1"}')
      await until(() => reads === 2)
      await end()
      answer?.()
      // Three turns of somebody else.
      const other = await start()
      other.client.close()
      await until(() => other.told.includes('lost'))
      expect([heard, told]).toEqual([[], ['lost']])
      await other.end()
      expect(await past.send('PUBSUB', 'CHANNELS')).toEqual([])
    })

    it('takes nothing but a time for a pulse', async () => {
      const instance = await start()
      const channel = ((await past.send('PUBSUB', 'CHANNELS')) as string[]).find((each) => each !== name) ?? ''
      instance.client.close()
      const silence = setInterval(() => void past.send('PUBLISH', channel, 'x'), 20)
      try {
        await until(() => instance.told.length > 0)
      } finally {
        clearInterval(silence)
      }
      expect(instance.told).toEqual(['lost'])
    })

    it.each([undefined, {}, { subject: 7 }, { effect: 'ask' }, 'user-1'])('publishes nothing but marks: %j', async (mark) => {
      const { bus } = await start()
      await expect(bus.publish(mark as RevocationMark)).rejects.toThrow(new TypeError('publish(): this is no revocation mark'))
    })

    it('names every wrong setting', async () => {
      const { client } = await connect()
      const fault = (given: unknown, settings: unknown): string => {
        try {
          redisRevocationBus(given as typeof client, settings as { subscriber: typeof client })
        } catch (error) {
          return String(error)
        }
        return 'none'
      }
      const functions = '"subscribe", "unsubscribe", "on", "off", "listenerCount"'
      const wanted = '"subscriber" must be a connection of node-redis or ioredis'
      expect(fault(client, { subscriber: client })).toBe('TypeError: redisRevocationBus(): "subscriber" must be a connection of its own')
      expect(fault(client, {})).toBe(`TypeError: redisRevocationBus(): ${wanted}, with functions ${functions}, got undefined`)
      expect(fault(client, { subscriber: { subscribe() {}, unsubscribe() {}, on() {}, off() {}, listenerCount() {} } })).toBe(
        `TypeError: redisRevocationBus(): ${wanted}, got an object`,
      )
      expect(fault('CANARY', { subscriber: (await connect()).client, prefix: '', markLifetimeSeconds: 0.5, ttl: 1 })).toBe(
        'TypeError: redisRevocationBus(): "client" must be a client of node-redis or ioredis, with functions "get", "set", "del", "eval", "on", "listenerCount", got a string; ' +
          'unknown option "ttl"; "prefix" must be a string that is not empty, got an empty string; ' +
          '"markLifetimeSeconds" must be a whole number of seconds from 1 to 2147483648, got 0.5',
      )
    })
  })
})

describeWithRedis('redisRevocationBus() with a Redis that keeps what it acknowledges', { persistent: true }, (redis) => {
  describe.each(redisLibraries.filter((library) => / 6$/.test(library.name)))('with $name', (library) => {
    const { start } = startingInstances(library, redis)

    it('hands over what was stored before Redis was killed', async () => {
      const instance = await start()
      await instance.bus.publish({ subject: 'before', eventTime })
      await redis.kill()
      await redis.start()
      await until(() => instance.told.includes('restored'))
      const later = await start()
      expect(later.heard).toContainEqual({ subject: 'before', eventTime })
      expect(instance.heard).toContainEqual({ subject: 'before', eventTime })
    })
  })
})

function byToken({ jti: one = '' }: RevocationMark, { jti: other = '' }: RevocationMark): number {
  return one < other ? -1 : 1
}

function fail(): never {
  throw new Error('no library')
}
