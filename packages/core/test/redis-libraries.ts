/** The clients of Redis that people have, each connected to the server of a test file. */
import { afterEach } from '@jest/globals'
import type { RedisServer } from '@oauth-introspect/testkit'
import { createClient as createClient6 } from '@redis/client'
import { Redis as Redis6 } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { createClient as createClient4 } from 'redis4'
import { createClient as createClient5 } from 'redis5'
import type { RedisClient, RedisSubscriber } from '../src/index.ts'

/** A connection, and what tests do past it. */
export interface RedisConnection {
  readonly client: RedisClient & RedisSubscriber
  readonly send: (...command: string[]) => Promise<unknown>
  readonly close: () => void
}

/** A library. */
export interface RedisLibrary {
  readonly name: string
  readonly connect: (path: string) => Promise<RedisConnection>
}

const reconnectStrategy = 20

export const redisLibraries: readonly RedisLibrary[] = [
  {
    name: 'node-redis 6',
    async connect(path) {
      const client = createClient6({ socket: { path, tls: false, reconnectStrategy } })
      await client.connect()
      return { client, send: (...command) => client.sendCommand(command), close: () => client.destroy() }
    },
  },
  {
    name: 'node-redis 5',
    async connect(path) {
      const client = createClient5({ socket: { path, tls: false, reconnectStrategy } })
      await client.connect()
      return { client, send: (...command) => client.sendCommand(command), close: () => client.destroy() }
    },
  },
  {
    name: 'node-redis 4',
    async connect(path) {
      const client = createClient4({ socket: { path, reconnectStrategy } })
      await client.connect()
      return { client, send: (...command) => client.sendCommand(command), close: () => void client.disconnect() }
    },
  },
  {
    name: 'ioredis 6',
    async connect(path) {
      const client = new Redis6({ path, lazyConnect: true, retryStrategy: () => reconnectStrategy })
      await client.connect()
      return { client, send: (command = '', ...given) => client.call(command, ...given), close: () => client.disconnect() }
    },
  },
  {
    name: 'ioredis 5',
    async connect(path) {
      const client = new Redis5({ path, lazyConnect: true, retryStrategy: () => reconnectStrategy })
      await client.connect()
      return { client, send: (command = '', ...given) => client.call(command, ...given), close: () => client.disconnect() }
    },
  },
]

/** Connects as often as a test asks for; closes all after it. */
export function connecting({ connect }: RedisLibrary, { path }: RedisServer): () => Promise<RedisConnection> {
  const open = new Set<RedisConnection>()
  afterEach(() => {
    for (const { close } of open) close()
    open.clear()
  })
  return async () => {
    const connection = await connect(path)
    const close = (): void => {
      if (open.delete(closing)) connection.close()
    }
    const closing: RedisConnection = { ...connection, close }
    open.add(closing)
    return closing
  }
}

/** Looks again and again until something holds; not for ever. */
export async function until(holds: () => boolean | Promise<boolean>, milliseconds = 10_000): Promise<void> {
  for (const deadline = Date.now() + milliseconds; !(await holds()); ) {
    if (Date.now() > deadline) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Tells whether a client knows that it has no connection. */
export function isAway(client: RedisClient): boolean {
  return 'status' in client ? client.status !== 'ready' : client.isReady !== true
}
