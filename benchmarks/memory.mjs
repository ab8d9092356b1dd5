// What a remembered token takes: heap and array buffers after garbage was collected, each amount in a process of its own.
import { start } from './child.mjs'

const amounts = [
  [100_000, 32],
  [100_000, 300],
  [100_000, 1500],
  [1_000_000, 300],
]

export async function measure() {
  const results = []
  for (const [count, length] of amounts) {
    const { ready, stop } = await start('./room.mjs', 0, count, length)
    stop()
    const [median, q1, q3] = Array(3).fill(ready.bytes)
    results.push({
      what: `memory: ${count.toLocaleString('en')} tokens of ${length} characters, for each`,
      unit: 'bytes',
      ...{ median, q1, q3, samples: 1 },
      goal: { most: 400 },
    })
  }
  return results
}
