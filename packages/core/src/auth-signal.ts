/**
 * `auth.signal`: ends what outlives the judgement of a request, an event stream for instance, when its token does. What is held is
 * looked at when the token expires, when revocations arrive, and every `streamRecheckSeconds`.
 *
 * @module
 */

/** The reason with which a signal aborts: the token has expired, or opens nothing any more; or there is nobody to serve. */
export interface SignalEnd {
  readonly reason: 'expired' | 'revoked' | 'closed'
}

/** A granted token that is held on to. */
export interface Held {
  /** Milliseconds since epoch; `Infinity` where it is not known. */
  readonly expiresAt: number
  /** When it was last asked about, milliseconds since epoch. */
  readonly answeredAt: number
  /** Tells when nobody is served any more; not everywhere can that be known. */
  readonly whenClosed: ((act: () => void) => void) | undefined
}

/** What holding rests on. */
export interface HeldSignalsParts<H extends Held> {
  readonly now: () => number
  /** Milliseconds between two questions about a token that is held; 0: none. */
  readonly recheckMs: number
  /** How many are looked at again at once when revocations have arrived: a mark can be about all of them. */
  readonly maxReviews: number
  /** Looks again: what is to be held in its place, or how it ends. Rejects when that cannot be found out now. */
  readonly review: (held: H, cause: 'revocation' | 'recheck') => Promise<H | SignalEnd['reason']>
  /** What can be said of it at once, when revocations have arrived. */
  readonly judge: (held: H) => 'stands' | 'ask' | 'refuse'
}

/** The signals that are held. */
export interface HeldSignals<H extends Held> {
  readonly hold: (held: H) => AbortSignal
  /** Revocations have arrived, about some of what is held, or about anything. */
  revise(mayBeAbout?: (held: H) => boolean): void
  close(): void
  readonly size: number
}

// setTimeout takes more for 1.
const longestMs = 2 ** 31 - 1
const ends = {
  expired: Object.freeze({ reason: 'expired' }),
  revoked: Object.freeze({ reason: 'revoked' }),
  closed: Object.freeze({ reason: 'closed' }),
} as const

/** Makes the signals of one resource server. */
export function createHeldSignals<H extends Held>({ now, recheckMs, maxReviews, review, judge }: HeldSignalsParts<H>): HeldSignals<H> {
  const holders = new Set<Holder>()
  /** Those that a revocation may be about, and whose turn has not come. */
  const waiting = new Set<Holder>()
  let reviews = 0
  let closed = false

  function reviewNext(): void {
    for (const holder of waiting) {
      if (reviews >= maxReviews) return
      waiting.delete(holder)
      reviews++
      void holder.review('revocation').finally(() => {
        reviews--
        reviewNext()
      })
    }
  }

  class Holder {
    readonly controller = new AbortController()
    held: H
    #timer: ReturnType<typeof setTimeout> | undefined
    #reviewing = false
    /** A revocation has come during the review, which may not know of it. */
    #outdated = false
    #reviewedAt: number

    constructor(held: H) {
      this.held = held
      this.#reviewedAt = held.answeredAt
    }

    /** Sets the next moment at which something is due; more than once does no harm. */
    arm(): void {
      clearTimeout(this.#timer)
      const due = Math.min(this.held.expiresAt, recheckMs > 0 ? this.#reviewedAt + recheckMs : Infinity) - now()
      if (due === Infinity || this.controller.signal.aborted) return
      const timer = setTimeout(
        () => {
          this.#tick()
        },
        Math.min(Math.max(due, 1), longestMs),
      )
      // A number outside of Node. What is held must not keep a process alive.
      if (typeof timer === 'object') timer.unref()
      this.#timer = timer
    }

    #tick(): void {
      const at = now()
      if (at >= this.held.expiresAt) this.end('expired')
      else if (recheckMs > 0 && (at < this.#reviewedAt || at - this.#reviewedAt >= recheckMs)) void this.review('recheck')
      else this.arm()
    }

    /** What has been heard of revocations since it was granted, or now. */
    revise(): void {
      const verdict = judge(this.held)
      if (verdict === 'refuse') this.end('revoked')
      else if (verdict === 'ask') this.#queue()
    }

    #queue(): void {
      waiting.add(this)
      reviewNext()
    }

    /** Never rejects. */
    async review(cause: 'revocation' | 'recheck'): Promise<void> {
      if (this.#reviewing) {
        this.#outdated ||= cause === 'revocation'
        return
      }
      this.#reviewing = true
      this.#reviewedAt = now()
      // An outage is no revocation, and ends nothing by itself; but what a revocation is about must be known to be good.
      const found = await review(this.held, cause).catch(() => (cause === 'revocation' ? 'revoked' : this.held))
      const isOutdated = this.#outdated
      this.#reviewing = false
      this.#outdated = false
      if (typeof found === 'string') this.end(found)
      else this.held = found
      if (isOutdated && !this.controller.signal.aborted) this.#queue()
      this.arm()
    }

    end(reason: SignalEnd['reason']): void {
      clearTimeout(this.#timer)
      holders.delete(this)
      waiting.delete(this)
      this.controller.abort(ends[reason])
    }
  }

  return {
    hold(held) {
      const holder = new Holder(held)
      const { signal } = holder.controller
      if (closed) holder.end('closed')
      else if (now() >= held.expiresAt) holder.end('expired')
      else {
        holders.add(holder)
        holder.arm()
        held.whenClosed?.(() => {
          holder.end('closed')
        })
        holder.revise()
      }
      return signal
    },
    revise(mayBeAbout = () => true) {
      for (const holder of holders) if (mayBeAbout(holder.held)) holder.revise()
    },
    close() {
      closed = true
      for (const holder of holders) holder.end('closed')
    },
    get size() {
      return holders.size
    },
  }
}
