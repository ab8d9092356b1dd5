// Calls per token and where answers come from, with a shared store and without; and how long an answer counts, wherever it is taken from.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { size } from './fleet-processes.mjs'
import { count, percentile, play, seeded, sessions, share, steady, table } from './fleet-traffic.mjs'

const maxAgeSeconds = 4
const maxAgeMs = maxAgeSeconds * 1000
const tokens = 100
const shape = { requests: 30, gapMs: 130, overMs: 4000 }
const watched = 12
// What is judged is told a moment later, and each of the two may take the processor away from the other.
const toleratedMs = 50

export const users = 8 * tokens + watched

export async function measureSharing(fleet) {
  const rows = []
  let oldest = 0
  let answered = 0
  const ratios = {}
  for (const [instances, gaps] of [
    ...[4, 8].filter((less) => less < size).map((less) => [less, 'even']),
    [size, 'even'],
    [size, 'random'],
  ]) {
    const calls = {}
    for (const shared of [false, true]) {
      const run = await runSessions(fleet, { instances, gaps, shared })
      calls[shared] = run.calls
      oldest = Math.max(oldest, run.oldest)
      answered += run.answers.length
      rows.push(describe(run, { instances, gaps, shared }))
    }
    ratios[`${instances} ${gaps}`] = calls[false] / calls[true]
    rows.at(-2).push('')
    rows.at(-1).push(ratios[`${instances} ${gaps}`].toFixed(1))
  }
  const ends = await measureEnds(fleet)
  const heads = [
    'instances',
    'requests of a session',
    'store',
    'calls',
    'per token',
    'memory',
    'shared',
    'asked',
    'joined',
    'store too late',
    'oldest, ms',
    'fewer calls',
  ]
  return {
    results: [
      {
        ...one(ratios[`${size} even`]),
        what: `fleet of ${size}, sessions: calls without a store, of those with one`,
        unit: 'x',
        ...(size < 16 ? {} : { goal: { least: 10 } }),
      },
      {
        ...one(Math.max(...ends) / maxAgeMs),
        what: 'fleet: a token that ended unsaid was accepted for, of the maximum age',
        unit: '',
        goal: { most: 1 },
      },
    ],
    text: `### Sharing

${tokens} sessions of ${shape.requests} requests, ${shape.gapMs} ms apart (evenly; or at random, ${shape.gapMs} ms on average), each request at any instance; answers count for ${maxAgeSeconds} s. ${answered} requests, all granted.

${table(heads, rows)}

${watched} tokens, each in use 40 times a second, ended at the authorization server without anybody being told: accepted for ${(percentile(ends, 0.5) / 1000).toFixed(2)} s (median), ${(Math.max(...ends) / 1000).toFixed(2)} s at most; the maximum age is ${maxAgeSeconds} s.`,
  }
}

async function runSessions(fleet, { instances, gaps, shared }) {
  const issued = await fleet.issue(tokens)
  await fleet.configure(() => ({ cache: { maxAgeSeconds }, shared, timeoutMs: 10_000 }))
  const before = await fleet.tellServer({ do: 'asked' })
  const answers = await play(sessions(issued, { ...shape, instances, gaps }), fleet)
  const figures = await fleet.figures(instances)
  const calls = (await fleet.tellServer({ do: 'asked' })) - before
  const told = figures.reduce((sum, figure) => sum + figure.calls, 0)
  const failed = figures.reduce((sum, figure) => sum + figure.failedCalls, 0)
  assert.ok(
    calls <= told && calls >= told - failed,
    `the instances tell of ${told} calls, ${failed} of them failed; the server of ${calls}`,
  )
  for (const { status } of answers)
    assert.equal(status, 200, `${instances} instances, ${gaps}, ${shared ? 'Redis' : 'no store'}: a good token was answered ${status}`)
  const remembered = answers.filter(({ source }) => ['memory', 'store'].includes(source))
  const oldest = Math.max(...remembered.map(({ ageMs }) => ageMs))
  assert.ok(oldest <= maxAgeMs + toleratedMs, `an answer of ${oldest} ms counted`)
  const late = figures.reduce((sum, figure) => sum + figure.storeFailures, 0)
  return { answers, calls, oldest, late }
}

function describe({ answers, calls, oldest, late }, { instances, gaps, shared }) {
  const from = (source) =>
    share(
      count(answers, (answer) => answer.source === source),
      answers.length,
    )
  return [
    ...[instances, gaps === 'even' ? 'evenly' : 'at random', shared ? 'Redis' : 'none', calls, (calls / tokens).toFixed(2)],
    ...[from('memory'), from('store'), from('asked'), from('joined'), late, oldest],
  ]
}

/** Milliseconds for which tokens are still accepted that have ended at the authorization server, which tells nobody. */
async function measureEnds(fleet) {
  const issued = await fleet.issue(watched)
  await fleet.configure(() => ({ cache: { maxAgeSeconds }, shared: true, timeoutMs: 10_000 }))
  const playing = play(steady(issued, { instances: size, perSecond: watched * 40, forMs: 7500 }), fleet)
  const random = seeded(2)
  const ended = await Promise.all(
    issued.map(async ({ token }) => {
      await pause(1000 + random() * 1500)
      const { at } = await fleet.tellServer({ do: 'revoke', token })
      return [token, at]
    }),
  )
  const endedAt = new Map(ended)
  const accepted = new Map()
  for (const { token, status, sent } of await playing) {
    assert.ok([200, 401].includes(status), `a token was answered ${status}`)
    if (status === 200) accepted.set(token, Math.max(accepted.get(token) ?? 0, sent))
  }
  return [...accepted].map(([token, at]) => {
    const ms = at - endedAt.get(token)
    assert.ok(ms <= maxAgeMs + toleratedMs, `a token was accepted ${ms} ms after its end`)
    return ms
  })
}

function one(value) {
  return { median: value, q1: value, q3: value, samples: 1 }
}
