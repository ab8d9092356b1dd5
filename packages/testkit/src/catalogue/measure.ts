/**
 * Measures how long the event loop was blocked and by how much memory grew.
 *
 * @module
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What was measured. */
export interface Measured {
  readonly blockedMs: number
  readonly grownBytes: number
}

/** Begins to measure. With `live`, only memory that is still in use counts; collecting it blocks the loop, so that then is not measured. */
export function startMeasuring(live: boolean): () => Measured {
  const used = (): number => {
    if (live) collect()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  collect()
  const before = used()
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, used())
  }, 5)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  return () => {
    most = Math.max(most, used())
    clearInterval(timer)
    delay.disable()
    return { blockedMs: live ? 0 : delay.max / 1e6, grownBytes: most - before }
  }
}
