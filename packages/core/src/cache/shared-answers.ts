/**
 * The second level: answers that instances share through a store. Whatever goes wrong there is a miss and an event; nobody waits for it longer
 * than a bound. Only active answers are shared: no flood of made-up tokens reaches the store.
 *
 * @module
 */
import type { StoreOperation } from '../events.ts'
import { within } from '../patience.ts'
import type { ActiveAnswer, Origin } from './answer.ts'
import type { Store } from './store.ts'
import { readStoredAnswer, writeStoredAnswer } from './stored-answer.ts'

/** What sharing rests on. */
export interface SharedAnswersParts {
  readonly store: Store
  /** What keys begin with. */
  readonly prefix: string
  readonly timeoutMs: number
  readonly now: () => number
  /** Whether a request may wait for what another has begun. */
  readonly joins: boolean
  /** Hears of operations that fail, and of the first that succeeds again. */
  readonly tell: (operation: StoreOperation, failed: boolean) => void
}

/** What was found: an answer, nothing, or `'unknown'` when the store did not say. */
export type FoundAnswer = ActiveAnswer | 'missing' | 'unknown'

// What is longer is neither written nor read.
const maxLength = 2 ** 20

// How far ahead of ours the clock of an instance may be.
const toleratedMs = 5000

/** The answers in a store, by the digests by which memory knows them. */
export class SharedAnswers {
  /** Operations that failed. */
  failures = 0
  readonly #parts: SharedAnswersParts
  readonly #reads = new Map<string, Promise<FoundAnswer>>()
  readonly #writes = new Map<string, Promise<void>>()
  /** When tokens were dropped: what was asked before then is not taken from the store, even if it could not be taken out of it. */
  readonly #droppedAt = new Map<string, number>()
  readonly #failing = new Set<StoreOperation>()

  constructor(parts: SharedAnswersParts) {
    this.#parts = parts
  }

  /** Looks an answer up; any number of requests at a time look once. Its age and its end are not judged here. */
  async read(digest: string, token: string, origin: Origin): Promise<FoundAnswer> {
    const { joins } = this.#parts
    const reading = (joins ? this.#reads.get(digest) : undefined) ?? this.#readOnce(digest, token, origin)
    if (joins) this.#reads.set(digest, reading)
    try {
      return await reading
    } finally {
      if (this.#reads.get(digest) === reading) this.#reads.delete(digest)
    }
  }

  /** Shares an answer for what is left of its life. */
  async write(digest: string, token: string, answer: ActiveAnswer, leftMs: number): Promise<void> {
    const text = writeStoredAnswer(answer, token)
    if (text === undefined || text.length > maxLength || leftMs < 1) return
    const { store } = this.#parts
    const writing = this.#attempt('set', () => store.set(this.#keyOf(digest), text, Math.floor(leftMs))).then(ignore)
    this.#writes.set(digest, writing)
    await writing
    if (this.#writes.get(digest) === writing) this.#writes.delete(digest)
  }

  /** Takes an answer out of the store; one that is on its way there first arrives. */
  async drop(digest: string): Promise<void> {
    const { store, now } = this.#parts
    this.#remember(digest, now())
    const writing = this.#writes.get(digest)
    const act = (): void | Promise<void> => store.delete(this.#keyOf(digest))
    await this.#attempt('delete', () => (writing === undefined ? act() : writing.then(act)))
  }

  async #readOnce(digest: string, token: string, origin: Origin): Promise<FoundAnswer> {
    const { store } = this.#parts
    const got = await this.#attempt('get', () => store.get(this.#keyOf(digest)))
    if (got === undefined) return 'unknown'
    if (got.value === undefined) return 'missing'
    const answer = await this.#interpret(got.value, token, origin)
    if (answer === undefined) {
      this.#fail('get')
      return 'unknown'
    }
    return answer.sentAt > (this.#droppedAt.get(digest) ?? -Infinity) ? answer : 'unknown'
  }

  /** Reads as untrusted what was found: whoever can write to the store may have written it. */
  async #interpret(text: string, token: string, { reread }: Origin): Promise<ActiveAnswer | undefined> {
    if (text.length > maxLength) return undefined
    const now = this.#parts.now()
    const stored = readStoredAnswer(text, now + toleratedMs)
    if (stored === undefined || !stored.active) return undefined
    try {
      const read = await reread?.(stored.members, token)
      return read === undefined ? undefined : { active: true, ...read, sentAt: Math.min(stored.sentAt, now), freshForMs: stored.freshForMs }
    } catch {
      return undefined
    }
  }

  /** What an operation brought, unless it failed or took too long. */
  async #attempt<T>(operation: StoreOperation, act: () => T | Promise<T>): Promise<{ readonly value: T } | undefined> {
    try {
      const value = await within(this.#parts.timeoutMs, Promise.resolve(act()))
      if (this.#failing.delete(operation)) this.#parts.tell(operation, false)
      return { value }
    } catch {
      this.#failing.add(operation)
      this.#fail(operation)
      return undefined
    }
  }

  #fail(operation: StoreOperation): void {
    this.failures++
    this.#parts.tell(operation, true)
  }

  #keyOf(digest: string): string {
    return this.#parts.prefix + btoa(digest).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
  }

  #remember(digest: string, at: number): void {
    this.#droppedAt.delete(digest)
    this.#droppedAt.set(digest, at + toleratedMs)
    const [oldest] = this.#droppedAt.keys()
    if (this.#droppedAt.size > 10_000 && oldest !== undefined) this.#droppedAt.delete(oldest)
  }
}

function ignore(): void {}
