/** One instance of a fleet, as a process: tells its port on the standard output. Bundled by fleet.test.ts, and run there. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createResourceServer, nodeRequest, redisRevocationBus, writeRefusal } from '@oauth-introspect/core'
import { createSignalReceiver, writeHeaders } from '@oauth-introspect/core/adapter'
import { createClient } from '@redis/client'

const { REDIS: path = '', AS: origin = '' } = process.env
const client = createClient({ socket: { path, tls: false } })
const subscriber = client.duplicate()
await Promise.all([client.connect(), subscriber.connect()])

const server = createResourceServer({
  ...{ introspectionEndpoint: `${origin}/introspect`, clientId: 'rs-client', clientSecret: 'secret', audience: null },
  cache: { maxAgeSeconds: 600 },
  revocation: {
    transmitters: [{ issuer: 'https://as.example', audience: 'https://api.example', jwksUri: `${origin}/jwks` }],
    bus: redisRevocationBus(client, { subscriber }),
  },
})
await server.ready()
const receive = createSignalReceiver(server)

const listening = createServer((request, response) => {
  void (async () => {
    const resourceRequest = nodeRequest(request)
    const answer = await receive(resourceRequest)
    if (answer !== undefined) {
      response.statusCode = answer.status
      writeHeaders(answer.headers, response)
      response.end(answer.content)
      return
    }
    const outcome = await server.authorize(resourceRequest)
    if (outcome.outcome === 'refused') writeRefusal(outcome, response)
    else response.end('granted')
  })()
}).listen(0, '127.0.0.1', () => {
  console.log((listening.address() as AddressInfo).port)
})
