/**
 * Texts that carry their own end, for stores that keep them longer than asked to.
 *
 * @module
 */

/** A text with the moment at which its life is over, in milliseconds since epoch. */
export function writeExpiringText(text: string, expiresAt: number): string {
  return `${Math.floor(expiresAt)} ${text}`
}

/** The text, unless its life is over or it was not written here. */
export function readExpiringText(written: string, now: number): string | undefined {
  const [head, expiresAt] = /^(\d{1,15}) /.exec(written) ?? []
  return head !== undefined && now < Number(expiresAt) ? written.slice(head.length) : undefined
}
