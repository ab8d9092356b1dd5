/**
 * Asks the authorization server: one call for any number of requests that want the same, and a second one where a mark of revocation came while
 * it was under way. What it brings is kept and shared.
 *
 * @module
 */
import type { Answer, Origin, Recollection } from './answer.ts'
import type { Call } from './calls.ts'
import { ended, type Judge } from './judge.ts'
import type { Levels, Question } from './levels.ts'
import { leftOf } from './lifetimes.ts'

/** Asks about tokens. */
export interface Asking {
  /** A call that is young enough for the question. */
  readonly find: (question: Question) => Call | undefined
  /** `isNew`: nobody has shared anything about the token. */
  readonly askOrJoin: (question: Question, isNew: boolean) => Promise<Recollection>
}

/** Makes what asks one authorization server. */
export function createAsking(origin: Origin, judge: Judge, levels: Levels): Asking {
  const { rules, now, joins, marks, remembered, shared, calls } = levels

  function find(question: Question): Call | undefined {
    // Memory that keeps nothing joins nothing either: an answer must then not be older than the request.
    return calls.find(question.digest, now(), Math.min(question.maxAgeMs, rules.maxAgeMs))
  }

  function askOrJoin(question: Question, isNew: boolean, again = false): Promise<Recollection> {
    const call = find(question)
    if (call === undefined) return start(question, isNew).answer.then((answer) => ({ answer, source: 'asked' }))
    // Who came after a mark wants an answer from after it.
    return call.answer.then((answer) => (call.outdated && !again ? askOrJoin(question, false, true) : { answer, source: 'joined' }))
  }

  function start({ digest, token, admit }: Question, isNew: boolean): Call {
    const isKnown = remembered.get(digest)?.answer.active === true
    return calls.start(digest, now, async (call) => {
      let sentAfter = marks.received
      let answer = await origin.ask(token, isKnown ? undefined : admit)
      let verdict = marks.any ? await judge({ answer, sentAfter }, token, 'call') : 'stands'
      if (verdict === 'ask') {
        call.sentAt = now()
        sentAfter = marks.received
        answer = await origin.ask(token)
        verdict = await judge({ answer, sentAfter }, token, 'call')
      }
      call.outdated = verdict === 'ask'
      const outcome = verdict === 'refuse' ? ended(answer) : answer
      if (!call.outdated && calls.isLast(digest, call)) {
        // What was asked before the mark is not kept, not even as what it has ended: what is asked from now on may be.
        if (verdict !== 'refuse' || sentAfter === marks.received) keep(digest, answer, sentAfter)
        const sharing = share(digest, token, outcome, isNew)
        if (!joins) await sharing
      }
      return outcome
    })
  }

  /** What a mark has ended is kept as it is: it will be refused without a call. */
  function keep(digest: string, answer: Answer, sentAfter: number): void {
    if (leftOf(answer, now(), rules) > 0) remembered.keep(digest, answer, sentAfter)
    else remembered.forget(digest)
  }

  function share(digest: string, token: string, answer: Answer, isNew: boolean): Promise<void> | undefined {
    if (answer.active) return shared?.write(digest, token, answer, leftOf(answer, now(), rules))
    return isNew ? undefined : shared?.drop(digest)
  }

  return { find, askOrJoin }
}
