/**
 * The digests under which answers are known: tokens are not kept in plain text (RFC 9700 §4.9.3).
 *
 * @module
 */

/** SHA-256 of a text, at once where the platform can. */
export interface Hashes {
  /** In base64url. */
  readonly sha256: (text: string) => string | Promise<string>
  /** With one character for each byte, which takes less room. */
  readonly sha256Binary: (text: string) => string | Promise<string>
}

/** Makes SHA-256 over the digest of the identity and the token: none of two authorization servers, or of two clients, are the same. */
export function createDigest(
  identity: string | Promise<string>,
  { sha256, sha256Binary }: Hashes,
): (token: string) => string | Promise<string> {
  let prefix: string | undefined

  return (token) => {
    if (prefix !== undefined) return sha256Binary(prefix + token)
    const use = (digest: string): string | Promise<string> => {
      // Kept when it is there, and not as a promise: on Workers one request must not wait for what another has begun.
      prefix = digest
      return sha256Binary(digest + token)
    }
    const digest = typeof identity === 'string' ? sha256(identity) : identity.then(sha256)
    return typeof digest === 'string' ? use(digest) : digest.then(use)
  }
}
