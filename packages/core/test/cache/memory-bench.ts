/** A memory whose clock, questions and answers are moved by hand. */
import type { ActiveAnswer, Answer, Origin, Recollection } from '../../src/cache/answer.ts'
import type { MemoryRules } from '../../src/cache/cache-options.ts'
import { createMemory, type Memory, type MemoryParts } from '../../src/cache/memory.ts'
import type { Recall } from '../../src/cache/recall.ts'
import { SharedAnswers } from '../../src/cache/shared-answers.ts'
import type { Store } from '../../src/cache/store.ts'
import { type Claims, type ReplyRules, readIntrospection } from '../../src/introspection-response.ts'
import { runtime } from '../../src/runtime/node.ts'

export interface MemoryBench extends Recall, Memory {
  /** What was told of operations of the store. */
  readonly told: string[]
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

/** What is told about a token: anything of its reply, and for how long that may be kept. */
type Told = ({ readonly active: boolean; readonly freshForMs?: number } & Claims) | Error

export const rules: MemoryRules = {
  maxEntries: 3,
  maxAgeMs: 60_000,
  inactiveMaxEntries: 3,
  inactiveMaxAgeMs: 10_000,
  staleIfErrorMs: 0,
  refreshAhead: false,
}

export interface BenchParts extends MemoryParts, Origin {
  readonly store: Store
  readonly timeoutMs: number
}

export function memoryBench({ store, timeoutMs = 1000, ...more }: Partial<BenchParts> = {}, clock = 1_000_000): MemoryBench {
  const waiting: { readonly sentAt: number; settle(answer: Told): void }[] = []
  const asked: string[] = []
  const digested: string[] = []
  const told: string[] = []
  const joins = more.joins ?? true
  const now = (): number => bench.clock
  const tell = (operation: string, failed: boolean): void => void told.push(`${operation} ${failed ? 'failed' : 'succeeded'}`)
  const memory = createMemory({
    rules,
    now,
    joins,
    shared: store === undefined ? undefined : new SharedAnswers({ store, prefix: 'p:', timeoutMs, now, joins, tell }),
    sha256: runtime.sha256,
    sha256Binary: (text) => {
      digested.push(text)
      return runtime.sha256Binary(text)
    },
    ...more,
  })
  const known = memory.of({
    identity: 'who asks',
    reread: (members, token) => Promise.resolve(read(members, token)),
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
    told,
    async settle(told, place = 0) {
      const [question] = waiting.splice(place, 1)
      if (question === undefined) throw new Error('nothing was asked')
      question.settle(told)
      await turn()
    },
    request(token, maxAgeMs = Infinity) {
      const recollection = Promise.resolve(known.recall(token, maxAgeMs))
      // A test looks at what has failed when it comes to it.
      recollection.catch(() => undefined)
      return recollection
    },
    async learn(token, told) {
      const recollection = bench.request(token)
      if (store !== undefined) await turn()
      await bench.settle(told)
      return recollection
    },
  }
  return bench
}

function makeAnswer({ freshForMs, ...members }: Exclude<Told, Error>, sentAt: number): Answer {
  return members.active ? { active: true, ...read(members), sentAt, freshForMs } : { active: false, sentAt, freshForMs }
}

/** Reads the members of a reply as the client does. */
function read(members: Claims, token = 'a token that is nowhere else'): Pick<ActiveAnswer, 'introspection' | 'claims' | 'invalidPaths'> {
  const introspection = readIntrospection({ ...members }, token, standardReply)
  if (!introspection.active) throw new Error('not active')
  return { introspection, claims: introspection.claims, invalidPaths: undefined }
}

const standardReply: ReplyRules = { scopeSeparator: ' ', inactiveErrors: [], missingActive: 'refuse' }

/** Lets everything that waits for nothing but promises come to its end. */
export function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done))
}

/** Where an answer comes from when it is recalled now; `asked` when a question has to be awaited. */
export function sourceOf(memory: Recall, token: string, maxAgeMs = Infinity): string {
  const recalled = memory.recall(token, maxAgeMs)
  if (!('then' in recalled)) return recalled.source
  recalled.then(undefined, () => undefined)
  return 'asked'
}
