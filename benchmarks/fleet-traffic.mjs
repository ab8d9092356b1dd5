// Traffic that is the same in every run: who asks which instance when.
import { setTimeout as pause } from 'node:timers/promises'
import { clock } from './fleet-orders.mjs'

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Each token comes with so many requests, then never again; each request reaches any instance. They begin within `overMs`. */
export function sessions(tokens, { instances, requests, gapMs, gaps, overMs, seed = 1 }) {
  const random = seeded(seed)
  const plan = tokens.flatMap(({ token }) => {
    let at = random() * overMs
    return Array.from({ length: requests }, () => {
      const turn = { at, token, instance: Math.floor(random() * instances) }
      at += gaps === 'even' ? gapMs : -Math.log(1 - random()) * gapMs
      return turn
    })
  })
  return plan.sort((one, other) => one.at - other.at)
}

/** Any of the tokens at any instance, so many times a second. */
export function steady(tokens, { instances, perSecond, forMs, seed = 1 }) {
  const random = seeded(seed)
  return Array.from({ length: Math.round((forMs * perSecond) / 1000) }, (_, number) => ({
    at: (number * 1000) / perSecond,
    token: tokens[Math.floor(random() * tokens.length)].token,
    instance: Math.floor(random() * instances),
  }))
}

/** Sends everything when it is due, whether or not what went before has been answered; gives what was answered. */
export async function play(plan, fleet) {
  const since = clock()
  const answers = []
  for (const { at, token, instance } of plan) {
    while (clock() - since < at) await pause(Math.max(1, Math.floor(at - (clock() - since))))
    answers.push(fleet.send(instance, token))
  }
  return Promise.all(answers)
}

/** How many of them are so. */
export const count = (answers, is) => answers.reduce((sum, answer) => sum + (is(answer) ? 1 : 0), 0)

/** A percentile, 0 to 1; of nothing, `NaN`. */
export function percentile(values, part) {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

export const share = (part, whole) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`)

export const table = (heads, rows) => [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
