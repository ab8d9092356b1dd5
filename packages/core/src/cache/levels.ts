/**
 * Where answers are, from near to far, and by what rules.
 *
 * @module
 */
import type { Admit } from '../admission.ts'
import type { AnswerMarks } from './answer.ts'
import type { MemoryRules } from './cache-options.ts'
import type { Calls } from './calls.ts'
import type { Hashes } from './digest.ts'
import type { Remembered } from './remembered.ts'
import type { SharedAnswers } from './shared-answers.ts'

/** What all authorization servers of a resource server have in common. */
export interface Levels extends Hashes {
  readonly rules: MemoryRules
  readonly now: () => number
  /** Whether a request may wait for what another has begun, and what it begins goes on when it has ended. */
  readonly joins: boolean
  readonly marks: AnswerMarks
  readonly remembered: Remembered
  readonly shared?: SharedAnswers | undefined
  readonly calls: Calls
  readonly wasSetBack: (at: number) => boolean
  readonly counts: { refreshed: number }
}

/** What is asked about a token. */
export interface Question {
  readonly digest: string
  readonly token: string
  /** Milliseconds that the answer may be old. */
  readonly maxAgeMs: number
  /** Bounds what its caller can have asked. */
  readonly admit: Admit | undefined
}
