import { describe, expect, it } from '@jest/globals'
import type { AnswerMarks, AnswerToJudge, Verdict } from '../../src/cache/answer.ts'
import { IntrospectionError } from '../../src/errors.ts'
import { runtime } from '../../src/runtime/node.ts'
import { type BenchParts, type MemoryBench, memoryBench, rules, sourceOf } from './memory-bench.ts'

/** Marks that say what the test wants them to. */
class ScriptedMarks implements AnswerMarks {
  any = true
  received = 0
  needsTokenDigest = false
  say: (about: AnswerToJudge) => Verdict = () => 'stands'
  readonly judged: AnswerToJudge[] = []

  judge(about: AnswerToJudge): Verdict {
    this.judged.push(about)
    return this.say(about)
  }

  /** A mark of a token comes in: what was sent before must be asked again. */
  mark(): void {
    const order = ++this.received
    this.say = ({ sentAfter }) => (sentAfter >= order ? 'stands' : 'ask')
  }
}

function markedBench(more: Partial<BenchParts> = {}): { readonly marks: ScriptedMarks; readonly memory: MemoryBench } {
  const marks = new ScriptedMarks()
  return { marks, memory: memoryBench({ marks, issuer: 'https://as.example', ...more }) }
}

const down = new IntrospectionError('ENDPOINT_UNREACHABLE', 'down')

describe('a mark of revocation', () => {
  it('is looked for on every hit, and refuses a token that has ended', async () => {
    const { marks, memory } = markedBench()
    await memory.learn('tok', { active: true, sub: 'user-1' })
    expect(sourceOf(memory, 'tok')).toBe('memory')
    marks.say = () => 'refuse'
    expect(memory.recall('tok', Infinity)).toEqual({ source: 'memory', answer: { active: false, sentAt: 1_000_000 } })
    expect(memory.asked).toHaveLength(1)
    expect(marks.judged.at(-1)).toMatchObject({
      introspection: { sub: 'user-1' },
      from: 'memory',
      sentAt: 1_000_000,
      sentAfter: 0,
      issuer: 'https://as.example',
      tokenDigest: undefined,
    })
  })

  it('makes us ask again, once, when it came after the answer was asked for', async () => {
    const { marks, memory } = markedBench()
    await memory.learn('tok', { active: true })
    marks.mark()
    expect(sourceOf(memory, 'tok')).toBe('asked')
    await memory.settle({ active: true })
    expect([sourceOf(memory, 'tok'), sourceOf(memory, 'tok')]).toEqual(['memory', 'memory'])
    expect(memory.asked).toHaveLength(2)
  })

  it('that came while a call was under way makes it two, and what the second brings is kept', async () => {
    const { marks, memory } = markedBench()
    const first = memory.request('tok')
    marks.mark()
    const second = memory.request('tok')
    await memory.settle({ active: true })
    const third = memory.request('tok')
    expect(memory.asked).toHaveLength(2)
    await memory.settle({ active: false })
    const answers = await Promise.all([first, second, third])
    expect(answers.map(({ source, answer }) => [source, answer.active])).toEqual([
      ['asked', false],
      ['joined', false],
      ['joined', false],
    ])
    expect(sourceOf(memory, 'tok')).toBe('memory')
    expect(memory.asked).toHaveLength(2)
  })

  it('makes the second call as young as it is: who wants a young answer joins it', async () => {
    const { marks, memory } = markedBench()
    const first = memory.request('tok')
    memory.clock += 5_000
    marks.mark()
    await memory.settle({ active: true })
    const demanding = memory.request('tok', 1_000)
    expect(memory.asked).toHaveLength(2)
    await memory.settle({ active: true })
    expect((await Promise.all([first, demanding])).map(({ source, answer }) => [source, answer.sentAt])).toEqual([
      ['asked', 1_005_000],
      ['joined', 1_005_000],
    ])
  })

  it('that comes during the second call, too, is for those who came after it: the others have their answer, which is not kept', async () => {
    const { marks, memory } = markedBench()
    const first = memory.request('tok')
    marks.mark()
    await memory.settle({ active: true })
    marks.mark()
    const late = memory.request('tok')
    await memory.settle({ active: true })
    expect(await first).toMatchObject({ source: 'asked', answer: { active: true } })
    expect(memory.stats().entries).toBe(0)
    expect(memory.asked).toHaveLength(3)
    await memory.settle({ active: false })
    expect(await late).toMatchObject({ source: 'asked', answer: { active: false } })
    expect(memory.recall('tok', Infinity)).toMatchObject({ answer: { active: false } })
  })

  it('that ended the token while a call was under way refuses what it brings, and all that comes later without a call', async () => {
    const { marks, memory } = markedBench()
    const first = memory.request('tok')
    marks.say = () => 'refuse'
    await memory.settle({ active: true })
    expect(await first).toMatchObject({ source: 'asked', answer: { active: false } })
    expect(memory.recall('tok', Infinity)).toMatchObject({ source: 'memory', answer: { active: false } })
    expect(memory.asked).toHaveLength(1)
    expect(marks.judged.map(({ from }) => from)).toEqual(['call', 'memory'])
  })

  it('that came while a call was under way, and ended the token, has it asked about once more, and no more', async () => {
    const { marks, memory } = markedBench()
    const first = memory.request('tok')
    marks.received++
    marks.say = () => 'refuse'
    await memory.settle({ active: true })
    expect(await first).toMatchObject({ source: 'asked', answer: { active: false } })
    expect(memory.stats().entries).toBe(0)
    expect(await memory.learn('tok', { active: true })).toMatchObject({ source: 'asked', answer: { active: false } })
    expect(memory.recall('tok', Infinity)).toMatchObject({ source: 'memory', answer: { active: false } })
  })

  it.each(['ask', 'refuse'] as const)('that says %s lets nothing older be served in an outage', async (verdict) => {
    const { marks, memory } = markedBench({ rules: { ...rules, staleIfErrorMs: 300_000 } })
    await memory.learn('tok', { active: true })
    memory.clock += 60_000
    expect(await memory.learn('tok', down)).toMatchObject({ source: 'stale' })
    marks.say = ({ from }) => (from === 'stale' ? verdict : 'stands')
    await expect(memory.learn('tok', down)).rejects.toThrow('down')
  })

  it('that makes us ask lets a young answer be no stale one', async () => {
    const { marks, memory } = markedBench({ rules: { ...rules, staleIfErrorMs: 300_000 } })
    await memory.learn('tok', { active: true })
    marks.mark()
    await expect(memory.learn('tok', down)).rejects.toThrow('down')
  })

  it.each([
    ['at once', runtime.sha256],
    ['as a promise', (text: string) => Promise.resolve(runtime.sha256(text))],
  ])('by the digest of the token is given it where it is needed: %s', async (_how, sha256) => {
    const { marks, memory } = markedBench({ sha256 })
    marks.needsTokenDigest = true
    const pending = memory.request('tok')
    await new Promise((done) => setImmediate(done))
    await memory.settle({ active: true })
    await pending
    marks.say = ({ tokenDigest }) => (tokenDigest === runtime.sha256('tok') ? 'refuse' : 'stands')
    expect(await memory.request('tok')).toMatchObject({ source: 'memory', answer: { active: false } })
  })

  it('is not looked for while there is none, nor in inactive answers', async () => {
    const { marks, memory } = markedBench()
    await memory.learn('bad', { active: false })
    expect(sourceOf(memory, 'bad')).toBe('memory')
    marks.any = false
    await memory.learn('tok', { active: true })
    expect(sourceOf(memory, 'tok')).toBe('memory')
    expect(marks.judged).toEqual([])
  })
})
