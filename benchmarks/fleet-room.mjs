// Program: what answers and marks take in Redis, and marks in an instance; how fast marks go in, and how long one that starts reads them.
import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createResourceServer, encryptedStore, redisRevocationBus, redisStore } from '@oauth-introspect/core'
import { createClient } from '@redis/client'
import { requestWith } from './remembering.mjs'
import { guardOptions, makeTokens, replyAbout } from './tokens.mjs'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const [url, what, amount] = process.argv.slice(2)
const client = await createClient({ url }).connect()
const subscriber = await client.duplicate().connect()

async function usedByRedis() {
  return Number(/used_memory:(\d+)/.exec(await client.sendCommand(['INFO', 'memory']))?.[1])
}

function usedByUs() {
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Bytes in Redis for each answer. */
async function measureAnswers(store, count) {
  await client.sendCommand(['FLUSHALL'])
  let asked = 0
  const transport = async () => Response.json(replyAbout(asked++))
  const server = createResourceServer(guardOptions({ transport, cache: { maxAgeSeconds: 3600, store, storeTimeoutMs: 5000 } }))
  const tokens = makeTokens(count, 300)
  const before = await usedByRedis()
  for (let at = 0; at < count; at += 100)
    await Promise.all(
      tokens.slice(at, at + 100).map(async (token) => assert.equal((await server.authorize(requestWith(token))).outcome, 'granted')),
    )
  while ((await client.sendCommand(['DBSIZE'])) < count) await new Promise((resolve) => setTimeout(resolve, 10))
  const bytes = ((await usedByRedis()) - before) / count
  await server.close()
  return Math.round(bytes)
}

/** The same of so many marks; and what an instance needs that starts with them. */
async function measureMarks(count) {
  await client.sendCommand(['FLUSHALL'])
  // Not heard by the fleet.
  const bus = redisRevocationBus(client, { subscriber, prefix: 'room:' })
  // What is loaded once.
  await publish(bus, 100)
  await startWith(bus)

  const before = await usedByRedis()
  const since = performance.now()
  await publish(bus, count)
  const perSecond = Math.round(count / ((performance.now() - since) / 1000))
  const inRedis = Math.round(((await usedByRedis()) - before) / count)
  return { count, perSecond, inRedis, ...(await startWith(bus, count)) }
}

async function publish(bus, count) {
  const eventTime = Math.floor(Date.now() / 1000)
  const subject = (number) => `248289761${String(number).padStart(8, '0')}`
  const chunk = 100
  for (let at = 0; at < count; at += chunk)
    await Promise.all(
      Array.from({ length: chunk }, (_, more) => bus.publish({ issuer: 'https://as.example', subject: subject(at + more), eventTime })),
    )
}

async function startWith(bus, count) {
  const options = guardOptions({ revocation: { bus, maxMarks: 1_000_000 } })
  const before = usedByUs()
  const since = performance.now()
  const server = createResourceServer(options)
  await server.ready()
  const readyMs = Math.round(performance.now() - since)
  const inMemory = Math.round((usedByUs() - before) / count)
  if (count !== undefined) assert.equal(server.stats().marks, count)
  await server.close()
  return { readyMs, inMemory }
}

const key = { id: 'a', key: new Uint8Array(32).fill(7) }
if (what === 'marks') process.send(await measureMarks(Number(amount)))
else {
  const plain = await measureAnswers(redisStore(client), Number(amount))
  process.send({ plain, encrypted: await measureAnswers(encryptedStore(redisStore(client), { keys: [key] }), Number(amount)) })
}
