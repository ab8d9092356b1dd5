/**
 * Keeps tokens in Redis or Valkey: the distributed store, which several servers share.
 *
 * @module
 */
import { parseTokenRecord, type TokenRecord } from './token-record.ts'
import type { TokenStore, UsageFigure, UsageKind } from './token-store.ts'

/** What the store needs of a client: one of `redis` (`sendCommand`) fits, and one of `ioredis` (`call`). It has to be connected. */
export type RedisClient = { sendCommand(args: string[]): Promise<unknown> } | { call(command: string, ...args: string[]): Promise<unknown> }

/** Where in the database. */
export interface RedisTokenStoreOptions {
  /** Stands in front of every key. In a cluster it needs a part in braces, so that all keys are on one node. Default `{oauth-dev}:`. */
  readonly prefix?: string
}

// Scripts, because a token and the lists that it is in have to change together.
const addScript = `
redis.call('HSET', KEYS[1], 'record', ARGV[2], 'state', ARGV[3])
redis.call('ZADD', KEYS[2], redis.call('INCR', KEYS[3]), ARGV[1])
redis.call('ZADD', KEYS[4], ARGV[4], ARGV[1])
if KEYS[5] then redis.call('RPUSH', KEYS[5], ARGV[1]) end
return 1`

const moveScript = `
local state = redis.call('HGET', KEYS[1], 'state')
for at = 2, #ARGV do
  if state == ARGV[at] then
    redis.call('HSET', KEYS[1], 'state', ARGV[1])
    return 1
  end
end
return 0`

// HGETALL by itself is a list or a map, by version of the protocol; within a script it is a list.
const readAllScript = "return redis.call('HGETALL', KEYS[1])"

/** A store in the client's database. */
export function redisTokenStore(client: RedisClient, { prefix = '{oauth-dev}:' }: RedisTokenStoreOptions = {}): TokenStore {
  const send = (...args: string[]): Promise<unknown> =>
    'call' in client ? client.call(args[0] ?? '', ...args.slice(1)) : client.sendCommand(args)
  const evaluate = (script: string, keys: readonly string[], ...args: string[]): Promise<unknown> =>
    send('EVAL', script, String(keys.length), ...keys, ...args)
  const [issued, ends, sequence, minutes] = [`${prefix}issued`, `${prefix}ends`, `${prefix}sequence`, `${prefix}minutes`]
  const token = (digest: string): string => `${prefix}token:${digest}`
  const grantOf = (grant: string): string => `${prefix}grant:${grant}`
  const usageOf = (minute: number | string): string => `${prefix}usage:${minute}`

  async function find(digest: string): Promise<TokenRecord | undefined> {
    const [record, state] = list(await send('HMGET', token(digest), 'record', 'state'))
    return typeof record === 'string' ? parseTokenRecord(record, state) : undefined
  }

  async function findAll(digests: unknown): Promise<readonly TokenRecord[]> {
    const found = await Promise.all(list(digests).map((digest) => find(String(digest))))
    return found.filter((record) => record !== undefined)
  }

  async function readFigures(minute: number): Promise<readonly UsageFigure[]> {
    const flat = list(await evaluate(readAllScript, [usageOf(minute)])).map(String)
    return flat.flatMap((field, at): readonly UsageFigure[] => {
      if (at % 2 === 1) return []
      const [kind, clientId] = splitField(field)
      return [{ minute, clientId, kind, count: Number(flat[at + 1]) }]
    })
  }

  return {
    async add({ state, ...record }) {
      const { digest, grant } = record
      const keys = [token(digest), issued, sequence, ends, ...(grant === undefined ? [] : [grantOf(grant)])]
      await evaluate(addScript, keys, digest, JSON.stringify(record), state, String(record.expiresAt))
    },
    find,
    move: async (digest, from, to) => Number(await evaluate(moveScript, [token(digest)], to, ...from)) === 1,
    ofGrant: async (grant) => findAll(await send('LRANGE', grantOf(grant), '0', '-1')),
    latest: async (limit) => (limit > 0 ? findAll(await send('ZREVRANGE', issued, '0', String(limit - 1))) : []),
    async tally(minute, clientId, kind) {
      await send('HINCRBY', usageOf(minute), `${kind} ${clientId}`, '1')
      if (minute !== 0) await send('ZADD', minutes, String(minute), String(minute))
    },
    async usage(sinceMinute) {
      if (sinceMinute === 0) return readFigures(0)
      const known = list(await send('ZRANGEBYSCORE', minutes, String(sinceMinute), '+inf'))
      return (await Promise.all(known.map((minute) => readFigures(Number(minute))))).flat()
    },
    async forget(before) {
      for (const { digest, grant } of await findAll(await send('ZRANGEBYSCORE', ends, '-inf', `(${before}`))) {
        if (grant !== undefined) await send('LREM', grantOf(grant), '0', digest)
        await send('ZREM', issued, digest)
        await send('ZREM', ends, digest)
        await send('DEL', token(digest))
      }
      const last = String(Math.floor(before / 60) - 1)
      for (const minute of list(await send('ZRANGEBYSCORE', minutes, '-inf', last))) await send('DEL', usageOf(String(minute)))
      await send('ZREMRANGEBYSCORE', minutes, '-inf', last)
    },
  }
}

function list(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : []
}

function splitField(field: string): readonly [UsageKind, string] {
  const space = field.indexOf(' ')
  return [field.slice(0, space) as UsageKind, field.slice(space + 1)]
}
