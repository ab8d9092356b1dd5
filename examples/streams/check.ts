// A user signs in, opens a stream in each of four ways, and signs out: all four end within 100 ms of the word of it.
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createResourceServer, friendlyOAuth2, type ResourceServer } from '@oauth-introspect/core'
import { createDevServer } from '@oauth-introspect/dev-server'
import { WebSocket } from 'ws'
import { serveByExpress } from './on-express.js'
import { serveByHono } from './on-hono.js'
import { serveByKoa } from './on-koa.js'
import { serveWebSockets } from './on-websocket.js'

const users = ['ann', 'bob'].map((username) => ({ username, password: 'secret', roles: ['user'] }))
const servers = await Promise.all(Array.from({ length: 3 }, listen))
const [first, second, third] = servers.map(({ server }) => server)
const [expressAt = '', koaAt = '', honoAt = ''] = servers.map(({ origin }) => origin)

const devServer = await createDevServer({
  // It goes on calling the user's tokens active: what ends them is the word that the user has signed out.
  dialects: { friendly: { users, logoutEndsTokens: false, backchannelLogoutUris: { app: `${expressAt}/backchannel-logout` } } },
})
const friendly = devServer.dialect('friendly')
let heardAt = 0
const api: ResourceServer<unknown, false> = createResourceServer({
  ...friendlyOAuth2({ baseUrl: friendly.origin, clientId: 'app', clientSecret: 'app-secret' }),
  audience: null,
  cache: { maxAgeSeconds: 3600 },
  onEvent: ({ type, at }) => {
    if (type === 'revoked') heardAt = at
  },
  revocation: { transmitters: [{ issuer: friendly.origin, audience: 'app', jwksUri: `${friendly.origin}/oauth2/jwks.json` }] },
})
first?.on('request', serveByExpress(api))
second?.on('request', serveByKoa(api))
third?.on('request', serveByHono(api))
if (first !== undefined) serveWebSockets(first, api)

let failed = 0
function expect(what: string, holds: boolean, seen: unknown): void {
  if (!holds) failed++
  console.log(`streams: ${holds ? 'ok  ' : `FAIL ${String(seen)}`} ${what}`)
}

try {
  await api.ready()
  // The first logout fetches the keys that prove it, and loads what verifies: that is not what is measured.
  await signIn('bob')
  await friendly.logOut('bob')
  const token = await signIn('ann')
  const streams = [
    ['Express', await openEvents(`${expressAt}/stream`, token)],
    ['Koa', await openEvents(`${koaAt}/stream`, token)],
    ['Hono', await openEvents(`${honoAt}/stream`, token)],
    ['a WebSocket', await openWebSocket(expressAt, token)],
  ] as const
  expect('four streams are open, one question was asked', api.stats().signals === 4 && api.stats().calls === 1, api.stats().calls)

  await friendly.logOut('ann')
  for (const [name, { ended }] of streams) {
    const after = (await ended) - heardAt
    expect(`${name}: ended ${after} ms after it was heard that the user has signed out`, after <= 100, after)
  }
  expect('nothing is held on to', api.stats().signals === 0, api.stats().signals)
  expect('a new stream is refused', (await statusOf(`${koaAt}/stream`, token)) === 401, 'granted')
  expect('a new WebSocket is refused', (await upgradeStatusOf(expressAt, token)) === 401, 'granted')
} finally {
  for (const { server } of servers) server.close().closeAllConnections()
  await Promise.all([api.close(), devServer.close()])
}
console.log(`streams: ${8 - failed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1

async function listen(): Promise<{ server: Server; origin: string }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function signIn(username: string): Promise<string> {
  const parameters = new URLSearchParams({ grant_type: 'password', username, password: 'secret' })
  const headers = { authorization: `Basic ${btoa('app:app-secret')}` }
  const response = await fetch(`${friendly.tokenEndpoint}?${parameters}`, { method: 'POST', headers })
  return ((await response.json()) as { readonly access_token: string }).access_token
}

interface Stream {
  /** When it has ended. */
  readonly ended: Promise<number>
}

/** Opens a stream of events and waits for the first. */
async function openEvents(url: string, token: string): Promise<Stream> {
  const [incoming] = (await once(request(url, { agent: false, headers: bearer(token) }).end(), 'response')) as [IncomingMessage]
  if (incoming.statusCode !== 200) throw new Error(`${url}: ${String(incoming.statusCode)}`)
  await once(incoming, 'data')
  return { ended: once(incoming.resume(), 'end').then(() => Date.now()) }
}

async function openWebSocket(origin: string, token: string): Promise<Stream> {
  const socket = new WebSocket(origin, { headers: bearer(token) })
  await once(socket, 'message')
  return { ended: once(socket, 'close').then(() => Date.now()) }
}

async function statusOf(url: string, token: string): Promise<number> {
  return (await fetch(url, { headers: bearer(token) })).status
}

async function upgradeStatusOf(origin: string, token: string): Promise<number | undefined> {
  const socket = new WebSocket(origin, { headers: bearer(token) })
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  return response.statusCode
}

function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` }
}
