/** Two instances that share answers and hear of revocations over a real Redis. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import {
  createResourceServer,
  encryptedStore,
  type IntrospectEvent,
  type RedisClient,
  type ResourceServer,
  redisRevocationBus,
  redisStore,
} from '@oauth-introspect/core'
import { type AuthorizationServer, describeWithRedis, json, startAuthorizationServer } from '@oauth-introspect/testkit'
import { connecting, isAway, redisLibraries, until } from './redis-libraries.ts'
import { bearer, token } from './server-bench.ts'

jest.setTimeout(30_000)

interface Instance {
  readonly server: ResourceServer
  readonly client: RedisClient
  readonly events: IntrospectEvent[]
  /** What becomes of a request with the token, and where the answer came from. */
  readonly ask: () => Promise<string>
}

describeWithRedis('a fleet', {}, (redis) => {
  describe.each(redisLibraries.filter(({ name }) => / 6$/.test(name)))('with $name', (library) => {
    const servers = new Set<ResourceServer>()
    let as: AuthorizationServer
    afterEach(async () => {
      for (const server of servers) await server.close()
      servers.clear()
      await as.close()
    })
    // Closed after the servers.
    const connect = connecting(library, redis)

    beforeEach(async () => {
      as = await startAuthorizationServer()
      const now = Math.floor(Date.now() / 1000)
      as.behave(json({ active: true, sub: 'user-1', note: 'CANARY-claim', iss: 'https://as.example', iat: now - 60, exp: now + 300 }))
      const { send, close } = await connect()
      await send('FLUSHALL')
      close()
    })

    async function start(): Promise<Instance> {
      const [{ client }, subscriber] = [await connect(), await connect()]
      const events: IntrospectEvent[] = []
      const server = createResourceServer({
        ...{ introspectionEndpoint: as.introspectionEndpoint, clientId: 'rs-client', clientSecret: 'secret', audience: null },
        cache: {
          store: encryptedStore(redisStore(client), { keys: [{ id: 'a', key: new Uint8Array(32).fill(7) }] }),
          storeTimeoutMs: 2000,
        },
        revocation: { bus: redisRevocationBus(client, { subscriber: subscriber.client }) },
        onEvent: (event) => events.push(event),
      })
      servers.add(server)
      await server.ready()
      const ask = async (): Promise<string> => {
        const outcome = await server.authorize(bearer())
        if (outcome.outcome !== 'granted') return outcome.reason
        const last = events.findLast(({ type }) => type === 'granted')
        return last?.type === 'granted' ? last.source : 'unseen'
      }
      return { server, client, events, ask }
    }

    it('asks once for all, and an instance that starts later knows; nothing in Redis can be read [CA-07]', async () => {
      const [one, other] = [await start(), await start()]
      const { send } = await connect()
      expect(await one.ask()).toBe('asked')
      await until(async () => ((await send('KEYS', '*')) as string[]).length === 1)
      expect(await other.ask()).toBe('store')
      expect(await (await start()).ask()).toBe('store')
      expect(await one.ask()).toBe('memory')
      expect(as.calls).toHaveLength(1)
      const [key = ''] = (await send('KEYS', '*')) as string[]
      expect(key).toMatch(/^oauth-introspect:[\w-]+$/)
      expect(key + String(await send('GET', key))).not.toMatch(new RegExp(`CANARY|user-1|${token}`))
    })

    it('ends a token everywhere when one instance hears that it has ended, although the authorization server keeps it active', async () => {
      const [one, other] = [await start(), await start()]
      await one.ask()
      await other.ask()
      const since = performance.now()
      await one.server.revoke({ issuer: 'https://as.example', subject: 'user-1' })
      await until(async () => (await other.ask()) === 'token_inactive')
      expect(performance.now() - since).toBeLessThan(1000)
      expect(await one.ask()).toBe('token_inactive')
      // One that starts now has the mark before it takes the answer from the store.
      const later = await start()
      expect(await later.ask()).toBe('token_inactive')
    })

    it('goes on without Redis, and together again when it is back', async () => {
      const [one, other] = [await start(), await start()]
      await one.ask()
      await redis.kill()
      try {
        await until(() => isAway(one.client) && isAway(other.client))
        // What cannot be heard of is not relied on.
        await until(async () => (await one.ask()) === 'asked')
        expect(await other.ask()).toBe('asked')
        expect(other.events).toContainEqual(expect.objectContaining({ type: 'store', failed: true }))
        await expect(one.server.revoke({ subject: 'user-1' })).rejects.toThrow()
      } finally {
        await redis.start()
      }
      await until(async () => (await other.ask()) === 'memory')
      await until(
        async () =>
          await one.server.revoke({ issuer: 'https://as.example', subject: 'user-1' }).then(
            () => true,
            () => false,
          ),
      )
      await until(async () => (await other.ask()) === 'token_inactive')
    })
  })
})
