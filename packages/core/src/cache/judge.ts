/**
 * Holds answers against the marks of revocation.
 *
 * @module
 */
import type { Answer, AnswerMarks, AnswerPlace, Verdict } from './answer.ts'

/** Judges an answer about a token; at once where nothing is marked, or where the digest of the token is at hand or not needed. */
export type Judge = (
  known: { readonly answer: Answer; readonly sentAfter: number },
  token: string,
  from: AnswerPlace,
) => Verdict | Promise<Verdict>

/** Makes what judges the answers of one authorization server. */
export function createJudge(marks: AnswerMarks, sha256: (text: string) => string | Promise<string>, issuer: string | undefined): Judge {
  return ({ answer, sentAfter }, token, from) => {
    if (!marks.any || !answer.active) return 'stands'
    const about = { introspection: answer.introspection, sentAt: answer.sentAt, sentAfter, from, issuer }
    const tokenDigest = marks.needsTokenDigest ? sha256(token) : undefined
    if (typeof tokenDigest === 'object') return tokenDigest.then((ready) => marks.judge({ ...about, tokenDigest: ready }))
    return marks.judge({ ...about, tokenDigest })
  }
}

/** What is said of a token that a mark has ended. */
export function ended({ sentAt }: Answer): Answer {
  return { active: false, sentAt }
}
