/**
 * Opens the store of the flag `--store`, with a client of its own. The programs that it needs are loaded on demand: they come with no
 * installation of this package.
 *
 * @module
 */
import type { StorePlace } from './store-flag.ts'
import { memoryTokenStore } from './token-store/memory-store.ts'
import { redisTokenStore } from './token-store/redis-store.ts'
import { sqlTokenStore } from './token-store/sql-store.ts'
import type { TokenStore } from './token-store/token-store.ts'

/** A store, and how to let go of it. */
export interface OpenedStore {
  readonly store: TokenStore
  /** Where it is, in words that hold no password. */
  readonly place: string
  readonly close: () => Promise<void>
}

/** @throws {Error} of whoever cannot open it; its message may hold what stands in the flag. */
export function openStore(place: StorePlace): Promise<OpenedStore> {
  if (place.kind === 'sql') return openSql(place.folder)
  if (place.kind === 'redis') return openRedis(place.url)
  return Promise.resolve({ store: memoryTokenStore(), place: 'in memory', close: () => Promise.resolve() })
}

async function openSql(folder: string): Promise<OpenedStore> {
  const { PGlite } = await import('@electric-sql/pglite')
  const database = await PGlite.create(folder)
  return { store: await sqlTokenStore(database), place: `in PostgreSQL, in ${folder}`, close: () => database.close() }
}

async function openRedis(url: string): Promise<OpenedStore> {
  const { createClient } = await import('@redis/client')
  let connected = false
  // A server that is not there at the start will hardly come; one that goes away will.
  const client = createClient({ url, socket: { reconnectStrategy: (attempt) => connected && Math.min(attempt * 100, 2000) } })
  client.on('error', () => {
    // Requests fail until it is back; an error that nobody hears would end the process.
  })
  await client.connect()
  connected = true
  return { store: redisTokenStore(client), place: `in Redis, at ${new URL(url).host}`, close: () => client.close() }
}
