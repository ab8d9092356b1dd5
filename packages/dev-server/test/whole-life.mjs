// A script that uses all of a development server with a connection kept alive, closes it, and then has nothing left to do.
import { Agent, request } from 'node:http'
import { createDevServer } from '../src/index.ts'

const server = await createDevServer({ audience: 'urn:x:y' })
const agent = new Agent({ keepAlive: true })
const ask = (url, { body, headers } = {}) =>
  new Promise((resolve, reject) => {
    const asking = request(url, { agent, method: body === undefined ? 'GET' : 'POST', headers }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode))
    })
    asking.on('error', reject)
    asking.end(body)
  })
const form = {
  'content-type': 'application/x-www-form-urlencoded',
  origin: 'http://localhost:3000',
  authorization: `Basic ${btoa('app:app-secret')}`,
}
const token = await server.issueToken({ resource: 'https://api.example/' })
const statuses = [
  await ask(server.jwksUri),
  await ask(`${server.issuer}/.well-known/openid-configuration`),
  await ask(`${server.issuer}/auth?client_id=app`, { headers: { accept: 'text/html' } }),
  await ask(server.introspectionEndpoint, { body: `token=${token}`, headers: form }),
  await ask(server.introspectionEndpoint, { body: '', headers: form }),
  await ask(server.introspectionEndpoint, { body: '', headers: { accept: 'text/html' } }),
  await ask(server.introspectionEndpoint, { body: 'x', headers: { ...form, 'content-type': 'text/plain' } }),
  await ask(server.revocationEndpoint, { body: `token=${token}`, headers: form }),
  await ask(server.tokenEndpoint, { body: 'grant_type=nonsense', headers: form }),
]
await server.close()
if (statuses.join() !== '200,200,404,200,400,400,400,200,400') process.exitCode = 9
