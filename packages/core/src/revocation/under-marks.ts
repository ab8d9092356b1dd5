/**
 * Holds what is known of a token against what has been heard of revocations.
 *
 * @module
 */
import { runtime } from '#runtime'
import type { Recall, Recollection } from '../cache/remember.ts'
import type { Marks } from './marks.ts'

/** The same, under marks. */
export function underMarks({ recall, forget }: Recall, marks: Marks, issuer: string | undefined): Recall {
  async function judge(token: string, recollection: Recollection, again: boolean): Promise<Recollection> {
    const { answer, source } = recollection
    if (!answer.active || !marks.any) return recollection
    const tokenDigest = marks.needsTokenDigest ? await runtime.sha256(token) : undefined
    const verdict = marks.judge({ ...answer, from: source === 'memory' ? 'memory' : 'call', tokenDigest, issuer })
    if (verdict === 'stands') return recollection
    await forget(token)
    if (verdict === 'refuse') return { answer: { active: false, sentAt: answer.sentAt }, source }
    return again ? judge(token, await recall(token, 0), false) : recollection
  }
  return {
    forget,
    recall(token, maxAgeMs) {
      const recalled = recall(token, maxAgeMs)
      if ('then' in recalled) return recalled.then((recollection) => judge(token, recollection, true))
      return marks.any ? judge(token, recalled, true) : recalled
    },
  }
}
