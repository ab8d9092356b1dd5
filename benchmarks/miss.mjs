// A miss: what a question costs the process that asks, sixty-four at once, with all that is done about the answer, against bare HTTP clients and
// clients of OAuth. One connection pool of sixteen for each.
import assert from 'node:assert/strict'
import { createResourceServer } from '@oauth-introspect/core'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { Pool } from 'undici'
import { start } from './child.mjs'
import { compare, quartiles, ratio } from './measure.mjs'
import { guardOptions, makeTokens } from './tokens.mjs'

const atOnce = 64
const pool = makeTokens(64, 240)
let serial = 0

/** A token that nobody has seen, of 300 characters. */
const unknown = () => `good-${String(++serial).padStart(55, '0')}${pool[serial % pool.length]}`

/** Does so many operations, sixty-four at a time. */
function together(operation) {
  return async (operations) => {
    let left = operations
    const work = async () => {
      while (left-- > 0) await operation(unknown())
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  }
}

export async function measure() {
  const as = await start('./authorization-server.mjs', 1)
  const origin = `http://127.0.0.1:${as.ready.port}`
  const credentials = `Basic ${Buffer.from('rs:secret').toString('base64')}`
  const resourceServer = createResourceServer(
    guardOptions({ introspectionEndpoint: `${origin}/introspect`, cache: { maxEntries: 10_000 } }),
  )
  const raw = new Pool(origin, { connections: 16 })
  const metadata = { issuer: origin, introspection_endpoint: `${origin}/introspect` }
  const client = { client_id: 'rs' }
  const configuration = new openid.Configuration(metadata, 'rs', 'secret')
  openid.allowInsecureRequests(configuration)
  const headers = { authorization: credentials, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
  const basic = oauth.ClientSecretBasic('secret')

  const operations = {
    ours: async (token) => {
      const request = {
        method: 'GET',
        url: '/',
        header: (name) => (name === 'authorization' ? [`Bearer ${token}`] : []),
        native: undefined,
      }
      return (await resourceServer.authorize(request)).outcome === 'granted'
    },
    'Pool.request': async (token) => {
      const { statusCode, body } = await raw.request({ method: 'POST', path: '/introspect', headers, body: `token=${token}` })
      return statusCode === 200 && (await body.json()).active
    },
    'openid-client': async (token) => (await openid.tokenIntrospection(configuration, token)).active,
    oauth4webapi: async (token) => {
      const reply = await oauth.introspectionRequest(metadata, client, basic, token, { [oauth.allowInsecureRequests]: true })
      return (await oauth.processIntrospectionResponse(metadata, client, reply)).active
    },
  }
  for (const [name, operation] of Object.entries(operations)) {
    assert.equal(await operation(unknown()), true, name)
    assert.equal(await operation(`bad-${unknown()}`), false, name)
  }
  const contenders = Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, together(operation)]))
  await as.ask({})
  const figures = await compare(contenders, { rounds: Number(process.env.ROUNDS ?? 25), operations: 1000 })
  const { calls } = await as.ask({})
  await Promise.all([resourceServer.close(), raw.close()])
  as.stop()
  assert.equal(calls, 4 * 1000 * (Number(process.env.ROUNDS ?? 25) + 3), 'every operation has been one call')
  const times = (name, least20, least24) => ({
    what: `miss: ${name}, times what ours costs`,
    unit: '×',
    ...ratio(figures, name, 'ours'),
    goal: { least: Number(process.versions.node.split('.')[0]) < 24 ? least20 : least24 },
  })
  return [
    { what: 'miss: ours, CPU per question', unit: 'µs', ...quartiles(figures.ours) },
    { what: 'miss: ours, share of undici Pool.request', unit: '×', ...ratio(figures, 'ours', 'Pool.request'), goal: { most: 1 } },
    times('openid-client', 9, 6),
    times('oauth4webapi', 9, 6),
  ]
}
