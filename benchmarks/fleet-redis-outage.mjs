// What requests are answered while Redis is gone and when it is back, and that no revocation is lost. Half of the fleet has
// `onBusLost: 'ask'`, half `'continue'`.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { clock } from './fleet-orders.mjs'
import { describePhases, playPhase } from './fleet-phases.mjs'
import { size } from './fleet-processes.mjs'
import { percentile } from './fleet-traffic.mjs'

const known = 60
const awayMs = 4000

export const users = known + 3

const groups = [
  ["`onBusLost: 'ask'`", (at) => at % 2 === 0],
  ["`onBusLost: 'continue'`", (at) => at % 2 === 1],
]
const settingsOf = (at) => ({
  cache: { maxAgeSeconds: 60 },
  shared: true,
  timeoutMs: 10_000,
  onBusLost: at % 2 === 0 ? 'ask' : 'continue',
})

export async function measureRedisOutage(fleet) {
  const tokens = await fleet.issue(known)
  const [before, during, cut] = await fleet.issue(3)
  await fleet.configure(settingsOf)
  const phase = (name, forMs, more = {}) => playPhase(fleet, tokens, { name, forMs, perSecond: 300, ...more })
  const statuses = async ({ token }) =>
    (await Promise.all(fleet.instances.map((_, at) => fleet.send(at, token)))).map(({ status }) => status)
  const all = (status) => fleet.instances.map(() => status)

  await phase('warm', 1500)
  for (const one of [before, during, cut]) assert.deepEqual(await statuses(one), all(200))
  assert.ok((await revoke(fleet, before)).taken)
  await pause(500)
  assert.deepEqual(await statuses(before), all(401))
  const phases = [await phase('there', 3000)]

  let killedAt
  const kill = () => {
    killedAt = clock()
    return fleet.redis.kill()
  }
  const away = phase('gone', awayMs, { begin: kill })
  await pause(awayMs / 2)
  const rejected = await revoke(fleet, during)
  assert.equal(rejected.taken, false, 'a revocation was acknowledged without Redis')
  assert.equal((await fleet.send(0, during.token)).status, 401, 'a revocation is not in force where it was said')
  assert.deepEqual(await statuses(before), all(401), 'a revocation was forgotten')
  phases.push(await away)

  let returnedAt
  const restart = async () => {
    await fleet.redis.start()
    returnedAt = clock()
  }
  const back = phase('back, first 4 s', 4000, { begin: restart })
  const again = await untilTaken(fleet, during)
  await untilRefused(fleet, during)
  const refusedAt = clock()
  phases.push(await back, await phase('back, after that', 2000))
  assert.deepEqual(await statuses(before), all(401), 'a revocation was forgotten')
  const lost = phases.flatMap(({ figures }) => figures.map((figure) => figure.lost[0])).filter((at) => at !== undefined)
  assert.equal(lost.length, size, 'not every instance has noticed the loss')
  const restored = phases.flatMap(({ figures }) => figures.map((figure) => figure.restored.at(-1))).filter((at) => at !== undefined)
  assert.equal(restored.length, size, 'not every instance hears the bus again')

  // A mark that is made while the others are cut off: they learn of it when they hear again.
  const cutAt = clock()
  await fleet.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
  assert.ok((await revoke(fleet, cut)).taken)
  await untilRefused(fleet, cut)
  const learnedMs = clock() - cutAt
  // One that starts now has it from Redis, which was killed since.
  const late = await fleet.addInstance(settingsOf(0))
  for (const { token } of [before, during, cut])
    assert.equal((await fleet.send(late, token)).status, 401, 'a revocation was lost with Redis')
  await fleet.instances.pop().kill()

  const ms = (values) => `${percentile(values, 0.5).toFixed(0)} ms (median), ${Math.max(...values).toFixed(0)} ms at most`
  return {
    results: [],
    text: `### Redis killed, and back after ${awayMs / 1000} s

${known} tokens, answers count for 60 s, 300 requests a second over ${size} instances, half of each kind. No answer was anything but 200.

${describePhases(phases, groups, 'Redis')}

* The loss was noticed after ${ms(lost.map((at) => at - killedAt))}.
* A revocation meanwhile was rejected after ${(rejected.until - rejected.since).toFixed(0)} ms, and in force on the instance where it was said. Said again until it was taken, it was taken ${(again - returnedAt).toFixed(0)} ms after Redis was back, and the token was refused everywhere after ${(refusedAt - returnedAt).toFixed(0)} ms.
* The bus was heard again after ${ms(restored.map((at) => at - returnedAt))}; connections are made anew by the Redis client, whose pauses grow with the time that Redis is away.
* What had been revoked before stayed refused all the time, and was refused by an instance that started afterwards.
* With nothing but the subscriptions cut off, and a token revoked at that moment, all instances refused it ${learnedMs.toFixed(0)} ms later.`,
  }
}

const revoke = (fleet, { username }) => fleet.tell(0, { do: 'revoke', mark: { subject: username } })

/** Says it again until it is taken, as whoever sends signals does; gives the time. */
async function untilTaken(fleet, one) {
  for (const until = clock() + 15_000; clock() < until; await pause(50)) {
    const { taken, until: at } = await revoke(fleet, one)
    if (taken) return at
  }
  throw new Error('a revocation was not taken, although Redis is back')
}

async function untilRefused(fleet, { token }) {
  await Promise.all(
    fleet.instances.map(async (_, at) => {
      for (const until = clock() + 15_000; (await fleet.send(at, token)).status !== 401; await pause(5))
        assert.ok(clock() < until, 'a revocation was missed')
      assert.equal((await fleet.send(at, token)).status, 401, 'a token was refused, then accepted')
    }),
  )
}
