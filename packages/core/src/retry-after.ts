/**
 * Reads `Retry-After`, RFC 9110 §10.2.3: digits or an HTTP-date, nothing that `Number()` or `Date.parse()` would let through besides.
 *
 * @module
 */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const month = `(?<month>${months.join('|')})`
const time = String.raw`(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})`

// The three formats of RFC 9110 §5.6.7, all of which a recipient must accept: IMF-fixdate, and the obsolete ones of RFC 850 and asctime().
const httpDates = [
  new RegExp(String.raw`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\d{2}) ${month} (?<year>\d{4}) ${time} GMT$`),
  new RegExp(String.raw`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\d{2})-${month}-(?<year>\d{2}) ${time} GMT$`),
  new RegExp(String.raw`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${month} (?<day>[ \d]\d) ${time} (?<year>\d{4})$`),
]

/** Whole seconds to wait, held within 1 to 120; `undefined` where the field says nothing usable. */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return hold(Number(value))
  const date = readHttpDate(value, now)
  return date === undefined ? undefined : hold(Math.ceil((date - now) / 1000))
}

function readHttpDate(value: string, now: number): number | undefined {
  const parts = httpDates.map((format) => format.exec(value)?.groups).find((groups) => groups !== undefined)
  if (parts === undefined) return undefined
  const [day = 0, hour = 0, minute = 0, second = 0] = [parts['day'], parts['hour'], parts['minute'], parts['second']].map(Number)
  // A leap second is allowed to stand there (RFC 5322 §3.3).
  if (day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined
  return Date.UTC(readYear(parts['year'] ?? '', now), months.indexOf(parts['month'] ?? ''), day, hour, minute, second)
}

/** Two digits that would lie more than 50 years ahead are of the century before (RFC 9110 §5.6.7). */
function readYear(digits: string, now: number): number {
  if (digits.length === 4) return Number(digits)
  const thisYear = new Date(now).getUTCFullYear()
  const year = thisYear - (thisYear % 100) + Number(digits)
  return year > thisYear + 50 ? year - 100 : year
}

function hold(seconds: number): number {
  return Math.min(120, Math.max(1, seconds))
}
