// `npm start`: a development authorization server and one guarded API for each framework, with lines to copy, until Ctrl-C.
import type { Server } from 'node:http'
import { createResourceServer, type ResourceServer } from '@oauth-introspect/core'
import { createDevServer, type DevServer } from '@oauth-introspect/dev-server'
import { expressApi, honoApi, koaApi } from './apis.ts'
import { describe } from './decisions.ts'
import { isFree, listenNear } from './ports.ts'

const audience = 'http://127.0.0.1/orders'
const closers: (() => Promise<unknown>)[] = []

const say = (line: string): void => {
  console.log(line)
}

async function startAuthorizationServer(): Promise<DevServer> {
  const port = 4444
  const free = await isFree(port)
  const authorizationServer = await createDevServer({ port: free ? port : 0, audience })
  if (!free) say(`port ${port} is in use: the authorization server has another one`)
  closers.push(() => authorizationServer.close())
  return authorizationServer
}

async function startApi(
  name: string,
  port: number,
  build: (guarded: ResourceServer<unknown, false>) => Server,
  authorizationServer: DevServer,
): Promise<string> {
  const guarded = createResourceServer({
    introspectionEndpoint: authorizationServer.introspectionEndpoint,
    issuer: authorizationServer.issuer,
    clientId: 'api',
    clientSecret: 'api-secret',
    audience,
    onEvent(event) {
      const line = describe(name, event)
      if (line !== undefined) say(line)
    },
  })
  const server = build(guarded)
  const given = await listenNear(server, port)
  if (given !== port) say(`port ${port} is in use: ${name} has another one`)
  closers.push(() => guarded.close())
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  )
  return `http://127.0.0.1:${given}`
}

async function stop(): Promise<void> {
  say('\nstopping')
  await Promise.all(closers.map((close) => close()))
}

const authorizationServer = await startAuthorizationServer()
const apis = [
  ['express', await startApi('express', 3001, expressApi, authorizationServer)],
  ['koa', await startApi('koa', 3002, koaApi, authorizationServer)],
  ['hono', await startApi('hono', 3003, honoApi, authorizationServer)],
] as const
const token = await authorizationServer.issueToken({ clientId: 'app', scope: 'read' })

const [[, first]] = apis
const bearer = `-H 'Authorization: Bearer ${token}'`

say(`
authorization server  ${authorizationServer.issuer}  (for development only)
${apis.map(([name, origin]) => `${name.padEnd(21)} ${origin}`).join('\n')}

Copy lines into another terminal. The token has the scope "read" and is good for an hour.

A good token, in each framework: 200
${apis.map(([, origin]) => `  curl -i ${bearer} ${origin}/`).join('\n')}
No token, and one that nobody issued: 401
  curl -i ${first}/
  curl -i -H 'Authorization: Bearer nobody-issued-this' ${first}/
Too little scope: 403
  curl -i ${bearer} ${first}/write
Revoked: an answer is remembered for a minute at most, so 200; a route that asks each time says 401
  curl -u app:app-secret -d token=${token} ${authorizationServer.revocationEndpoint}
  curl -i ${bearer} ${first}/
  curl -i ${bearer} ${first}/fresh
A token with more scope
  curl -u app:app-secret -d grant_type=client_credentials -d 'scope=read write' ${authorizationServer.tokenEndpoint}

Each request shows below as it is decided. Ctrl-C stops.
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void stop()
  })
}
