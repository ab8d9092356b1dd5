// How things are compared: short blocks A B C A B C … in rotated order, differences and ratios pairwise within one round, medians with
// quartiles. Time is the CPU time of the process, user and system of all threads, so that collecting garbage counts and neighbours do not.

/** Median and quartiles. */
export function quartiles(values) {
  const sorted = [...values].sort((one, other) => one - other)
  const at = (part) => {
    const place = (sorted.length - 1) * part
    const low = sorted[Math.floor(place)]
    return low + (sorted[Math.ceil(place)] - low) * (place % 1)
  }
  return { median: at(0.5), q1: at(0.25), q3: at(0.75), samples: sorted.length }
}

/**
 * Microseconds of CPU per operation of each contender, one figure a round. `contenders` is an object of functions that do so many operations.
 */
export async function compare(contenders, { rounds, operations, warmUp = 3 }) {
  const names = Object.keys(contenders)
  const figures = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = -warmUp; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round + warmUp) % names.length]
      const before = process.cpuUsage()
      await contenders[name](operations)
      const { user, system } = process.cpuUsage(before)
      if (round >= 0) figures[name].push((user + system) / operations)
    }
  }
  return figures
}

/** What one costs more than the other, round by round. */
export const added = (figures, name, base) => quartiles(figures[name].map((figure, round) => figure - figures[base][round]))

/** How much one is of the other, round by round. */
export const ratio = (figures, name, base) => quartiles(figures[name].map((figure, round) => figure / figures[base][round]))

/** How much more one adds to a base than another does, round by round. */
export const addedRatio = (figures, name, other, base) =>
  quartiles(figures[name].map((figure, round) => (figure - figures[base][round]) / (figures[other][round] - figures[base][round])))
