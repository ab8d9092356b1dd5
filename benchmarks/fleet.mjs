// A fleet on one machine: instances as processes of their own, one Redis, the development server. What it must not do, such as accept a token
// that it has refused, ends the measurement.
import { cpus } from 'node:os'
import { measureRoom } from './fleet-memory.mjs'
import { size, startFleet } from './fleet-processes.mjs'
import * as redisOutage from './fleet-redis-outage.mjs'
import * as revocation from './fleet-revocation.mjs'
import * as serverOutage from './fleet-server-outage.mjs'
import * as sharing from './fleet-sharing.mjs'

export async function measure() {
  const since = performance.now()
  const fleet = await startFleet([sharing, revocation, redisOutage, serverOutage].reduce((sum, { users }) => sum + users, 0))
  try {
    const parts = [
      await sharing.measureSharing(fleet),
      await revocation.measureRevocation(fleet),
      await redisOutage.measureRedisOutage(fleet),
      await serverOutage.measureServerOutage(fleet),
      await measureRoom(fleet),
    ]
    const seconds = Math.round((performance.now() - since) / 1000)
    const [{ model }] = cpus()
    const machine = `${size} instances (Express), Node ${process.versions.node}, ${cpus().length} cores (${model.trim()}), Redis ${await redisVersion(fleet)}, ${seconds} s in all.`
    return { results: parts.flatMap(({ results }) => results), text: [machine, ...parts.map(({ text }) => text)].join('\n\n') }
  } finally {
    await fleet.stop()
  }
}

async function redisVersion(fleet) {
  return /redis_version:(\S+)/.exec(await fleet.command('INFO', 'server'))?.[1]
}
