/**
 * The flag `--store`: `memory`, `sql:<folder>`, `redis://…`.
 *
 * @module
 */
import type { OptionFaults } from './option-faults.ts'

/** Where tokens are to be kept. */
export type StorePlace =
  | { readonly kind: 'memory' }
  /** An embedded PostgreSQL, whose files are in this folder. */
  | { readonly kind: 'sql'; readonly folder: string }
  /** The URL may hold a password: it is not to be printed. */
  | { readonly kind: 'redis'; readonly url: string }

/** What the flag stands for; what is wrong with it goes to `faults`. */
export function parseStoreFlag(text: string, faults: OptionFaults): StorePlace | undefined {
  if (text === 'memory') return { kind: 'memory' }
  const [, folder] = /^sql:(.+)$/s.exec(text) ?? []
  if (folder !== undefined) return { kind: 'sql', folder }
  if (/^rediss?:\/\//.test(text) && URL.canParse(text)) return { kind: 'redis', url: text }
  return faults.expect('store', '"memory", "sql:<folder>" or "redis://<host>"', text)
}
