import { describe, expect, it } from '@jest/globals'
import { type MemoryBench, memoryBench, rules, sourceOf, turn } from './memory-bench.ts'

/** A memory that knows an answer, which has been used since. */
async function usedBench(answer: object = {}, more: object = {}): Promise<MemoryBench> {
  const memory = memoryBench({ rules: { ...rules, refreshAhead: true }, ...more })
  await memory.learn('tok', { active: true, exp: 2000, ...answer })
  sourceOf(memory, 'tok')
  return memory
}

describe('asking ahead', () => {
  it('is done by the request that finds an answer in the last fifth of its life, which does not wait for it', async () => {
    const memory = await usedBench()
    memory.clock += 47_999
    expect(sourceOf(memory, 'tok')).toBe('memory')
    expect(memory.asked).toHaveLength(1)
    memory.clock += 1
    expect(sourceOf(memory, 'tok')).toBe('memory')
    expect(memory.asked).toHaveLength(2)
    await memory.settle({ active: true, exp: 2000 })
    memory.clock += 47_999
    expect(sourceOf(memory, 'tok')).toBe('memory')
    expect(memory.stats()).toMatchObject({ refreshed: 1, callsInFlight: 0 })
  })

  it('is one call for any number of requests, and those that need its answer join it', async () => {
    const memory = await usedBench()
    memory.clock += 50_000
    for (let at = 0; at < 100; at++) sourceOf(memory, 'tok')
    expect(memory.asked).toHaveLength(2)
    expect(memory.stats().refreshed).toBe(1)
    memory.clock += 10_000
    const late = memory.request('tok')
    expect(memory.asked).toHaveLength(2)
    await memory.settle({ active: true })
    expect(await late).toMatchObject({ source: 'joined', answer: { sentAt: 1_050_000 } })
  })

  it('ends a token that is no longer active', async () => {
    const memory = await usedBench()
    memory.clock += 50_000
    sourceOf(memory, 'tok')
    await memory.settle({ active: false })
    expect(memory.recall('tok', Infinity)).toMatchObject({ source: 'memory', answer: { active: false } })
  })

  it('fails silently, leaves the answer its life, and is not tried again at once', async () => {
    const memory = await usedBench()
    memory.clock += 50_000
    sourceOf(memory, 'tok')
    await memory.settle(new Error('down'))
    expect(sourceOf(memory, 'tok')).toBe('memory')
    memory.clock += 999
    expect(sourceOf(memory, 'tok')).toBe('memory')
    expect(memory.asked).toHaveLength(2)
    memory.clock += 1
    expect(sourceOf(memory, 'tok')).toBe('memory')
    expect(memory.asked).toHaveLength(3)
    await memory.settle(new Error('down'))
    expect(memory.stats().refreshed).toBe(2)
  })

  it.each([
    ['when nobody asks for it', {}, { rules: { ...rules, refreshAhead: false } }],
    ['where what a request begins may end with it', {}, { joins: false }],
    ['when the token itself ends first', { exp: 1055 }, {}],
  ])('is not done %s', async (_when, answer, more) => {
    const memory = await usedBench(answer, more)
    memory.clock += 50_000
    expect(sourceOf(memory, 'tok')).toBe('memory')
    expect(memory.asked).toHaveLength(1)
  })

  it('is not done for what was not used since it was asked for, nor for inactive answers', async () => {
    const memory = memoryBench({ rules: { ...rules, refreshAhead: true } })
    await memory.learn('tok', { active: true })
    await memory.learn('bad', { active: false })
    memory.clock += 9_000
    expect([sourceOf(memory, 'bad'), sourceOf(memory, 'bad')]).toEqual(['memory', 'memory'])
    memory.clock += 45_000
    expect(sourceOf(memory, 'tok')).toBe('memory')
    expect(memory.asked).toEqual(['tok', 'bad'])
    expect(sourceOf(memory, 'tok')).toBe('memory')
    expect(memory.asked).toEqual(['tok', 'bad', 'tok'])
    await memory.settle({ active: true })
  })

  it('measures the life that the authorization server allows', async () => {
    const memory = await usedBench({ freshForMs: 10_000 })
    memory.clock += 8_000
    sourceOf(memory, 'tok')
    expect(memory.asked).toHaveLength(2)
    await memory.settle({ active: true })
  })

  it('does not bring back what was forgotten meanwhile', async () => {
    const memory = await usedBench()
    memory.clock += 50_000
    sourceOf(memory, 'tok')
    await memory.forget('tok')
    await memory.settle({ active: true })
    await turn()
    expect(memory.stats().entries).toBe(0)
  })
})
