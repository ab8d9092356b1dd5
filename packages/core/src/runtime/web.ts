/**
 * The runtime of the web platform: Workers, Deno, Bun, browsers. `fetch` and WebCrypto, no import of `node:`.
 *
 * @module
 */
import { connectByFetch } from './fetch-connection.ts'
import type { Runtime } from './runtime.ts'

type SynchronousHash = (algorithm: string, text: string, encoding: 'base64url' | 'binary') => string

/** Bun, Deno and workerd with Node compatibility hash at once, so that a remembered answer needs no promise. */
function findSynchronousHash(): SynchronousHash | undefined {
  const { process } = globalThis as {
    readonly process?: { getBuiltinModule?: (name: string) => { readonly hash?: SynchronousHash } | undefined }
  }
  try {
    return process?.getBuiltinModule?.('node:crypto')?.hash
  } catch {
    return undefined
  }
}

const hash = findSynchronousHash()

async function digestBinary(text: string): Promise<string> {
  return String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}

async function digest(text: string): Promise<string> {
  return btoa(await digestBinary(text))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}

/** The web platform. */
export const runtime: Runtime = {
  sha256: hash === undefined ? digest : (text) => hash('sha256', text, 'base64url'),
  sha256Binary: hash === undefined ? digestBinary : (text) => hash('sha256', text, 'binary'),
  joinsRequests: (globalThis as { readonly navigator?: { readonly userAgent?: string } }).navigator?.userAgent !== 'Cloudflare-Workers',
  configurable: false,
  // Looked up at each call: tests and instrumentation replace the global.
  connect: () => connectByFetch((url, init) => fetch(url, init)),
}
