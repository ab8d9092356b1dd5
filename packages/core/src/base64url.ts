/**
 * base64url as JOSE wants it, RFC 7515 §2: no padding, no other character, and one way only to write some bytes.
 *
 * @module
 */

// By what is left over of four: the last characters whose unused bits are 0 (RFC 4648 §3.5).
const endings: Readonly<Record<number, string>> = { 2: 'AQgw', 3: 'AEIMQUYcgkosw048' }

/** The bytes that a text stands for; `undefined` where it is not strictly base64url. */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const left = text.length % 4
  if (!/^[\w-]*$/.test(text) || left === 1 || (left > 1 && endings[left]?.includes(text.slice(-1)) !== true)) return undefined
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
}

/** The text that stands for some bytes. */
export function encodeBase64url(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
