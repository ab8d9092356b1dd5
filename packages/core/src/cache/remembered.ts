/**
 * The answers in memory: folded together to take little room, in two rooms of their own, lest a flood of made-up tokens drive out a good one.
 *
 * @module
 */
import { describeActive } from '../introspection-response.ts'
import type { ActiveAnswer, Answer } from './answer.ts'
import { type About, AnswerTable, type FoundRow, type Row } from './answer-table.ts'
import type { MemoryRules } from './cache-options.ts'

/** An answer in memory. */
export interface Known {
  readonly answer: Answer
  /** How many marks of revocation had come when it was sent. */
  readonly sentAfter: number
  /** It was looked up before. */
  readonly usedBefore: boolean
}

/** The answers in memory, whatever their age. */
export class Remembered {
  readonly #active: AnswerTable
  readonly #inactive: AnswerTable
  readonly #usual = new WeakMap<readonly string[], WeakMap<readonly string[], About>>()

  constructor({ maxEntries, inactiveMaxEntries }: Pick<MemoryRules, 'maxEntries' | 'inactiveMaxEntries'>) {
    this.#active = new AnswerTable(maxEntries)
    this.#inactive = new AnswerTable(inactiveMaxEntries)
  }

  get entries(): number {
    return this.#active.size
  }

  get inactiveEntries(): number {
    return this.#inactive.size
  }

  get(digest: string): Known | undefined {
    const row = this.#active.get(digest) ?? this.#inactive.get(digest)
    return row === undefined ? undefined : { answer: unfold(row), sentAfter: row.sentAfter, usedBefore: row.usedBefore }
  }

  has(digest: string): boolean {
    return this.#active.has(digest) || this.#inactive.has(digest)
  }

  /** Keeps an answer in place of what was known of the token. */
  keep(digest: string, answer: Answer, sentAfter: number): void {
    const [room, other] = answer.active ? [this.#active, this.#inactive] : [this.#inactive, this.#active]
    other.delete(digest)
    room.set(digest, this.#fold(answer, sentAfter))
  }

  forget(digest: string): void {
    this.#active.delete(digest)
    this.#inactive.delete(digest)
  }

  clear(): void {
    this.#active.clear()
    this.#inactive.clear()
  }

  #fold(answer: Answer, sentAfter: number): Row {
    const { sentAt, freshForMs } = answer
    if (answer.active) return { claims: answer.introspection.claims, about: this.#describe(answer), sentAt, sentAfter }
    return { claims: undefined, about: freshForMs === undefined ? undefined : { scope: [], aud: [], freshForMs }, sentAt, sentAfter }
  }

  /** What most answers have in common is in memory once. */
  #describe({ introspection, claims, invalidPaths, freshForMs }: ActiveAnswer): About {
    const { scope, aud, username, claims: members } = introspection
    const own = {
      ...(username === (members['username'] ?? undefined) ? {} : { username }),
      ...(claims === members ? {} : { read: { claims, invalidPaths } }),
    }
    const common = { scope, aud, freshForMs }
    if (Object.keys(own).length > 0) return { ...common, ...own }
    const known = this.#usual.get(scope)?.get(aud)
    if (known !== undefined && known.freshForMs === freshForMs) return known
    this.#usual.set(scope, (this.#usual.get(scope) ?? new WeakMap()).set(aud, common))
    return common
  }
}

function unfold({ claims, about, sentAt }: FoundRow): Answer {
  if (claims === undefined || about === undefined) return { active: false, sentAt, freshForMs: about?.freshForMs }
  const introspection = describeActive(claims, about)
  const { freshForMs, read } = about
  return {
    active: true,
    introspection,
    claims: read === undefined ? claims : read.claims,
    invalidPaths: read?.invalidPaths,
    sentAt,
    freshForMs,
  }
}
