// An outage in phases: the same traffic in each, and what became of it.
import assert from 'node:assert/strict'
import { size } from './fleet-processes.mjs'
import { count, percentile, play, share, steady, table } from './fleet-traffic.mjs'

let seed = 10

/**
 * Sends for so long, and gives the answers and what the instances tell. A good token is never said to be bad. `begin` is what makes the phase.
 */
export async function playPhase(fleet, tokens, { name, forMs, perSecond, statuses = [200], begin }) {
  await fleet.figures(size)
  await begin?.()
  const answers = await play(steady(tokens, { instances: size, perSecond, forMs, seed: seed++ }), fleet)
  for (const { status } of answers) assert.ok(statuses.includes(status), `${name}: a good token was answered ${status}`)
  return { name, forMs, answers, figures: await fleet.figures(size) }
}

/** A row for each phase and group. */
export function describePhases(phases, groups, what) {
  const rows = groups.flatMap(([group, isOf]) =>
    phases.map(({ name, forMs, answers, figures }) => {
      const own = answers.filter(({ at }) => isOf(at))
      const from = (...sources) =>
        share(
          count(own, ({ source }) => sources.includes(source)),
          own.length,
        )
      const calls = figures.reduce((sum, figure, at) => sum + (isOf(at) ? figure.calls : 0), 0)
      const ms = own.map((answer) => answer.ms)
      return [
        ...[group, name, own.length, count(own, ({ status }) => status === 200), count(own, ({ status }) => status === 503)],
        ...[from('memory'), from('store'), from('asked', 'joined'), from('stale')],
        ...[(calls / (forMs / 1000)).toFixed(1), `${percentile(ms, 0.5).toFixed(1)} / ${percentile(ms, 0.99).toFixed(1)}`],
      ]
    }),
  )
  const heads = ['', what, 'requests', '200', '503', 'memory', 'shared', 'asked', 'stale', 'calls/s', 'p50 / p99, ms']
  return table(heads, rows)
}
