/**
 * Runs a row on an adapter and judges all of it.
 *
 * @module
 */
import { inspect } from 'node:util'
import type { AdapterUnderTest } from '../adapter-suite/bench.ts'
import { judgeAfterwards } from './afterwards.ts'
import { type CanonicalAnswer, canonicalAnswer } from './answers.ts'
import { makeClient } from './client.ts'
import { exchange } from './exchange.ts'
import { judge, lastOf, tooSlow } from './expectations.ts'
import { shortFlood } from './flood.ts'
import { judgeInvariants } from './invariants.ts'
import { startMeasuring } from './measure.ts'
import { judgeMustNot } from './must-not.ts'
import type { Observed } from './observed.ts'
import type { Expected, Members, Row } from './row.ts'
import { deadlineMs, type Situation, setUp } from './situation.ts'
import { isPrototypeClean, outerProcess, type Watched } from './watched.ts'

/** How rows are run. */
export interface Running {
  readonly adapter: AdapterUnderTest
  readonly watched: Watched
  readonly variant: number
  /** Floods in their whole length. */
  readonly whole: boolean
}

/** What came of a row. */
export interface Verdict {
  readonly problems: readonly string[]
  readonly answer?: CanonicalAnswer
}

const isMeasured = (problem: string): boolean =>
  problem.startsWith(tooSlow) || /^must not: (?:event_loop_blocked|memory_over)/.test(problem)

/** Runs a row. What is measured counts if it is so every time: the machine can make it worse, but not better. */
export async function runRow(row: Row, running: Running): Promise<Verdict> {
  const first = await runOnce(row, running, false)
  let measured = first.problems.filter(isMeasured)
  for (let at = 1; at < 4 && measured.length > 0; at++) {
    const { problems } = await runOnce(row, running, at > 1)
    measured = measured.filter((problem) => problems.some((again) => isMeasured(again) && again.slice(0, 20) === problem.slice(0, 20)))
  }
  return { ...first, problems: [...first.problems.filter((problem) => !isMeasured(problem)), ...measured] }
}

async function runOnce(row: Row, running: Running, live: boolean): Promise<Verdict> {
  const { env } = outerProcess
  const name = 'NODE_TLS_REJECT_UNAUTHORIZED'
  const kept = env[name]
  if (row.what.includes(`${name}=0`)) env[name] = '0'
  running.watched.forget()
  let situation: Situation | undefined
  try {
    situation = await setUp(row, running.adapter, { variant: running.variant, options: shortened(row, running.whole) })
    if (row.expected.kind === 'config_error') return { problems: ['the creation of the middleware did not throw'] }
    return await act(situation, running, live)
  } catch (error) {
    if (row.expected.kind !== 'config_error' || situation !== undefined) throw error
    return { problems: judgeCreation(row, error), answer: { refusedAtCreation: true } }
  } finally {
    if (kept === undefined) Reflect.deleteProperty(env, name)
    else env[name] = kept
    await situation?.close()
  }
}

// A short flood goes over the bound of a short memory.
function shortened({ request: { kind, n = 1 } }: Row, whole: boolean): Members {
  return kind === 'burst' && n > 1000 && !whole ? { cache: { inactiveMaxEntries: shortFlood.entries } } : {}
}

async function act(situation: Situation, { watched, whole }: Running, live: boolean): Promise<Verdict> {
  const expected = expectedOf(situation)
  const client = await makeClient(situation)
  const bounded = expected.must_not?.some((entry) => /^(?:event_loop|memory)/.test(entry)) === true
  const stop = bounded ? startMeasuring(live) : undefined
  const { answers, before, after, problems } = await exchange(situation, client, whole)
  const { blockedMs, grownBytes } = stop?.() ?? { blockedMs: 0, grownBytes: 0 }
  const { row, protection, events, served, shown, store, token, clientSecret } = situation
  const happened = {
    ...{ row, expected, answers },
    calls: situation.calls().slice(before.calls, after.calls),
    handled: situation.handled.slice(before.handled, after.handled),
  }
  const observed = (): Observed => ({
    ...{ happened, token, clientSecret, protection, events, shown, store, blockedMs, grownBytes },
    ...{ calls: situation.calls(), strays: situation.strays(), elsewhere: situation.elsewhere.calls },
    ...{ errors: served.errors, output: [...watched.output], lookups: [...watched.lookups], prototypeClean: isPrototypeClean() },
  })
  const seen = observed()
  const answer = canonicalAnswer(seen)
  const found = [...problems, ...judge(happened), ...judgeMustNot(seen)]
  found.push(...(await judgeAfterwards(situation, client, expected, lastOf(happened).status)))
  return { problems: [...found, ...judgeInvariants(observed())], answer }
}

/** What the row expects, where it depends on how it is run. */
function expectedOf({ row: { expected, as, request }, clientSecret }: Situation): Expected {
  const { max_ms: most, upstream_form: form, must_not: mustNot = [] } = expected
  const waits = most !== undefined && most > 2000 && as.kind !== 'gzip_bomb'
  return {
    ...expected,
    // The deadline is shorter than the default, of 2000 ms, that the row allows for.
    ...(waits ? { max_ms: most - 2000 + deadlineMs } : {}),
    ...(form?.['client_secret'] === 'SECRET' ? { upstream_form: { ...form, client_secret: clientSecret } } : {}),
    // Of a flood the runner itself remembers every request; its bound shows in what is no longer remembered.
    must_not: mustNot.filter((entry) => !(entry.startsWith('memory_over') && (request.n ?? 1) > 1000)),
  }
}

function judgeCreation({ request: { options = {} } }: Row, error: unknown): readonly string[] {
  if (!(error instanceof TypeError)) return [`the creation threw ${inspect(error)}`]
  const unnamed = Object.keys(options).filter((name) => !error.message.includes(name))
  return [
    ...unnamed.map((name) => `the error does not name "${name}"`),
    ...(inspect(error, { depth: 9 }).includes('SECRET-') ? ['the client secret is in the error'] : []),
  ]
}
