/**
 * Clients of Redis or Valkey, which the application brings: those of node-redis and of ioredis, told apart by their shape.
 * What they throw is told in constant words: their errors carry keys and values.
 *
 * @module
 */
import { having, type Reader } from './option-faults.ts'

/** A client or cluster of node-redis (`redis`, `@redis/client`), version 4 or later. It has to be connected by its owner. */
export interface NodeRedisClient {
  readonly isOpen: boolean
  readonly isReady?: boolean
  get(key: string): Promise<unknown>
  set(key: string, value: string, options: { PX: number }): Promise<unknown>
  del(key: string): Promise<unknown>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  on(event: string, listener: (...given: unknown[]) => void): unknown
  listenerCount(event: string): number
}

/** A client or cluster of ioredis, version 5 or later. */
export interface IoRedisClient {
  readonly status: string
  get(key: string): Promise<unknown>
  set(key: string, value: string, unit: 'PX', milliseconds: number): Promise<unknown>
  del(key: string): Promise<unknown>
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  on(event: string, listener: (...given: unknown[]) => void): unknown
  listenerCount(event: string): number
}

/** A client of either kind. */
export type RedisClient = NodeRedisClient | IoRedisClient

/** The few commands that are used, the same for both kinds. They reject at once while there is no connection. */
export interface RedisCommands {
  get(key: string): Promise<string | undefined>
  set(key: string, value: string, ttlMs: number): Promise<void>
  delete(key: string): Promise<void>
  /** Runs a script; what it gives is a reply of Redis. */
  evaluate(script: string, key: string, ...given: readonly string[]): Promise<unknown>
}

// Clients put commands in a queue while there is no connection, or no reply: an outage must not fill the memory.
const mostUnderWay = 1000

/** A client of either kind, connected or not. */
export const redisClient: Reader<RedisClient> = (value, name, faults) => {
  const what = 'a client of node-redis or ioredis'
  const client = having<RedisClient>(what, 'get', 'set', 'del', 'eval', 'on', 'listenerCount')(value, name, faults)
  if (client === undefined || isIoRedis(client) || isNodeRedis(client)) return client
  return faults.expect(name, what, value)
}

/** Tells by its `status` what is of ioredis. */
export function isIoRedis<T extends object>(client: T): client is Extract<T, { readonly status: string }> {
  return 'status' in client && typeof client.status === 'string'
}

function isNodeRedis(client: object): boolean {
  return 'isOpen' in client && typeof client.isOpen === 'boolean'
}

/** The commands of a client. Where nobody listens to its errors a listener is added: without one a lost connection ends the process. */
export function commandsOf(client: RedisClient): RedisCommands {
  let underWay = 0
  if (client.listenerCount('error') === 0) client.on('error', () => undefined)

  async function run(command: string, send: () => Promise<unknown>): Promise<unknown> {
    if (!isConnected(client)) throw new Error(`Redis ${command}: not connected`)
    if (underWay >= mostUnderWay) throw new Error(`Redis ${command}: ${underWay} commands are waiting for their replies`)
    underWay++
    try {
      return await send()
    } catch (error) {
      throw new Error(`Redis ${command}: ${nameOf(error)}`)
    } finally {
      underWay--
    }
  }

  return {
    async get(key) {
      const value = await run('GET', () => client.get(key))
      return typeof value === 'string' ? value : undefined
    },
    async set(key, value, ttlMs) {
      const milliseconds = Math.floor(ttlMs)
      await run('SET', () =>
        isIoRedis(client) ? client.set(key, value, 'PX', milliseconds) : client.set(key, value, { PX: milliseconds }),
      )
    },
    async delete(key) {
      await run('DEL', () => client.del(key))
    },
    evaluate: (script, key, ...given) =>
      run('EVAL', () =>
        isIoRedis(client) ? client.eval(script, 1, key, ...given) : client.eval(script, { keys: [key], arguments: [...given] }),
      ),
  }
}

/** A client that is told to connect with its first command waits for one. */
function isConnected(client: RedisClient): boolean {
  return isIoRedis(client) ? ['ready', 'wait'].includes(client.status) : client.isOpen && client.isReady !== false
}

/** The name of an error in words that hold nothing of a caller's: its code, the first word of what Redis said, or its class. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  const { code } = error as { readonly code?: unknown }
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) return code
  return /^[A-Z]{2,32}(?= )/.exec(error.message)?.[0] ?? error.constructor.name
}
