// A fleet: so many instances as processes of their own, their Redis, and an authorization server with a Redis of its own.
import { createClient } from '@redis/client'
import { Agent, request } from 'undici'
import { start } from './child.mjs'
import { clock } from './fleet-orders.mjs'
import { startRedis } from './fleet-redis.mjs'

export const size = Number(process.env.FLEET ?? 16)

const warmUp = { tokens: 20, requests: 200 }

/** Starts all of it. `users` can have a token each. */
export async function startFleet(users) {
  const [redis, itsRedis] = [await startRedis(), await startRedis()]
  const instances = await Promise.all(Array.from({ length: size }, () => start('./fleet-instance.mjs', undefined, redis.url)))
  const logoutUri = `http://127.0.0.1:${instances[0].ready.port}/backchannel-logout`
  const startAuthorizationServer = ({ port = 0, friendlyPort = 0 } = {}) =>
    start('./fleet-authorization-server.mjs', undefined, itsRedis.url, users + warmUp.tokens, logoutUri, port, friendlyPort)
  let as = await startAuthorizationServer()
  const { ready } = as
  const agent = new Agent({ connections: 64 })
  const commands = createClient({ url: redis.url })
  commands.on('error', () => undefined)
  await commands.connect()
  let issued = 0
  const tell = (order, count = instances.length) => Promise.all(instances.slice(0, count).map((instance) => instance.ask(order)))

  const fleet = {
    origin: ready.origin,
    redis,
    instances,
    /** Tells an instance, or the authorization server, what to do. */
    tell: (at, order) => instances[at].ask(order),
    tellServer: (order) => as.ask(order),
    /** Begins anew, with nothing in Redis; `settingsOf` an instance by its number. */
    async configure(settingsOf) {
      await commands.sendCommand(['FLUSHALL'])
      await Promise.all(instances.map((instance, at) => instance.ask({ do: 'configure', origin: ready.origin, ...settingsOf(at) })))
    },
    figures: (count) => tell({ do: 'figures' }, count),
    command: (...words) => commands.sendCommand(words),
    /** Tokens of users who had none yet. */
    async issue(count) {
      const tokens = await as.ask({ do: 'issue', from: issued, count })
      const names = tokens.map((token, number) => ({ token, username: `user-${issued + number}` }))
      issued += count
      return names
    },
    /** What one instance answers. */
    async send(at, token) {
      const sent = clock()
      const { statusCode: status, headers, body } = await request(fleet.url(at, '/'), { dispatcher: agent, headers: bearer(token) })
      await body.dump()
      const arrived = clock()
      return { at, token, sent, arrived, ms: arrived - sent, status, source: headers['x-source'], ageMs: Number(headers['x-age']) }
    },
    /** Opens a stream, and resolves to what resolves to the time of its end. */
    async openStream(at, token) {
      const { statusCode, body } = await request(fleet.url(at, '/stream'), { dispatcher: agent, headers: bearer(token) })
      if (statusCode !== 200) throw new Error(`a stream was answered ${statusCode}`)
      const ended = new Promise((resolve, reject) => body.on('end', () => resolve(clock())).on('error', reject))
      body.resume()
      return () => ended
    },
    async post(at, path, content) {
      const { statusCode, body } = await request(fleet.url(at, path), { dispatcher: agent, method: 'POST', ...content })
      await body.dump()
      return statusCode
    },
    async logOut(username) {
      const { body } = await request(`${ready.origin}/oauth2/backchannel_logout`, {
        dispatcher: agent,
        method: 'POST',
        query: { username },
        headers: { authorization: `Basic ${btoa('app:app-secret')}` },
      })
      const { clients_told: told } = await body.json()
      return told
    },
    url: (at, path) => `http://127.0.0.1:${instances[at].ready.port}${path}`,
    /** One more, which knows nothing. */
    async addInstance(settings) {
      const instance = await start('./fleet-instance.mjs', undefined, redis.url)
      await instance.ask({ do: 'configure', origin: ready.origin, ...settings })
      return instances.push(instance) - 1
    },
    killAuthorizationServer: () => as.kill(),
    async restartAuthorizationServer() {
      as = await startAuthorizationServer(ready)
    },
    async stop() {
      commands.destroy()
      await agent.destroy()
      for (const instance of instances) await instance.kill()
      await as.kill()
      await Promise.all([redis.stop(), itsRedis.stop()])
    },
  }
  await warm(fleet)
  return fleet
}

/** Programs that have just started are slow: each path is gone some times, one request at a time. */
async function warm(fleet) {
  const tokens = await fleet.issue(warmUp.tokens)
  await fleet.configure(() => ({ cache: { maxAgeSeconds: 0.5 }, shared: true, timeoutMs: 30_000 }))
  const ask = async (at) => {
    for (let turn = 0; turn < warmUp.requests; turn++) await fleet.send(at, tokens[turn % tokens.length].token)
  }
  await Promise.all(fleet.instances.map((_, at) => ask(at)))
}

const bearer = (token) => ({ authorization: `Bearer ${token}` })
