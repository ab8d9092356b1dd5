import { describe, expect, it } from '@jest/globals'
import { memoryBench, rules } from './memory-bench.ts'

describe('calls for one token', () => {
  it('are joined: any number of callers, one question [CA-18]', async () => {
    const memory = memoryBench()
    const callers = Array.from({ length: 100 }, () => memory.request('tok'))
    expect(memory.stats().callsInFlight).toBe(1)
    await memory.settle({ active: true })
    const recollections = await Promise.all(callers)
    expect(memory.asked).toEqual(['tok'])
    expect(recollections.map(({ source }) => source)).toEqual(['asked', ...Array.from({ length: 99 }, () => 'joined')])
    expect(new Set(recollections.map(({ answer }) => answer)).size).toBe(1)
    expect(memory.stats().callsInFlight).toBe(0)
  })

  it('are not joined with those for another token', async () => {
    const memory = memoryBench()
    const both = [memory.request('a'), memory.request('b')]
    await memory.settle({ active: true })
    await memory.settle({ active: false })
    expect(await Promise.all(both)).toMatchObject([
      { source: 'asked', answer: { active: true } },
      { source: 'asked', answer: { active: false } },
    ])
  })

  it('fail for everybody together, and for nobody who comes later', async () => {
    const memory = memoryBench()
    const callers = Array.from({ length: 3 }, () => memory.request('tok'))
    await memory.settle(new Error('down'))
    expect((await Promise.allSettled(callers)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    const later = await memory.learn('tok', { active: true })
    expect(later.source).toBe('asked')
  })

  it('answer the others when one caller does not wait, or fails over the answer', async () => {
    const memory = memoryBench()
    const careless = memory.request('tok').then(() => {
      throw new Error('the caller has gone')
    })
    const other = memory.request('tok')
    const failure = expect(careless).rejects.toThrow('the caller has gone')
    await memory.settle({ active: true })
    await failure
    expect(await other).toMatchObject({ source: 'joined', answer: { active: true } })
  })

  it('are joined only by who is content with an answer that old', async () => {
    const memory = memoryBench()
    const first = memory.request('tok')
    memory.clock += 5_000
    const content = memory.request('tok', 5_001)
    const demanding = memory.request('tok', 5_000)
    expect(memory.asked).toHaveLength(2)
    for (let at = 0; at < 2; at++) await memory.settle({ active: true })
    const sources = (await Promise.all([first, content, demanding])).map(({ source }) => source)
    expect(sources).toEqual(['asked', 'joined', 'asked'])
  })

  it.each([1, 0])(
    'are two at a time: who is content with neither waits, with all others, for one that is sent later (%d)',
    async (ends) => {
      const memory = memoryBench()
      const callers = Array.from({ length: 1000 }, () => memory.request('tok', 0))
      expect([memory.asked.length, memory.stats().callsInFlight]).toEqual([2, 2])
      memory.clock += 10
      await memory.settle(ends === 0 ? new Error('down') : { active: true }, ends)
      await Promise.allSettled([callers[ends]])
      expect([memory.asked.length, memory.stats().callsInFlight]).toEqual([3, 2])
      // That one is under way now: who comes later than it was sent joins it no more.
      memory.clock += 10
      const [content, later] = [memory.request('tok', 11), memory.request('tok', 10)]
      expect(memory.asked).toHaveLength(3)
      await memory.settle({ active: true })
      await memory.settle({ active: true })
      await memory.settle({ active: false })
      const settled = await Promise.allSettled(callers)
      expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(1 - ends)
      expect(new Set(settled.slice(2).map((one) => one.status === 'fulfilled' && one.value.answer)).size).toBe(1)
      expect([(await content).source, (await later).answer.active]).toEqual(['joined', false])
      expect([memory.asked.length, memory.stats().callsInFlight]).toEqual([4, 0])
      expect(memory.recall('tok', Infinity)).toMatchObject({ source: 'memory', answer: { active: false } })
    },
  )

  it('are not joined by who comes after the clock was set back', async () => {
    const memory = memoryBench()
    const first = memory.request('tok')
    memory.clock -= 1
    const second = memory.request('tok')
    expect(memory.asked).toHaveLength(2)
    for (let at = 0; at < 2; at++) await memory.settle({ active: true })
    expect([(await first).source, (await second).source]).toEqual(['asked', 'asked'])
  })

  it('are not joined where nothing is kept: no answer is then older than its request [CA-03]', async () => {
    const memory = memoryBench({ rules: { ...rules, maxAgeMs: 0, inactiveMaxAgeMs: 0 } })
    const callers = [memory.request('tok'), memory.request('tok')]
    expect(memory.asked).toHaveLength(2)
    for (let at = 0; at < 2; at++) await memory.settle({ active: true })
    expect((await Promise.all(callers)).map(({ source }) => source)).toEqual(['asked', 'asked'])
  })

  it('are all counted while they are under way, joined or not', async () => {
    const memory = memoryBench({ rules: { ...rules, maxAgeMs: 0, inactiveMaxAgeMs: 0 } })
    const callers = [memory.request('tok'), memory.request('tok'), memory.request('other')]
    expect(memory.stats().callsInFlight).toBe(3)
    await memory.forget('tok')
    expect(memory.stats().callsInFlight).toBe(3)
    for (let at = 0; at < 3; at++) await memory.settle({ active: true })
    await Promise.all(callers)
    expect(memory.stats().callsInFlight).toBe(0)
  })
})

describe('a call in flight', () => {
  it('brings nothing that is kept when the clock is set back under it', async () => {
    const memory = memoryBench()
    const first = memory.request('tok')
    memory.clock -= 900
    await memory.settle({ active: true })
    expect(await first).toMatchObject({ source: 'asked', answer: { active: true } })
    expect(memory.stats().entries).toBe(0)
    const second = memory.request('tok')
    memory.clock += 20_000
    const other = memory.request('other')
    memory.clock -= 10_000
    const third = memory.request('third')
    for (let at = 0; at < 3; at++) await memory.settle({ active: true })
    await Promise.all([second, other, third])
    expect(memory.stats().entries).toBe(1)
  })

  it('takes away what was known when what it brings is not to be kept', async () => {
    const memory = memoryBench()
    await memory.learn('tok', { active: true })
    const fresh = memory.request('tok', 0)
    await memory.settle({ active: true, freshForMs: 0 })
    await fresh
    expect(memory.stats().entries).toBe(0)
  })

  it('does not bring back what was forgotten meanwhile [CA-18]', async () => {
    const memory = memoryBench()
    const first = memory.request('tok')
    await memory.forget('tok')
    await memory.settle({ active: true })
    expect(await first).toMatchObject({ source: 'asked' })
    expect(memory.stats()).toMatchObject({ entries: 0, inactiveEntries: 0, callsInFlight: 0 })
  })

  it('is not joined any more when the token was forgotten', async () => {
    const memory = memoryBench()
    const first = memory.request('tok')
    await memory.forget('tok')
    const second = memory.request('tok')
    expect(memory.asked).toHaveLength(2)
    await memory.settle({ active: false }, 1)
    await memory.settle({ active: true }, 0)
    expect([(await first).answer.active, (await second).answer.active]).toEqual([true, false])
    expect(memory.recall('tok', Infinity)).toMatchObject({ source: 'memory', answer: { active: false } })
  })

  it('is overtaken by a later one: the older answer is not kept, whichever comes first', async () => {
    const memory = memoryBench()
    const older = memory.request('tok')
    const newer = memory.request('tok', 0)
    await memory.settle({ active: false }, 1)
    await memory.settle({ active: true }, 0)
    await Promise.all([older, newer])
    expect(memory.recall('tok', Infinity)).toMatchObject({ answer: { active: false } })

    const another = memoryBench()
    const both = [another.request('tok'), another.request('tok', 0)]
    await another.settle({ active: true }, 0)
    expect(another.stats()).toMatchObject({ entries: 0, callsInFlight: 1 })
    await another.settle({ active: false }, 0)
    await Promise.all(both)
    expect(another.recall('tok', Infinity)).toMatchObject({ answer: { active: false } })
  })
})
