/**
 * How an answer lies in a shared store: what the authorization server said, and when it was asked, as JSON. Nothing that was made of it is
 * kept: what is read back is untrusted, and is judged as strictly as a reply.
 *
 * @module
 */
import { readJsonObject } from '../strict-json.ts'

/** An answer to be stored; every answer of the cache is one. */
export type StorableAnswer =
  | (Dated & { readonly active: true; readonly introspection: { readonly claims: Readonly<Record<string, unknown>> } })
  | (Dated & { readonly active: false })

/** Milliseconds. */
interface Dated {
  /** When the authorization server was asked. */
  readonly sentAt: number
  /** For how long after that it lets its answer be kept, where it says so and that counts. */
  readonly freshForMs?: number | undefined
}

/** An answer from a store: the members of the reply still have to be read (`readIntrospection`), and held against the `claims` schema. */
export type StoredAnswer =
  | (Dated & { readonly active: true; readonly members: Record<string, unknown> })
  | (Dated & { readonly active: false })

// Raised when the format changes. How replies are read has a version of its own, in the key.
const version = 1

/** The text of an answer; `undefined` where the token would be in it. */
export function writeStoredAnswer(answer: StorableAnswer, token: string): string | undefined {
  const { active, sentAt, freshForMs } = answer
  const text = JSON.stringify({ version, sentAt, freshForMs, active, ...(answer.active ? { members: answer.introspection.claims } : {}) })
  // Of replies that name it the token has been taken out, unless it is too short to be told from ordinary words.
  return text.includes(JSON.stringify(token).slice(1, -1)) ? undefined : text
}

/** The answer that a text stands for; `undefined` where it is of another version, asked for in the future, or not what was written. */
export function readStoredAnswer(text: string, now: number): StoredAnswer | undefined {
  const json = readJsonObject(new TextEncoder().encode(text))
  if ('fault' in json || json.members['version'] !== version) return undefined
  const { sentAt, freshForMs, active, members, ...more } = json.members
  if (!isTime(sentAt) || sentAt > now || Object.keys(more).length > 1) return undefined
  if (freshForMs !== undefined && !isTime(freshForMs)) return undefined
  if (active === false) return members === undefined ? { active, sentAt, freshForMs } : undefined
  return active === true && isObject(members) ? { active, members, sentAt, freshForMs } : undefined
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
