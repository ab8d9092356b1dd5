/**
 * Notices that the clock was set back: from then on no age is known that was measured by it.
 *
 * @module
 */

// Smaller steps, as of a clock that is being synchronised, make no answer much older than it seems.
const toleratedMs = 1000

/**
 * Tells of the time `at` whether the clock was set back before it. `elapsed` is a clock that nobody sets, if there is one: without it a step
 * back shows only in a time before an earlier one.
 */
export function watchClock(elapsed: () => number = () => 0): (at: number) => boolean {
  let last: { readonly at: number; readonly elapsed: number } | undefined

  return (at) => {
    // Looked at once in a second, and when the time lies before the last look.
    if (last !== undefined && at >= last.at && at - last.at < toleratedMs) return false
    const next = { at, elapsed: elapsed() }
    const lostMs = last === undefined ? 0 : next.elapsed - last.elapsed - (at - last.at)
    last = next
    return lostMs > toleratedMs
  }
}
