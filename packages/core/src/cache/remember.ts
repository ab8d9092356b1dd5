/**
 * Remembers answers, never decisions, RFC 7662 §4: never past `exp`, by the wall clock on each hit; faults are never kept.
 * Calls for one token are joined; what they share is a promise of plain data, and no caller can end it for the others.
 *
 * @module
 */
import type { Admit } from '../admission.ts'
import type { AnswerSource } from '../events.ts'
import type { ActiveIntrospection } from '../introspection-response.ts'
import { createMemoryStore, type MemoryStore } from './memory-store.ts'

/** An answer of the authorization server, with what the `claims` schema made of it. Times in milliseconds. */
export type Answer =
  | {
      readonly active: true
      readonly introspection: ActiveIntrospection
      readonly claims: unknown
      /** Where the schema was not met: paths, no values. */
      readonly invalidPaths: readonly string[] | undefined
      readonly sentAt: number
    }
  | { readonly active: false; readonly sentAt: number }

/** An answer and where it came from. */
export interface Recollection {
  readonly answer: Answer
  readonly source: AnswerSource
}

/** Milliseconds and entries. An age of 0 keeps nothing. */
export interface MemoryRules {
  readonly maxEntries: number
  readonly maxAgeMs: number
  readonly inactiveMaxEntries: number
  readonly inactiveMaxAgeMs: number
}

/** What remembering rests on. */
export interface MemoryParts {
  readonly rules: MemoryRules
  readonly now: () => number
  readonly sha256: (text: string) => string | Promise<string>
}

/** Who is asked about tokens that nothing is known of. */
export interface Origin {
  /** Everything but the token that can change an answer, as one text. */
  readonly identity: string | Promise<string>
  /** `admit` comes along unless the token is known as an active one, however old the answer. */
  readonly ask: (token: string, admit?: Admit) => Promise<Answer>
}

/** What is known of the tokens of one authorization server. */
export interface Recall {
  /** The answer about a token, asked for unless one younger than `maxAgeMs` is known; at once when it is and the digest is. */
  readonly recall: (token: string, maxAgeMs: number, admit?: Admit) => Recollection | Promise<Recollection>
  readonly forget: (token: string) => Promise<void>
}

/** The answers about tokens: one bounded room for all authorization servers of a resource server. */
export interface Memory {
  /** What is known by way of one of them; nothing of it is known to another. */
  of(origin: Origin): Recall
  readonly size: () => { readonly entries: number; readonly inactiveEntries: number; readonly callsInFlight: number }
}

interface Call {
  readonly sentAt: number
  readonly answer: Promise<Answer>
}

/** Makes the memory of one resource server. */
export function createMemory({ rules, now, sha256 }: MemoryParts): Memory {
  const active: MemoryStore<Answer> = createMemoryStore(rules.maxEntries)
  // A store of their own: a flood of made-up tokens evicts no good one.
  const inactive: MemoryStore<Answer> = createMemoryStore(rules.inactiveMaxEntries)
  const calls = new Map<string, Call>()
  let callsInFlight = 0

  function recallBy(key: string, maxAgeMs: number, ask: (known: boolean) => Promise<Answer>): Recollection | Promise<Recollection> {
    const at = now()
    const answer = active.get(key) ?? inactive.get(key)
    if (answer !== undefined && isUsable(answer, at, maxAgeMs)) return { answer, source: 'memory' }
    const call = calls.get(key)
    // Memory that keeps nothing joins nothing either: an answer must then not be older than the request.
    if (call !== undefined && isYounger(call, at, Math.min(maxAgeMs, rules.maxAgeMs)))
      return call.answer.then((joined) => ({ answer: joined, source: 'joined' }))
    return startCall(key, at, ask(answer?.active === true)).then((asked) => ({ answer: asked, source: 'asked' }))
  }

  function startCall(key: string, sentAt: number, asked: Promise<Answer>): Promise<Answer> {
    const call: Call = { sentAt, answer: asked.then((answer) => keep(key, call, answer)) }
    calls.set(key, call)
    callsInFlight++
    const end = (): void => {
      callsInFlight--
      if (calls.get(key) === call) calls.delete(key)
    }
    call.answer.then(end, end)
    return call.answer
  }

  /** Keeps an answer, unless the token was forgotten or asked about again meanwhile. */
  function keep(key: string, call: Call, answer: Answer): Answer {
    if (calls.get(key) !== call) return answer
    active.delete(key)
    inactive.delete(key)
    if (isUsable(answer, now(), Infinity)) (answer.active ? active : inactive).set(key, answer)
    return answer
  }

  function isUsable(answer: Answer, at: number, maxAgeMs: number): boolean {
    if (!isYounger(answer, at, Math.min(maxAgeMs, answer.active ? rules.maxAgeMs : rules.inactiveMaxAgeMs))) return false
    const exp = answer.active ? answer.introspection.exp : undefined
    return exp === undefined || at < exp * 1000
  }

  function recallOf({ identity, ask }: Origin): Recall {
    const prefix = typeof identity === 'string' ? sha256(identity) : identity.then(sha256)

    /** SHA-256 over the digest of the identity and the token: tokens are not kept in plain text (RFC 9700 §4.9.3). */
    function digest(token: string): string | Promise<string> {
      return typeof prefix === 'string' ? sha256(prefix + token) : prefix.then((ready) => sha256(ready + token))
    }

    return {
      recall(token, maxAgeMs, admit) {
        const key = digest(token)
        const askAbout = (known: boolean): Promise<Answer> => ask(token, known ? undefined : admit)
        return typeof key === 'string' ? recallBy(key, maxAgeMs, askAbout) : key.then((ready) => recallBy(ready, maxAgeMs, askAbout))
      },
      async forget(token) {
        const key = await digest(token)
        calls.delete(key)
        active.delete(key)
        inactive.delete(key)
      },
    }
  }

  return { of: recallOf, size: () => ({ entries: active.size, inactiveEntries: inactive.size, callsInFlight }) }
}

/** Age counts from when the call was sent; one that lies ahead means that the clock was set back: nothing is known of its age. */
export function isYounger({ sentAt }: { readonly sentAt: number }, at: number, maxAgeMs: number): boolean {
  return at >= sentAt && at - sentAt < maxAgeMs
}
