/**
 * Remembers answers, never decisions, RFC 7662 §4: what memory knows is judged on each hit; what it does not know is looked for in the shared
 * store, and asked for. Faults are never kept.
 *
 * @module
 */
import type { Admit } from '../admission.ts'
import { IntrospectionError, type IntrospectionErrorCode } from '../errors.ts'
import type { Origin, Recollection, Verdict } from './answer.ts'
import { createAsking } from './asking.ts'
import { createDigest } from './digest.ts'
import { createJudge, ended } from './judge.ts'
import type { Levels, Question } from './levels.ts'
import { isFresh, isFreshEnough, leftOf } from './lifetimes.ts'
import { createRefreshAhead } from './refresh-ahead.ts'
import type { Known } from './remembered.ts'
import type { FoundAnswer, SharedAnswers } from './shared-answers.ts'

/** What is known of the tokens of one authorization server. */
export interface Recall {
  /** The answer about a token, asked for unless one younger than `maxAgeMs` is known; at once when it is and the digest is. */
  readonly recall: (token: string, maxAgeMs: number, admit?: Admit) => Recollection | Promise<Recollection>
  /** The same about a text that may be no token; `undefined` when nothing is known of it and it is none: nobody is asked then. */
  readonly recallText: (
    text: string,
    maxAgeMs: number,
    isToken: (text: string) => boolean,
    admit?: Admit,
  ) => Recollection | undefined | Promise<Recollection | undefined>
  readonly forget: (token: string) => Promise<void>
}

// What an outage is: the authorization server said nothing, neither about the token nor about us.
const outages: ReadonlySet<IntrospectionErrorCode> = new Set([
  'ENDPOINT_UNREACHABLE',
  'ENDPOINT_TIMEOUT',
  'ENDPOINT_UNAVAILABLE',
  'CIRCUIT_OPEN',
])

/** Makes what recalls answers of one authorization server. */
export function createRecall(origin: Origin, levels: Levels): Recall {
  const { rules, now, remembered, shared, calls, marks } = levels
  const digestOf = createDigest(origin.identity, levels)
  const judge = createJudge(marks, levels.sha256, origin.issuer)
  const { find, askOrJoin } = createAsking(origin, judge, levels)
  const refreshAhead = rules.refreshAhead && levels.joins ? createRefreshAhead(learnAfresh, levels) : undefined

  function recallBy(question: Question): Recollection | Promise<Recollection> {
    const at = now()
    if (levels.wasSetBack(at)) {
      remembered.clear()
      calls.clear()
    }
    const known = remembered.get(question.digest)
    if (known === undefined || !isFresh(known.answer, at, question.maxAgeMs, rules)) return learn(question)
    const verdict = judge(known, question.token, 'memory')
    return typeof verdict === 'string' ? use(known, verdict, question) : verdict.then((judged) => use(known, judged, question))
  }

  function use(known: Known, verdict: Verdict, question: Question): Recollection | Promise<Recollection> {
    if (verdict === 'ask') return learn(question)
    if (verdict === 'refuse') return { answer: ended(known.answer), source: 'memory' }
    refreshAhead?.(known, question)
    return { answer: known.answer, source: 'memory' }
  }

  function learn(question: Question): Promise<Recollection> {
    const learned = learnAfresh(question)
    return rules.staleIfErrorMs === 0 ? learned : learned.catch((error: unknown) => findStale(error, question))
  }

  function learnAfresh(question: Question): Promise<Recollection> {
    if (shared === undefined || question.maxAgeMs <= 0 || find(question) !== undefined) return askOrJoin(question, false)
    return lookUp(question, shared).then((found) => (typeof found === 'string' ? askOrJoin(question, found === 'missing') : found))
  }

  /** Looks in the shared store. What is found counts from when it was sent, and not at all if something younger is known. */
  async function lookUp(question: Question, store: SharedAnswers): Promise<Recollection | 'missing' | 'unusable'> {
    const { digest, token, maxAgeMs } = question
    const answer = await look(question, store)
    if (typeof answer === 'string') return answer === 'missing' ? answer : 'unusable'
    // Marks that have come by now are judged here, with the clocks of two instances in mind; for those that come later it is ours.
    const sentAfter = marks.received
    const verdict = await judge({ answer, sentAfter }, token, 'store')
    if (verdict === 'refuse') return { answer: ended(answer), source: 'store' }
    const known = remembered.get(digest)?.answer
    if (verdict === 'ask' || (known !== undefined && known.sentAt + (known.active ? 0 : 1) > answer.sentAt)) return 'unusable'
    const at = now()
    if (leftOf(answer, at, rules) > 0) remembered.keep(digest, answer, sentAfter)
    return isFresh(answer, at, maxAgeMs, rules) ? { answer, source: 'store' } : 'unusable'
  }

  /** Not bounded for who brings a token that is known as an active one, as its question is not. */
  async function look({ digest, token, admit }: Question, store: SharedAnswers): Promise<FoundAnswer> {
    const end = remembered.get(digest)?.answer.active === true ? undefined : admit?.('look')
    try {
      return await store.read(digest, token, origin)
    } finally {
      end?.()
    }
  }

  /** What still counts, although it is older than it may be, because nobody can be asked. */
  async function findStale(error: unknown, { digest, token, maxAgeMs }: Question): Promise<Recollection> {
    const known = IntrospectionError.is(error) && outages.has(error.code) ? remembered.get(digest) : undefined
    if (known === undefined || !isFreshEnough(known.answer, now(), maxAgeMs, rules)) throw error
    if ((await judge(known, token, 'stale')) !== 'stands') throw error
    return { answer: known.answer, source: 'stale' }
  }

  return {
    recall(token, maxAgeMs, admit) {
      const digest = digestOf(token)
      return typeof digest === 'string'
        ? recallBy({ digest, token, maxAgeMs, admit })
        : digest.then((ready) => recallBy({ digest: ready, token, maxAgeMs, admit }))
    },
    recallText(text, maxAgeMs, isToken, admit) {
      const recallIf = (digest: string): Recollection | undefined | Promise<Recollection> =>
        remembered.has(digest) || isToken(text) ? recallBy({ digest, token: text, maxAgeMs, admit }) : undefined
      const digest = digestOf(text)
      return typeof digest === 'string' ? recallIf(digest) : digest.then(recallIf)
    },
    async forget(token) {
      const digest = await digestOf(token)
      calls.forget(digest)
      remembered.forget(digest)
      await shared?.drop(digest)
    },
  }
}
