import { describe, expect, it } from '@jest/globals'
import type { Recollection } from '../../src/cache/answer.ts'
import { runtime } from '../../src/runtime/node.ts'
import { memoryBench, rules, sourceOf, turn } from './memory-bench.ts'

describe('remembered answers', () => {
  it('come at once, by one digest, and are the very same [CA-01]', async () => {
    const memory = memoryBench()
    const { answer, source } = await memory.learn('tok', { active: true })
    expect(source).toBe('asked')
    memory.digested.length = 0
    const again = memory.recall('tok', Infinity) as Recollection
    expect(again.source).toBe('memory')
    expect(again.answer).toEqual(answer)
    expect(again.answer).toMatchObject({ claims: expect.any(Object) })
    expect({ asked: memory.asked, digested: memory.digested.length }).toEqual({ asked: ['tok'], digested: 1 })
  })

  it('live less than the age, counted from when the question was sent', async () => {
    const memory = memoryBench()
    const pending = memory.recall('tok', Infinity)
    memory.clock += 20_000
    await memory.settle({ active: true })
    await pending
    memory.clock += 39_999
    expect(sourceOf(memory, 'tok')).toBe('memory')
    memory.clock += 1
    expect(sourceOf(memory, 'tok')).toBe('asked')
  })

  it('end at exp by the wall clock of each recall, however young they are [CA-02] [CA-18]', async () => {
    const memory = memoryBench()
    await memory.learn('tok', { active: true, exp: 1030 })
    memory.clock = 1_029_999
    expect(sourceOf(memory, 'tok')).toBe('memory')
    memory.clock = 1_030_000
    expect(sourceOf(memory, 'tok')).toBe('asked')
  })

  it('are not kept when exp has come while the question was under way [CA-02]', async () => {
    const memory = memoryBench()
    const pending = memory.recall('tok', Infinity)
    memory.clock = 1_030_000
    await memory.settle({ active: true, exp: 1030 })
    expect(await pending).toMatchObject({ source: 'asked', answer: { active: true } })
    expect(memory.stats()).toMatchObject({ entries: 0, inactiveEntries: 0, callsInFlight: 0 })
  })

  it('live no longer when the process was suspended: the time has passed all the same [CA-18]', async () => {
    const memory = memoryBench()
    await memory.learn('tok', { active: true, exp: 1_000_000 })
    memory.clock += 600_000
    expect(sourceOf(memory, 'tok')).toBe('asked')
  })

  it('count by a clock that starts at 0, too', async () => {
    const memory = memoryBench({}, 0)
    await memory.learn('tok', { active: true })
    memory.clock = 59_999
    expect(sourceOf(memory, 'tok')).toBe('memory')
    memory.clock = 60_000
    expect(sourceOf(memory, 'tok')).toBe('asked')
  })

  it.each([
    ['behind the question', -3_600_000],
    ['by less than their age', -15_000],
  ])('end when the clock is set back %s, and do not come back with the time [CA-18]', async (_how, step) => {
    const memory = memoryBench()
    await memory.learn('a', { active: true })
    await memory.learn('x', { active: false })
    memory.clock += 20_000
    expect(sourceOf(memory, 'a')).toBe('memory')
    memory.clock += step
    expect(sourceOf(memory, 'a')).toBe('asked')
    memory.clock += 1 - step
    expect(['a', 'x'].map((token) => sourceOf(memory, token))).toEqual(['asked', 'asked'])
    expect(memory.stats()).toMatchObject({ entries: 0, inactiveEntries: 0 })
  })

  it('end when a clock that nobody sets has gone further than the one by which they are dated', async () => {
    let elapsed = 0
    const memory = memoryBench({ elapsed: () => elapsed })
    await memory.learn('tok', { active: true })
    memory.clock += 30_000
    elapsed += 30_900
    expect(sourceOf(memory, 'tok')).toBe('memory')
    memory.clock += 20_000
    elapsed += 30_000
    expect(sourceOf(memory, 'tok')).toBe('asked')
  })

  it('are kept no longer than the authorization server lets them, and not at all where it does not [CA-12]', async () => {
    const memory = memoryBench()
    await memory.learn('a', { active: true, freshForMs: 5_000 })
    await memory.learn('b', { active: true, freshForMs: 3_600_000 })
    await memory.learn('c', { active: true, freshForMs: 0 })
    await memory.learn('x', { active: false, freshForMs: 0 })
    await memory.learn('y', { active: false, freshForMs: 5_000 })
    expect(memory.stats()).toMatchObject({ entries: 2, inactiveEntries: 1 })
    memory.clock += 4_999
    expect(['a', 'b', 'y'].map((token) => sourceOf(memory, token))).toEqual(['memory', 'memory', 'memory'])
    memory.clock += 1
    expect(['a', 'b', 'y'].map((token) => sourceOf(memory, token))).toEqual(['asked', 'memory', 'asked'])
    memory.clock += 55_000
    expect(sourceOf(memory, 'b')).toBe('asked')
  })

  it('are passed over by who wants a younger one, and replaced by its answer', async () => {
    const memory = memoryBench()
    await memory.learn('tok', { active: true })
    memory.clock += 5_000
    expect(sourceOf(memory, 'tok', 5_001)).toBe('memory')
    expect(sourceOf(memory, 'tok', 5_000)).toBe('asked')
    await memory.settle({ active: false })
    expect(memory.recall('tok', Infinity)).toMatchObject({ source: 'memory', answer: { active: false, sentAt: memory.clock } })
    expect(memory.stats()).toMatchObject({ entries: 0, inactiveEntries: 1, callsInFlight: 0 })
  })

  it('are never used by who wants the answer to a question of its own', async () => {
    const memory = memoryBench()
    await memory.learn('tok', { active: true })
    expect(sourceOf(memory, 'tok', 0)).toBe('asked')
  })

  it('live shorter when they say inactive, and change sides when the token changes [CA-05]', async () => {
    const memory = memoryBench()
    await memory.learn('tok', { active: false })
    memory.clock += 9_999
    expect(sourceOf(memory, 'tok')).toBe('memory')
    memory.clock += 1
    expect(sourceOf(memory, 'tok')).toBe('asked')
    await memory.settle({ active: true })
    expect(memory.stats()).toMatchObject({ entries: 1, inactiveEntries: 0, callsInFlight: 0 })
    expect(memory.recall('tok', Infinity)).toMatchObject({ source: 'memory', answer: { active: true } })
  })

  it.each([
    ['active', { ...rules, maxAgeMs: 0 }, { entries: 0, inactiveEntries: 1 }],
    ['inactive', { ...rules, inactiveMaxAgeMs: 0 }, { entries: 1, inactiveEntries: 0 }],
  ])('are not kept when the age of %s ones is 0 [CA-03]', async (_what, noAge, size) => {
    const memory = memoryBench({ rules: noAge })
    await memory.learn('good', { active: true })
    await memory.learn('bad', { active: false })
    expect(memory.stats()).toMatchObject(size)
    expect(sourceOf(memory, 'good')).toBe(size.entries === 0 ? 'asked' : 'memory')
    expect(sourceOf(memory, 'bad')).toBe(size.inactiveEntries === 0 ? 'asked' : 'memory')
  })

  it('are bounded on either side, and no flood of inactive tokens drives out a good one [CA-05] [CA-18]', async () => {
    const memory = memoryBench()
    for (const token of ['a', 'b', 'c', 'd']) await memory.learn(token, { active: true })
    for (let at = 0; at < 500; at++) await memory.learn(`bad-${at}`, { active: false })
    expect(memory.stats()).toMatchObject({ entries: 3, inactiveEntries: 3, callsInFlight: 0 })
    expect(['b', 'c', 'd'].map((token) => sourceOf(memory, token))).toEqual(['memory', 'memory', 'memory'])
    expect(sourceOf(memory, 'a')).toBe('asked')
  })

  it('are never faults: the next one asks again [CA-18]', async () => {
    const memory = memoryBench()
    await expect(memory.learn('tok', new Error('down'))).rejects.toThrow('down')
    expect(memory.stats()).toMatchObject({ entries: 0, inactiveEntries: 0, callsInFlight: 0 })
    expect(sourceOf(memory, 'tok')).toBe('asked')
    await memory.settle({ active: true })
    expect(sourceOf(memory, 'tok')).toBe('memory')
  })

  it('outlive a fault of a later question, until their own end', async () => {
    const memory = memoryBench()
    await memory.learn('tok', { active: true })
    const failed = expect(memory.recall('tok', 0)).rejects.toThrow('down')
    await memory.settle(new Error('down'))
    await failed
    expect(sourceOf(memory, 'tok')).toBe('memory')
  })

  it('are forgotten on demand, of one token only', async () => {
    const memory = memoryBench()
    for (const [token, active] of [
      ['a', true],
      ['b', true],
      ['x', false],
      ['y', false],
    ] as const)
      await memory.learn(token, { active })
    await memory.forget('a')
    await memory.forget('x')
    await memory.forget('never seen')
    expect(memory.stats()).toMatchObject({ entries: 1, inactiveEntries: 1, callsInFlight: 0 })
    expect(['b', 'y', 'a', 'x'].map((token) => sourceOf(memory, token))).toEqual(['memory', 'memory', 'asked', 'asked'])
  })
})

describe('keys', () => {
  it('are digests of who asks and of the token, so that no two servers or clients share one [CA-04] [CA-06]', async () => {
    const made: string[] = []
    const hash = (text: string): string => {
      made.push(text)
      return `<digest ${made.length}>`
    }
    for (const identity of ['one', 'two']) await memoryBench({ identity, sha256: hash, sha256Binary: hash }).learn('tok', { active: true })
    expect(made).toEqual(['one', '<digest 1>tok', 'two', '<digest 3>tok'])
  })

  it('may take their time: the digest of the web platform is a promise', async () => {
    const memory = memoryBench({
      sha256: (text) => Promise.resolve(runtime.sha256(text)),
      sha256Binary: (text) => Promise.resolve(runtime.sha256Binary(text)),
    })
    const first = memory.recall('tok', Infinity)
    await new Promise((done) => setImmediate(done))
    await memory.settle({ active: true })
    expect(await first).toMatchObject({ source: 'asked' })
    expect(await memory.recall('tok', Infinity)).toMatchObject({ source: 'memory' })
    await memory.forget('tok')
    expect(memory.stats().entries).toBe(0)
  })
})

describe('a text that may be no token', () => {
  const never = (): boolean => false

  it('is not asked about when it is none, and nothing waits', () => {
    const memory = memoryBench()
    expect(memory.recallText('a b', Infinity, never)).toBeUndefined()
    expect(memory.asked).toEqual([])
  })

  it('is asked about when it is one', async () => {
    const memory = memoryBench()
    const seen: string[] = []
    const pending = memory.recallText('tok', Infinity, (text) => seen.push(text) > 0)
    await memory.settle({ active: true })
    expect(await pending).toMatchObject({ source: 'asked', answer: { active: true } })
    expect({ seen, asked: memory.asked }).toEqual({ seen: ['tok'], asked: ['tok'] })
  })

  it.each([true, false])('is not looked at when something is known of it, which makes it one: active %p', async (active) => {
    const memory = memoryBench()
    await memory.learn('tok', { active })
    expect(memory.recallText('tok', Infinity, never)).toMatchObject({ source: 'memory', answer: { active } })
    memory.clock += 3_600_000
    const pending = memory.recallText('tok', Infinity, never)
    await memory.settle({ active: true })
    expect(await pending).toMatchObject({ source: 'asked' })
  })

  it('is judged when its digest is there, where that takes a while', async () => {
    const memory = memoryBench({ sha256Binary: (text: string) => Promise.resolve(runtime.sha256Binary(text)) })
    expect(await memory.recallText('a b', Infinity, never)).toBeUndefined()
    const pending = memory.recallText('tok', Infinity, () => true)
    await turn()
    await memory.settle({ active: true })
    expect(await pending).toMatchObject({ source: 'asked' })
  })
})
