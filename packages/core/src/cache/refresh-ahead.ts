/**
 * Asks again, in the background, about what is in use and in the last part of its life: nobody then waits when it ends.
 *
 * @module
 */
import type { Levels, Question } from './levels.ts'
import { isYounger, youthOf } from './lifetimes.ts'
import type { Known } from './remembered.ts'

// After it has failed nobody asks ahead again for so long.
const pauseMs = 1000

/** Makes what asks ahead by `learn`. */
export function createRefreshAhead(
  learn: (question: Question) => Promise<unknown>,
  { rules, now, counts }: Levels,
): (known: Known, question: Question) => void {
  const underWay = new Set<string>()
  let failedAt = -Infinity

  return ({ answer, usedBefore }, question) => {
    const { digest } = question
    const at = now()
    const youth = youthOf(answer, rules)
    if (!answer.active || !usedBefore || isYounger(answer, at, youth)) return
    if (underWay.has(digest) || isYounger({ sentAt: failedAt }, at, pauseMs)) return
    underWay.add(digest)
    counts.refreshed++
    const fail = (): void => {
      failedAt = now()
    }
    void learn({ ...question, maxAgeMs: youth })
      .catch(fail)
      .finally(() => underWay.delete(digest))
  }
}
