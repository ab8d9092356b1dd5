/**
 * Gives one value for all equal ones, so that what a hundred thousand answers have in common is in memory once. What was not met for a while is
 * let go: the table itself is bounded.
 *
 * @module
 */

/** Keeps the values of what was asked for last, up to twice so many. */
class Recent<Value> {
  readonly #most: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()

  constructor(most: number) {
    this.#most = most
  }

  get(name: string, make: () => Value): Value {
    const known = this.#young.get(name)
    if (known !== undefined) return known
    const value = this.#old.get(name) ?? make()
    if (this.#young.size >= this.#most) [this.#old, this.#young] = [this.#young, new Map<string, Value>()]
    this.#young.set(name, value)
    return value
  }
}

/** What answers have in common. */
export class SharedValues {
  // Enough for what is common to stay, with a few texts in each answer that no other has.
  readonly #texts = new Recent<string>(4096)
  readonly #lists = new Recent<readonly unknown[]>(1024)

  /** The first of all equal texts, or lists of texts; anything else, and what is long, comes back as it is. */
  share(value: unknown): unknown {
    if (typeof value === 'string') return value.length > 256 ? value : this.#texts.get(value, () => value)
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return value
    const list: readonly unknown[] = value
    const name = list.join(' ')
    if (name.length > 1024) return list
    const known = this.#lists.get(name, () => Object.freeze(list))
    // Two lists may read the same.
    return known.length === list.length && known.every((item, at) => item === list[at]) ? known : list
  }
}
