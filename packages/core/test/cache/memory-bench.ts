/** A memory whose clock, questions and answers are moved by hand. */
import {
  type Answer,
  createMemory,
  type Memory,
  type MemoryParts,
  type MemoryRules,
  type Origin,
  type Recall,
  type Recollection,
} from '../../src/cache/remember.ts'
import type { ActiveIntrospection } from '../../src/introspection-response.ts'
import { runtime } from '../../src/runtime/node.ts'

export interface MemoryBench extends Recall, Memory {
  clock: number
  /** The tokens asked about, in order. */
  readonly asked: string[]
  /** The texts digested, in order. */
  readonly digested: string[]
  /** Settles the question asked first among those that still wait, or the one at this place among them. */
  settle(answer: Told, place?: number): Promise<void>
  /** Recalls as a promise, whether or not the answer comes at once. */
  request(token: string, maxAgeMs?: number): Promise<Recollection>
  /** Recalls, and settles what is asked for it. */
  learn(token: string, answer: Told): Promise<Recollection>
}

type Told = { readonly active: boolean; readonly exp?: number } | Error

export const rules: MemoryRules = { maxEntries: 3, maxAgeMs: 60_000, inactiveMaxEntries: 3, inactiveMaxAgeMs: 10_000 }

export function memoryBench(more: Partial<MemoryParts & Origin> = {}, clock = 1_000_000): MemoryBench {
  const waiting: { readonly sentAt: number; settle(answer: Told): void }[] = []
  const asked: string[] = []
  const digested: string[] = []
  const memory = createMemory({
    rules,
    now: () => bench.clock,
    sha256: (text) => {
      digested.push(text)
      return runtime.sha256(text)
    },
    ...more,
  })
  const known = memory.of({
    identity: 'who asks',
    ask: (token) => {
      asked.push(token)
      const sentAt = bench.clock
      return new Promise((resolve, reject) => {
        const settle = (told: Told): void => {
          if (told instanceof Error) reject(told)
          else resolve(makeAnswer(told, sentAt))
        }
        waiting.push({ sentAt, settle })
      })
    },
    ...more,
  })
  const bench: MemoryBench = {
    ...memory,
    ...known,
    clock,
    asked,
    digested,
    async settle(told, place = 0) {
      const [question] = waiting.splice(place, 1)
      if (question === undefined) throw new Error('nothing was asked')
      question.settle(told)
      await new Promise((done) => setImmediate(done))
    },
    request: (token, maxAgeMs = Infinity) => Promise.resolve(known.recall(token, maxAgeMs)),
    async learn(token, told) {
      const recollection = known.recall(token, Infinity)
      await bench.settle(told)
      return recollection
    },
  }
  return bench
}

function makeAnswer({ active, exp }: Exclude<Told, Error>, sentAt: number): Answer {
  if (!active) return { active, sentAt }
  const introspection = { active, exp, claims: {} } as ActiveIntrospection
  return { active, introspection, claims: introspection.claims, invalidPaths: undefined, sentAt }
}
