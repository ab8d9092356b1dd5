/**
 * The catalogue of hostile and odd cases, one test for each row. What a row needs and is not built yet, its skipped test says.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { AdapterUnderTest } from '../adapter-suite/bench.ts'
import { type CanonicalAnswer, compareAnswers, readAnswers, writeAnswers } from './answers.ts'
import { type Difference, differences } from './differences.ts'
import { findMissingPart } from './missing-part.ts'
import { variantsOf } from './profiles.ts'
import { readRows, readRules } from './read-rows.ts'
import type { Row } from './row.ts'
import { type Running, runRow } from './run-row.ts'
import { type Watched, watch } from './watched.ts'

/** Given by `--globals`: `npm run catalogue:long` and `npm run catalogue:answers`. */
const { catalogue: mode } = globalThis as { readonly catalogue?: 'long' | 'answers' }

/** Runs every row on an adapter. */
export function describeCatalogue(adapter: AdapterUnderTest): void {
  const rows = readRows()
  const rules = readRules()
  const missing: string[] = []
  const answers: Record<string, CanonicalAnswer> = {}
  let watched: Watched

  describe(`the catalogue on ${adapter.name}`, () => {
    beforeAll(() => {
      watched = watch()
    })
    afterAll(() => {
      watched.stop()
    })

    for (const row of rows) {
      const part = findMissingPart(row, adapter)
      const shown = rules[row.id]
      const title = `${row.id} ${row.what}${shown === undefined ? '' : ` [${shown.join(', ')}]`}`
      if (part === undefined) {
        it(
          title,
          async () => {
            const problems = await judgeRow(row, { adapter, watched, whole: mode === 'long' }, (id, answer) => {
              answers[id] = answer
            })
            expect(problems).toEqual([])
          },
          mode === 'long' ? 300_000 : 30_000,
        )
      } else {
        missing.push(row.id)
        it.skip(`${row.id} ${row.what} (needs ${part}, which is not built yet)`, () => undefined)
      }
    }

    it('gives the answers that every adapter gives; `npm run catalogue:answers` writes them anew', () => {
      if (mode === 'answers') writeAnswers(answers)
      expect(compareAnswers(answers, readAnswers(), missing)).toEqual([])
    })

    it('differs from rows that there are', () => {
      expect(differences.filter(({ id }) => !rows.some((row) => row.id === id))).toEqual([])
    })
  })
}

type HowToRun = Omit<Running, 'variant'>

async function judgeRow(row: Row, how: HowToRun, keep: (id: string, answer: CanonicalAnswer) => void): Promise<readonly string[]> {
  const difference = differences.find(({ id, adapters }) => id === row.id && adapters?.includes(how.adapter.name) !== false)
  const problems: string[] = []
  for (let variant = 0; variant < variantsOf(row); variant++) {
    const verdict = await runRow(row, { ...how, variant })
    problems.push(
      ...(difference === undefined ? verdict.problems : await judgeDifference(row, difference, verdict.problems, { ...how, variant })),
    )
    // What is not agreed upon is not compared.
    if (verdict.answer !== undefined && (difference === undefined || difference.expected !== undefined))
      keep(variant === 0 ? row.id : `${row.id} (${variant + 1})`, verdict.answer)
  }
  return problems
}

async function judgeDifference(
  row: Row,
  { expected, reason }: Difference,
  problems: readonly string[],
  running: Running,
): Promise<readonly string[]> {
  if (problems.length === 0) return [`this no longer differs: ${reason}`]
  if (expected === undefined) return []
  return (await runRow({ ...row, expected: { ...row.expected, ...expected } }, running)).problems
}
