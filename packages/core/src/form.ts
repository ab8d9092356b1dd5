/**
 * Writes application/x-www-form-urlencoded, the way URLSearchParams does (WHATWG URL §5.2), which would take several times as long about what
 * has nothing to encode, such as most tokens.
 *
 * @module
 */

/** One name or value. */
export function encodeForm(text: string): string {
  return /^[\w*.-]*$/.test(text) ? text : new URLSearchParams({ '': text }).toString().slice(1)
}

/** All fields, in their order. */
export function writeForm(fields: Readonly<Record<string, string>>): string {
  let text = ''
  for (const [name, value] of Object.entries(fields)) text += `${text === '' ? '' : '&'}${encodeForm(name)}=${encodeForm(value)}`
  return text
}
