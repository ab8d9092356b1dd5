/**
 * Listens to a revocation bus for as long as the resource server lives: again and again where it cannot be had, or falls silent.
 *
 * @module
 */
import { type RevocationBus, type RevocationListener, type RevocationMark, readRevocationMark } from './revocation-mark.ts'

/** Who listens. */
export interface BusListener {
  readonly hear: (mark: RevocationMark) => void
  /** The bus cannot be heard any more, or still not. */
  readonly lost: () => void
  readonly restored: () => void
}

/** A subscription. */
export interface BusSubscription {
  /** Resolves when the bus is heard; rejects with what its last try has thrown. */
  ready(): Promise<void>
  close(): Promise<void>
}

const shortestPauseMs = 1000
const longestPauseMs = 30_000

/** Begins to listen. */
export function subscribeToBus(bus: RevocationBus, { hear, lost, restored }: BusListener): BusSubscription {
  let pauseMs = shortestPauseMs
  let timer: ReturnType<typeof setTimeout> | undefined
  let end: (() => Promise<void>) | undefined
  let isClosed = false
  // A bus may fall silent while it still hands over what it has stored.
  let isSilent = false
  const listener: RevocationListener = {
    onMark(said) {
      const mark = readRevocationMark(said)
      if (mark !== undefined && !isClosed) hear(mark)
    },
    onLost() {
      isSilent = true
      lost()
    },
    onRestored() {
      isSilent = false
      restored()
    },
  }
  let subscription = begin()

  async function subscribe(): Promise<void> {
    end = await bus.subscribe(listener)
    if (isClosed) await end()
    else if (!isSilent) restored()
  }

  function begin(): Promise<void> {
    const begun = subscribe()
    begun.catch(() => {
      if (isClosed) return
      lost()
      timer = setTimeout(() => {
        subscription = begin()
      }, pauseMs)
      // Nobody's process is kept alive by it.
      if (typeof timer === 'object') timer.unref()
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    })
    return begun
  }

  return {
    ready: () => subscription,
    async close() {
      isClosed = true
      clearTimeout(timer)
      await end?.()
    },
  }
}
