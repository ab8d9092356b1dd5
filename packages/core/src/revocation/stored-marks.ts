/**
 * Marks as they lie in Redis: written as JSON, in a sorted set by the time at which Redis took them.
 *
 * @module
 */
import type { RedisCommands } from '../redis-client.ts'
import { type RevocationMark, readRevocationMark } from './revocation-mark.ts'

// So many at a time: while they are read and heard, Redis has others to answer, and so have we.
const pageSize = 1000

// Of the last millisecond all, however many, so that the next page can begin after it.
const pageScript = `
local page = redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ${pageSize})
if #page < ${2 * pageSize} then return page end
local last, kept = page[#page], #page
while kept > 0 and page[kept] == last do kept = kept - 2 end
for at, item in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], last, last, 'WITHSCORES')) do page[kept + at] = item end
return page`

/** The marks that Redis took at a time, in milliseconds, or later; in pages, oldest first. */
export async function* readStoredMarks(
  commands: RedisCommands,
  name: string,
  since: number,
): AsyncGenerator<readonly RevocationMark[], void> {
  let from = String(since)
  for (;;) {
    // Members and scores in turn.
    const reply = await commands.evaluate(pageScript, name, from)
    const items: readonly unknown[] = Array.isArray(reply) ? reply : []
    yield items.flatMap((item, at) => {
      const mark = at % 2 === 0 ? readWrittenMark(item, Number(items[at + 1])) : undefined
      return mark === undefined ? [] : [mark]
    })
    if (items.length < 2 * pageSize) return
    from = `(${String(items.at(-1))}`
  }
}

/** A mark that does not say when it happened has happened when Redis took it, not when it came to be read. */
export function readWrittenMark(text: unknown, at: number): RevocationMark | undefined {
  try {
    const mark = readRevocationMark(JSON.parse(String(text)))
    return mark === undefined ? undefined : Object.freeze({ eventTime: Math.floor(at / 1000), ...mark })
  } catch {
    return undefined
  }
}
