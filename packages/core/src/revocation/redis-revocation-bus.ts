/**
 * Carries revocation marks by Redis or Valkey, version 5 or later. A mark is stored and published by one script: whoever is connected hears
 * it at once, whoever starts or comes back reads it. Marks lie in one sorted set by the time at which Redis took them.
 *
 * @module
 */
import { OptionFaults, readEach, readMembers, text, whole } from '../option-faults.ts'
import { commandsOf, type RedisClient, redisClient } from '../redis-client.ts'
import { type RedisSubscriber, redisSubscriber } from '../redis-subscriber.ts'
import { RedisMarkSubscription } from './redis-mark-subscription.ts'
import { type RevocationBus, readRevocationMark } from './revocation-mark.ts'

/** How `redisRevocationBus()` carries marks. */
export interface RedisRevocationBusSettings {
  /** A second connection of the same library, connected by its owner and used for nothing but subscriptions: `client.duplicate()`. */
  readonly subscriber: RedisSubscriber
  /** Stands in front of every key and channel. Default `'oauth-introspect:'`. */
  readonly prefix?: string
  /**
   * Seconds that a mark stays stored for instances that start or come back: as long as access tokens live, since a mark may end a token
   * that the authorization server keeps active, and not shorter than `revocation.maxTokenLifetimeSeconds`. Default 86 400.
   */
  readonly markLifetimeSeconds?: number
}

// Redis' own clock, so that the clocks of instances do not matter. Stored first: what cannot be stored is not published either.
const publishScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at = string.format('%.0f', now)
redis.call('ZADD', KEYS[1], at, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PUBLISH', ARGV[3], at .. ' ' .. ARGV[4])
return at`

/**
 * A bus by two connections of the application's own. `publish` rejects what could not be stored; `subscribe` rejects where nothing is
 * heard for two seconds. A connection that is lost, or over which nothing has come for about a second, is told by `onLost`.
 *
 * @throws {TypeError} naming every wrong setting.
 */
export function redisRevocationBus(client: RedisClient, settings: RedisRevocationBusSettings): RevocationBus {
  const faults = new OptionFaults()
  const given = redisClient(client, 'client', faults) ?? client
  const members = readMembers(settings, ['subscriber', 'prefix', 'markLifetimeSeconds'], faults)
  const subscriber = redisSubscriber(members['subscriber'], 'subscriber', faults)
  const read = readEach(members, faults)
  const prefix = read('prefix', text, 'oauth-introspect:')
  const markLifetimeSeconds = read('markLifetimeSeconds', whole('seconds', 1, 2 ** 31), 86_400)
  const lifetimeMs = markLifetimeSeconds * 1000
  if (subscriber !== undefined && Object.is(subscriber, client)) faults.say('"subscriber" must be a connection of its own')
  if (subscriber === undefined) return faults.fail('redisRevocationBus()')
  faults.throwAny('redisRevocationBus()')
  const commands = commandsOf(given)
  const name = `${prefix}revocations`

  return Object.freeze<RevocationBus>({
    markLifetimeSeconds,
    async publish(mark) {
      const read = readRevocationMark(mark)
      if (read === undefined) throw new TypeError('publish(): this is no revocation mark')
      // In one order and without its id, so that a mark that is said again takes no more room.
      const said = Object.entries(read).filter(([member]) => member !== 'id')
      const stored = JSON.stringify(Object.fromEntries(said.sort()))
      await commands.evaluate(publishScript, name, stored, String(lifetimeMs), name, JSON.stringify(read))
    },
    async subscribe(listener) {
      const subscription = new RedisMarkSubscription({ commands, subscriber, name, lifetimeMs, listener })
      await subscription.begin()
      return () => subscription.end()
    },
  })
}
