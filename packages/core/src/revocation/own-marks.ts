/**
 * Knows the marks that this instance has published itself, when its bus hands them back: they are in force here since before they were
 * published, and counted from their return they would have tokens asked about a second time.
 *
 * @module
 */
import type { RevocationMark } from './revocation-mark.ts'

// They come back within a second. One that is not known any more counts from its return.
const mostKnown = 1000

/** The marks that one instance has published. */
export class OwnMarks {
  readonly #texts = new Map<string, string>()

  /** A mark as it is to be published: with an id of this publication. */
  name(mark: RevocationMark): RevocationMark {
    const id = crypto.randomUUID()
    const named = { ...mark, id }
    this.#texts.set(id, textOf(named))
    const [oldest] = this.#texts.keys()
    if (this.#texts.size > mostKnown && oldest !== undefined) this.#texts.delete(oldest)
    return named
  }

  /** Whether a mark is one of them, in whole: who knows an id can have nothing else passed over by it. */
  has(mark: RevocationMark): boolean {
    return mark.id !== undefined && this.#texts.get(mark.id) === textOf(mark)
  }
}

/** A bus may hand over the members in another order. */
function textOf(mark: RevocationMark): string {
  return JSON.stringify(Object.entries(mark).sort())
}
