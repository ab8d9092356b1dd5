/**
 * A store in Redis or Valkey.
 *
 * @module
 */
import { OptionFaults, readEach, readMembers, text } from '../option-faults.ts'
import { commandsOf, type RedisClient, redisClient } from '../redis-client.ts'
import { isLife, type Store } from './store.ts'

/** How `redisStore()` keeps texts. */
export interface RedisStoreSettings {
  /** Stands in front of every key. Default `'oauth-introspect:'`. */
  readonly prefix?: string
}

/**
 * Keeps texts by the application's own client, which is neither connected nor closed here. While it has no connection, or leaves 1,000
 * commands unanswered, everything is rejected at once.
 *
 * @throws {TypeError} naming every wrong setting.
 */
export function redisStore(client: RedisClient, settings: RedisStoreSettings = {}): Store {
  const faults = new OptionFaults()
  const given = redisClient(client, 'client', faults) ?? client
  const prefix = readEach(readMembers(settings, ['prefix'], faults), faults)('prefix', text, 'oauth-introspect:')
  faults.throwAny('redisStore()')
  const commands = commandsOf(given)

  return Object.freeze<Store>({
    get: (key) => commands.get(`${prefix}${key}`),
    set: (key, value, ttlMs) => (isLife(ttlMs) ? commands.set(`${prefix}${key}`, value, ttlMs) : commands.delete(`${prefix}${key}`)),
    delete: (key) => commands.delete(`${prefix}${key}`),
  })
}
