/**
 * The memory of a resource server: one bounded room for all its authorization servers, with whatever stands behind it.
 *
 * @module
 */
import { type AnswerMarks, noMarks, type Origin } from './answer.ts'
import type { MemoryRules } from './cache-options.ts'
import { Calls } from './calls.ts'
import { watchClock } from './clock-watch.ts'
import type { Levels } from './levels.ts'
import { createRecall, type Recall } from './recall.ts'
import { Remembered } from './remembered.ts'
import type { SharedAnswers } from './shared-answers.ts'
import { SharedValues } from './shared-values.ts'

/** What remembering rests on. */
export interface MemoryParts {
  readonly rules: MemoryRules
  readonly now: () => number
  /** Milliseconds by a clock that nobody sets, where there is one. */
  readonly elapsed?: (() => number) | undefined
  readonly sha256: Levels['sha256']
  readonly sha256Binary: Levels['sha256Binary']
  readonly joins: boolean
  readonly shared?: SharedAnswers | undefined
  readonly marks?: AnswerMarks | undefined
}

/** The answers about tokens. */
export interface Memory {
  /** What is known by way of one authorization server; nothing of it is known to another. */
  of(origin: Origin): Recall
  /** Gives one value for all equal ones that are to be remembered. */
  readonly share: (value: unknown) => unknown
  readonly stats: () => MemoryStats
}

/** Figures of the memory. */
export interface MemoryStats {
  readonly entries: number
  readonly inactiveEntries: number
  readonly callsInFlight: number
  readonly refreshed: number
  readonly storeFailures: number
}

/** Makes the memory of one resource server. */
export function createMemory({ marks = noMarks, elapsed, ...parts }: MemoryParts): Memory {
  const values = new SharedValues()
  const levels: Levels = {
    ...parts,
    // What must not be older than its request is in no store.
    shared: parts.rules.maxAgeMs > 0 ? parts.shared : undefined,
    marks,
    remembered: new Remembered(parts.rules),
    calls: new Calls(parts.joins),
    wasSetBack: watchClock(elapsed),
    counts: { refreshed: 0 },
  }
  const { remembered, calls, counts, shared } = levels
  return {
    of: (origin) => createRecall(origin, origin.isShared === false ? { ...levels, shared: undefined } : levels),
    share: (value) => values.share(value),
    stats: () => ({
      entries: remembered.entries,
      inactiveEntries: remembered.inactiveEntries,
      callsInFlight: calls.inFlight,
      refreshed: counts.refreshed,
      storeFailures: shared?.failures ?? 0,
    }),
  }
}
