/**
 * Answers in columns, under digests, so many and no more. An object of its own for each answer would take half as much room again, and be one
 * more thing for the garbage collector to visit. When all places are taken a hand goes round them and takes the first that was not looked up
 * since it came by last (the CLOCK algorithm): nearly the least recently used, at the price of one byte.
 *
 * @module
 */
import type { ReadClaims } from '../claims-schema.ts'
import type { Claims, Reading } from '../introspection-response.ts'

/** What answers may have in common, and what few have. */
export interface About extends Reading {
  readonly freshForMs?: number | undefined
  /** What a `claims` schema made of the members. */
  readonly read?: ReadClaims
}

/** One answer. */
export interface Row {
  /** The members of the reply; none where the token is not active. */
  readonly claims: Claims | undefined
  readonly about: About | undefined
  readonly sentAt: number
  /** How many marks of revocation had come when it was sent. */
  readonly sentAfter: number
}

/** A row, and whether it was looked up before. */
export interface FoundRow extends Row {
  readonly usedBefore: boolean
}

/** Rows under digests. */
export class AnswerTable {
  readonly #maxEntries: number
  readonly #places = new Map<string, number>()
  // The columns.
  readonly #digests: string[] = []
  readonly #claims: (Claims | undefined)[] = []
  readonly #about: (About | undefined)[] = []
  #sentAt = new Float64Array(16)
  #sentAfter = new Uint32Array(16)
  #used = new Uint8Array(16)
  #hand = 0

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  get size(): number {
    return this.#digests.length
  }

  has(digest: string): boolean {
    return this.#places.has(digest)
  }

  get(digest: string): FoundRow | undefined {
    const at = this.#places.get(digest)
    if (at === undefined) return undefined
    const usedBefore = this.#used[at] === 1
    this.#used[at] = 1
    return {
      claims: this.#claims[at],
      about: this.#about[at],
      sentAt: this.#sentAt[at] ?? 0,
      sentAfter: this.#sentAfter[at] ?? 0,
      usedBefore,
    }
  }

  set(digest: string, { claims, about, sentAt, sentAfter }: Row): void {
    const at = this.#places.get(digest) ?? this.#take(digest)
    this.#claims[at] = claims
    this.#about[at] = about
    this.#sentAt[at] = sentAt
    this.#sentAfter[at] = sentAfter
    this.#used[at] = 0
  }

  /** The last row moves to the place that becomes free. */
  delete(digest: string): void {
    const at = this.#places.get(digest)
    if (at === undefined) return
    const last = this.size - 1
    const moved = this.#digests[last] ?? digest
    this.#places.set(moved, at)
    this.#places.delete(digest)
    this.#digests[at] = moved
    this.#claims[at] = this.#claims[last]
    this.#about[at] = this.#about[last]
    this.#sentAt[at] = this.#sentAt[last] ?? 0
    this.#sentAfter[at] = this.#sentAfter[last] ?? 0
    this.#used[at] = this.#used[last] ?? 0
    for (const column of [this.#digests, this.#claims, this.#about]) column.pop()
  }

  clear(): void {
    this.#places.clear()
    for (const column of [this.#digests, this.#claims, this.#about]) column.length = 0
    this.#hand = 0
  }

  #take(digest: string): number {
    const at = this.size < this.#maxEntries ? this.size : this.#evict()
    if (at >= this.#sentAt.length) this.#grow()
    this.#digests[at] = digest
    this.#places.set(digest, at)
    return at
  }

  #evict(): number {
    while (this.#used[this.#hand] === 1) {
      this.#used[this.#hand] = 0
      this.#hand = (this.#hand + 1) % this.#maxEntries
    }
    const at = this.#hand
    this.#hand = (at + 1) % this.#maxEntries
    this.#places.delete(this.#digests[at] ?? '')
    return at
  }

  #grow(): void {
    const length = Math.min(this.#sentAt.length * 2, this.#maxEntries)
    const [sentAt, sentAfter, used] = [new Float64Array(length), new Uint32Array(length), new Uint8Array(length)]
    sentAt.set(this.#sentAt)
    sentAfter.set(this.#sentAfter)
    used.set(this.#used)
    this.#sentAt = sentAt
    this.#sentAfter = sentAfter
    this.#used = used
  }
}
