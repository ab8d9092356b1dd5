/**
 * Reads for how long a reply may be kept by `Cache-Control`, RFC 9111 §5.2.2, as a cache of our own: `private` and `s-maxage` are not for us.
 *
 * @module
 */

interface Fields {
  header(name: string): string | undefined
}

const directive = /([!#$%&'*+.^_`|~\w-]+)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,;]*)))?/g

/** Milliseconds from when the reply came; 0: it must not be kept. `undefined` where nothing is said about it. */
export function readFreshForMs(reply: Fields): number | undefined {
  const ages: number[] = []
  for (const [, name = '', quoted, plain] of (reply.header('cache-control') ?? '').matchAll(directive)) {
    if (/^no-(?:store|cache)$/i.test(name)) return 0
    // Said twice, or not readable, the reply is taken for older than it may be (RFC 9111 §4.2.1).
    if (/^max-age$/i.test(name)) ages.push(readSeconds(quoted ?? plain))
  }
  if (ages.length === 0) return undefined
  // A cache on the way may have kept it for a while (RFC 9111 §4.2.3); of several ages the first counts (§5.1).
  const [age] = reply.header('age')?.split(',', 1) ?? []
  return Math.max(0, Math.min(...ages) - readSeconds(age?.trim())) * 1000
}

function readSeconds(text: string | undefined): number {
  return text !== undefined && /^\d+$/.test(text) ? Math.min(Number(text), 2 ** 31) : 0
}
