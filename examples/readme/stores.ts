// The parts of docs/stores.md. Compiled; what they stand on is above each region.
import {
  cacheApiStore,
  createResourceServer,
  encryptedStore,
  kvStore,
  type Options,
  redisRevocationBus,
  redisStore,
} from '@oauth-introspect/core'
import { createClient } from '@redis/client'
import { Redis } from 'ioredis'
import { Keyv } from 'keyv'

const { INTROSPECTION_ENDPOINT: introspectionEndpoint, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret } = process.env
const options: Options = { introspectionEndpoint, clientId, clientSecret, audience: 'https://api.example.com' }
const { KEY_2027, KEY_2026 } = process.env
declare const env: { readonly TOKENS: Parameters<typeof kvStore>[0] }
declare const caches: { open(name: string): Promise<Parameters<typeof cacheApiStore>[0]> }

// #region fleet
const client = await createClient({ url: 'redis://redis.internal' }).connect()
const subscriber = await client.duplicate().connect()
const keys = [
  { id: '2027', key: KEY_2027 }, // encrypts and decrypts: 32 bytes in base64url
  { id: '2026', key: KEY_2026 }, // still decrypts
]

const api = createResourceServer({
  ...options,
  cache: { store: encryptedStore(redisStore(client), { keys }) },
  revocation: { bus: redisRevocationBus(client, { subscriber }) },
})
// #endregion fleet

// #region stores
const byIoRedis = redisStore(new Redis('redis://redis.internal'))
const byKeyv = new Keyv()
const onWorkers = kvStore(env.TOKENS)
const nearby = cacheApiStore(await caches.open('oauth-introspect'))
// #endregion stores

export const made = { api, byIoRedis, byKeyv, nearby, onWorkers }
