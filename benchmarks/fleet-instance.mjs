// Program: one instance of a fleet. It answers with the place that the answer about the token came from, and keeps count for whoever asks.
import { createServer } from 'node:http'
import { createResourceServer, encryptedStore, friendlyOAuth2, redisRevocationBus, redisStore } from '@oauth-introspect/core'
import { introspect, securityEvents } from '@oauth-introspect/express'
import { createClient } from '@redis/client'
import express from 'express'
import { clock, obey } from './fleet-orders.mjs'

const [redis] = process.argv.slice(2)
const client = createClient({ url: redis })
const subscriber = client.duplicate()
for (const connection of [client, subscriber]) connection.on('error', () => undefined)
await Promise.all([client.connect(), subscriber.connect()])
const store = encryptedStore(redisStore(client), { keys: [{ id: 'a', key: new Uint8Array(32).fill(7) }] })

let server
let [receive, guard] = []
let figures = {}

const orders = {
  /** Begins anew, knowing nothing. */
  async configure({ origin, cache, shared, transmitter, onBusLost = 'ask', timeoutMs = 2000 }) {
    await server?.close()
    orders.figures()
    const transmitters = [
      { issuer: origin, audience: 'https://api.example', jwksUri: `${origin}/oauth2/jwks.json` },
      ...(transmitter === undefined ? [] : [transmitter]),
    ]
    server = createResourceServer({
      ...friendlyOAuth2({ baseUrl: origin, clientId: 'api', clientSecret: 'api-secret' }),
      audience: null,
      requiredScopes: 'read',
      timeoutMs,
      cache: shared ? { ...cache, store } : cache,
      ...(shared ? { revocation: { transmitters, onBusLost, bus: watched(redisRevocationBus(client, { subscriber })) } } : {}),
      onEvent: note,
    })
    receive = shared ? securityEvents(server, { events: '/events', logout: '/backchannel-logout' }) : (_req, _res, next) => next()
    guard = introspect(server)
    await server.ready()
  },
  /** What happened since this was asked last. */
  figures() {
    const last = { ...figures, ...server?.stats(), calls: figures.calls, failedCalls: figures.failedCalls, rss: process.memoryUsage.rss() }
    figures = { calls: 0, failedCalls: 0, lost: [], restored: [], opened: 0, marks: 0 }
    return last
  },
  async revoke({ mark }) {
    const since = clock()
    const taken = await server.revoke(mark).then(
      () => true,
      () => false,
    )
    return { since, until: clock(), taken }
  },
}

function note(event) {
  if (event.type === 'granted') event.request.native.answer = event
  else if (event.type === 'introspected') {
    figures.calls++
    if (event.status !== 200) figures.failedCalls++
  } else if (event.type === 'breaker' && event.state === 'open') figures.opened++
  else if (event.type === 'revoked') figures.marks++
}

/** The bus, and when it could be heard. */
function watched(bus) {
  return {
    publish: bus.publish,
    subscribe: ({ onMark, onLost, onRestored }) =>
      bus.subscribe({
        onMark,
        onLost() {
          figures.lost.push(clock())
          onLost()
        },
        onRestored() {
          figures.restored.push(clock())
          onRestored()
        },
      }),
  }
}

const app = express().disable('x-powered-by').disable('etag')
app.use((req, res, next) => receive(req, res, next))
app.use((req, res, next) => guard(req, res, next))
app.get('/stream', (req, res) => {
  res.writeHead(200).write('.')
  req.auth.signal.addEventListener('abort', () => res.end())
})
app.get('/', (req, res) => {
  const { source, ageMs } = req.answer
  res.set({ 'x-source': source, 'x-age': String(ageMs) }).end()
})

obey(orders)
// Longer than anybody is silent here: a connection that ends as it is used again would be a fault of the measurement.
const listening = createServer({ keepAliveTimeout: 600_000 }, app).listen(0, '127.0.0.1', () =>
  process.send({ port: listening.address().port }),
)
