// What requests are answered while the authorization server is gone and when it is back. Half of the fleet may serve what is too old.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { clock } from './fleet-orders.mjs'
import { describePhases, playPhase } from './fleet-phases.mjs'
import { size } from './fleet-processes.mjs'

const known = 60
const maxAgeSeconds = 2

export const users = known + 1

const groups = [
  ['`staleIfErrorSeconds: 0`', (at) => at % 2 === 0],
  ['`staleIfErrorSeconds: 30`', (at) => at % 2 === 1],
]

export async function measureServerOutage(fleet) {
  const tokens = await fleet.issue(known)
  const [marked] = await fleet.issue(1)
  await fleet.configure((at) => ({ cache: { maxAgeSeconds, staleIfErrorSeconds: at % 2 === 0 ? 0 : 30 }, shared: true, timeoutMs: 10_000 }))
  const phase = (name, forMs, statuses, begin) => playPhase(fleet, tokens, { name, forMs, perSecond: 300, statuses, begin })
  const ask = () => Promise.all(fleet.instances.map((_, at) => fleet.send(at, marked.token)))

  await phase('warm', 2000)
  for (const { status } of await ask()) assert.equal(status, 200)
  const phases = [await phase('there', 3000)]
  for (const { status } of await ask()) assert.equal(status, 200)
  const gone = phase(`gone, first ${maxAgeSeconds} s`, maxAgeSeconds * 1000, [200, 503], fleet.killAuthorizationServer)
  assert.ok((await fleet.tell(0, { do: 'revoke', mark: { subject: marked.username } })).taken)
  await pause(200)
  for (const { status } of await ask()) assert.equal(status, 401, 'a revoked token was accepted')
  phases.push(await gone, await phase('gone, after that', 4000, [200, 503]))
  for (const { status } of await ask()) assert.notEqual(status, 200, 'a revoked token was served from an old answer')
  let returnedAt
  const restart = async () => {
    await fleet.restartAuthorizationServer()
    returnedAt = clock()
  }
  phases.push(await phase('back, first 7 s', 7000, [200, 503], restart))
  const recovered = groups.map(([, isOf]) => {
    const refused = phases.at(-1).answers.filter(({ at, status }) => isOf(at) && status === 503)
    return refused.length === 0 ? 0 : Math.max(...refused.map(({ arrived }) => arrived)) - returnedAt
  })
  phases.push(await phase('back, after that', 2000))
  const [without, withStale] = recovered.map((ms) => `${(ms / 1000).toFixed(1)} s`)
  const opened = phases.flatMap(({ figures }) => figures).reduce((sum, figure) => sum + figure.opened, 0)
  return {
    results: [],
    text: `### The authorization server killed, and back

${known} tokens, answers count for ${maxAgeSeconds} s, 300 requests a second over ${size} instances, half of each kind. No good token was ever answered 401, and one that was revoked meanwhile was accepted by no instance.

${describePhases(phases, groups, 'authorization server')}

* Circuits were opened ${opened} times by ${size} instances; while one is open, nothing is asked (\`breaker\`, 5 s by default).
* The last 503 came ${without} after the server was back, and ${withStale} with \`staleIfErrorSeconds\`.`,
  }
}
