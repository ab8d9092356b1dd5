// A thousand requests at once with one token that nobody knows: one call, also when it fails, and nobody waits much longer than for that call.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createResourceServer } from '@oauth-introspect/core'
import { frameworks, guard } from './applications.mjs'
import { start } from './child.mjs'
import { quartiles } from './measure.mjs'
import { guardOptions } from './tokens.mjs'

const herd = 1000
const delayMs = 200
// A failure is shared by those who wait for it, and not kept: all thousand must have come before it does.
const failingAfterMs = 1500

export async function measure() {
  const as = await start('./authorization-server.mjs', 1)
  const load = await start('./load.mjs', 1, herd, 1, 300)
  const rounds = Number(process.env.ROUNDS ?? 7)
  const [calls, callsFailing, extra] = [[], [], []]
  for (let round = 0; round < rounds; round++) {
    const failing = await stampede(as, load, { status: 503, delayMs: failingAfterMs })
    callsFailing.push(failing.calls)
    const good = await stampede(as, load, { status: 200, delayMs })
    calls.push(good.calls)
    extra.push(good.p99 - delayMs - good.warmP99)
  }
  load.stop()
  as.stop()
  const exactly = { least: 1, most: 1 }
  return [
    { what: 'herd of 1,000: calls', unit: '', ...quartiles(calls), goal: exactly },
    { what: 'herd of 1,000, call fails: calls', unit: '', ...quartiles(callsFailing), goal: exactly },
    {
      what: `herd of 1,000: p99 beyond the server's ${delayMs} ms and the p99 of remembered answers`,
      unit: 'ms',
      ...quartiles(extra),
      goal: { most: 0 },
    },
  ]
}

/** The requests of a herd, with a server that knows nothing yet; and the same once more, when the answer is remembered. */
async function stampede(as, load, { status, delayMs: after }) {
  const introspectionEndpoint = `http://127.0.0.1:${as.ready.port}/introspect`
  const resourceServer = createResourceServer(guardOptions({ introspectionEndpoint, retries: 0 }))
  const server = createServer(frameworks.express(guard.express(resourceServer)))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await as.ask({ delayMs: after, status })
  const cold = await load.ask({ port, amount: herd, expected: status })
  assert.equal(cold.error, undefined)
  const { calls } = await as.ask({})
  const warm = status === 200 ? await load.ask({ port, amount: herd }) : cold
  await new Promise((resolve) => server.close(resolve))
  await resourceServer.close()
  return { calls, p99: percentile(cold.latencies), warmP99: percentile(warm.latencies) }
}

function percentile(latencies) {
  return latencies.sort((one, other) => one - other)[Math.floor(latencies.length * 0.99)]
}
