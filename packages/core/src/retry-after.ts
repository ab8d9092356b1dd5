/**
 * Reads `Retry-After`, RFC 9110 §10.2.3: digits or an HTTP-date, nothing that `Number()` or `Date.parse()` would let through besides.
 *
 * @module
 */

const httpDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** Whole seconds to wait, held within 1 to 120; `undefined` where the field says nothing usable. */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return hold(Number(value))
  if (httpDate.test(value)) return hold(Math.ceil((Date.parse(value) - now) / 1000))
  return undefined
}

function hold(seconds: number): number | undefined {
  return Number.isNaN(seconds) ? undefined : Math.min(120, Math.max(1, seconds))
}
