/**
 * Reads untrusted JSON text as one object, RFC 8259: UTF-8 only, no member twice, bounded depth.
 * What is wrong is told in constant words: the text itself may hold a token.
 *
 * @module
 */

// Deeper than any real reply, far above where recursion over the value would overflow the stack.
const maxDepth = 1024

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A JSON object, or what is wrong with the text. */
export type JsonObject = { readonly members: Record<string, unknown> } | { readonly fault: string }

/** Reads the bytes as one JSON object; a byte order mark before it is ignored (RFC 8259 §8.1). */
export function readJsonObject(bytes: Uint8Array): JsonObject {
  let text: string
  let value: unknown
  try {
    text = utf8.decode(bytes)
  } catch {
    return { fault: 'it is not UTF-8' }
  }
  try {
    value = JSON.parse(text)
  } catch {
    return { fault: 'it is not JSON' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { fault: 'it is not a JSON object' }
  const fault = isWrittenBack(value, text) ? undefined : findFault(text)
  return fault === undefined ? { members: value as Record<string, unknown> } : { fault }
}

/** What is written the same again has no member twice; and so short a text cannot be too deep. To write it takes less time than to look. */
function isWrittenBack(value: object, text: string): boolean {
  return text.length <= 2 * maxDepth && JSON.stringify(value) === text
}

/** Looks for what JSON.parse passes over. The text is known to be JSON. */
function findFault(text: string): string | undefined {
  const names: (Set<string> | undefined)[] = [] // one for each open container; undefined for an array
  let nameExpected = false
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '{':
      case '[':
        nameExpected = text[at] === '{'
        names.push(nameExpected ? new Set() : undefined)
        if (names.length > maxDepth) return 'it is nested too deeply'
        break
      case '}':
      case ']':
        names.pop()
        nameExpected = false
        break
      case ',':
        nameExpected = names.at(-1) !== undefined
        break
      case '"': {
        const end = endOfString(text, at)
        const siblings = nameExpected ? names.at(-1) : undefined
        if (siblings !== undefined) {
          const raw = text.slice(at, end + 1)
          const name = raw.includes('\\') ? String(JSON.parse(raw)) : raw.slice(1, -1)
          if (siblings.has(name)) return 'a member stands in it twice'
          siblings.add(name)
        }
        nameExpected = false
        at = end
      }
    }
  }
  return undefined
}

function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1)
  while (isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at
}

/** Behind an odd number of backslashes. */
function isEscaped(text: string, at: number): boolean {
  let start = at
  while (text[start - 1] === '\\') start--
  return (at - start) % 2 === 1
}
