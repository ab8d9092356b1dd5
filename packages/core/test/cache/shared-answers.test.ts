import { hash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import type { AnswerMarks, AnswerToJudge } from '../../src/cache/answer.ts'
import type { Store } from '../../src/cache/store.ts'
import { IntrospectionError } from '../../src/errors.ts'
import { type BenchParts, type MemoryBench, memoryBench, rules, sourceOf, turn } from './memory-bench.ts'

interface MapStore extends Store {
  readonly map: Map<string, string>
  readonly operations: string[]
  readonly lives: number[]
}

function mapStore(): MapStore {
  const map = new Map<string, string>()
  const operations: string[] = []
  const lives: number[] = []
  return {
    ...{ map, operations, lives },
    get(key) {
      operations.push('get')
      return map.get(key)
    },
    set(key, value, ttlMs) {
      operations.push('set')
      lives.push(ttlMs)
      map.set(key, value)
    },
    delete(key) {
      operations.push('delete')
      map.delete(key)
    },
  }
}

const reply = { active: true, sub: 'user-1', scope: 'read', exp: 2000 }
const sha256 = (text: string): string => hash('sha256', text, 'base64url')
const never = new Promise<never>(() => undefined)

/** Two instances and the store that they share; one of them has asked. */
async function fleet(more: Partial<BenchParts> = {}): Promise<{ store: MapStore; first: MemoryBench; second: MemoryBench }> {
  const store = mapStore()
  const first = memoryBench({ store, ...more })
  await first.learn('tok', reply)
  await turn()
  return { store, first, second: memoryBench({ store, ...more }) }
}

describe('an answer in the shared store', () => {
  it('is found by another instance, which then has it in memory [CA-01]', async () => {
    const { second } = await fleet()
    expect(await second.request('tok')).toMatchObject({ source: 'store', answer: { active: true, claims: reply, sentAt: 1_000_000 } })
    expect(second.recall('tok', Infinity)).toMatchObject({ source: 'memory', answer: { claims: reply } })
    expect(second.asked).toEqual([])
  })

  it('has the life that is left of it, not a new one', async () => {
    const { store, second } = await fleet()
    expect(store.lives).toEqual([60_000])
    second.clock += 59_000
    expect(await second.request('tok')).toMatchObject({ source: 'store' })
    second.clock += 999
    expect(sourceOf(second, 'tok')).toBe('memory')
    second.clock += 1
    expect(await second.learn('tok', { active: false })).toMatchObject({ source: 'asked' })
  })

  it.each([
    ['exp', { ...reply, exp: 1010 }, {}, 10_000],
    ['what the authorization server allows', { ...reply, freshForMs: 5_000 }, {}, 5_000],
    ['the age at which it may be served in an outage', reply, { staleIfErrorMs: 240_000 }, 300_000],
  ])('is kept there until %s [CA-02]', async (_what, told, more, left) => {
    const store = mapStore()
    const memory = memoryBench({ store, rules: { ...rules, ...more } })
    await memory.learn('tok', told)
    expect(store.lives).toEqual([left])
  })

  it.each([
    ['exp has come', { exp: 1030 }, 30_000, Infinity],
    ['it is older than it may be', {}, 60_000, Infinity],
    ['it is older than the request allows', {}, 10_000, 10_000],
    ['it is older than the authorization server allows', { freshForMs: 20_000 }, 20_000, Infinity],
  ])('does not count when %s, whatever the store thinks [CA-02]', async (_when, told, passed, maxAgeMs) => {
    const store = mapStore()
    await memoryBench({ store }).learn('tok', { ...reply, ...told })
    const second = memoryBench({ store })
    second.clock += passed
    const pending = second.request('tok', maxAgeMs)
    await turn()
    expect(second.asked).toEqual(['tok'])
    await second.settle({ active: false })
    expect(await pending).toMatchObject({ source: 'asked', answer: { active: false } })
  })

  it('is handed on with what is left of the life that the authorization server allows', async () => {
    const store = mapStore()
    await memoryBench({ store }).learn('tok', { ...reply, freshForMs: 20_000 })
    const second = memoryBench({ store })
    second.clock += 19_000
    expect(await second.request('tok')).toMatchObject({ source: 'store' })
    second.clock += 1_000
    expect(sourceOf(second, 'tok')).toBe('asked')
  })

  it('is passed over, unread, by who wants the answer to a question of its own', async () => {
    const { store, second } = await fleet()
    store.operations.length = 0
    const pending = second.request('tok', 0)
    expect(second.asked).toEqual(['tok'])
    await second.settle(reply)
    expect(await pending).toMatchObject({ source: 'asked' })
    expect(store.operations).toEqual(['set'])
  })

  it('is read once for any number of requests, and asked for once where there is none [CA-18]', async () => {
    const { store, second } = await fleet()
    store.operations.length = 0
    const found = await Promise.all(Array.from({ length: 50 }, () => second.request('tok')))
    expect(new Set(found.map(({ source }) => source))).toEqual(new Set(['store']))
    const asking = Array.from({ length: 50 }, () => second.request('other'))
    await turn()
    expect(second.asked).toEqual(['other'])
    const late = second.request('other')
    await second.settle(reply)
    expect((await Promise.all([...asking, late])).map(({ source }) => source)).toEqual([
      'asked',
      ...Array.from({ length: 50 }, () => 'joined'),
    ])
    expect(store.operations).toEqual(['get', 'get', 'set'])
  })

  it('lies under a digest with the prefix, and neither key nor value holds the token [CA-06] [CA-07]', async () => {
    const store = mapStore()
    const token = 'CANARY-token-9f3b6c2d81e4'
    await memoryBench({ store }).learn(token, reply)
    expect([...store.map.keys()]).toEqual([`p:${sha256(sha256('who asks') + token)}`])
    expect(JSON.stringify([...store.map])).not.toContain(token)
  })

  it('is not stored when the token stands in it, and short as it is cannot be taken out', async () => {
    const store = mapStore()
    const memory = memoryBench({ store })
    await memory.learn('user-1', reply)
    expect(store.map.size).toBe(0)
    expect(sourceOf(memory, 'user-1')).toBe('memory')
  })

  it.each([
    ['the authorization server forbids to keep it', { freshForMs: 0 }],
    ['its exp has come', { exp: 1000 }],
    ['it is longer than any answer should be', { note: 'x'.repeat(2 ** 20) }],
  ])('is not stored when %s', async (_when, told) => {
    const store = mapStore()
    await memoryBench({ store }).learn('tok', { ...reply, ...told })
    expect(store.operations).toEqual(['get'])
  })

  it('is another for another endpoint, client or tenant [CA-04]', async () => {
    const { store } = await fleet()
    const other = memoryBench({ store, identity: 'somebody else' })
    expect(await other.learn('tok', { active: false })).toMatchObject({ source: 'asked', answer: { active: false } })
  })

  it('is not there when it says inactive: no flood of made-up tokens gets into the store [CA-05]', async () => {
    const store = mapStore()
    const memory = memoryBench({ store })
    for (let at = 0; at < 20; at++) await memory.learn(`bad-${at}`, { active: false })
    expect(store.operations).toEqual(Array.from({ length: 20 }, () => 'get'))
  })

  it('is taken out when the token turns out to be inactive, and does not come back', async () => {
    const { store, second } = await fleet()
    const text = [...store.map.entries()]
    const pending = second.request('tok', 0)
    await second.settle({ active: false })
    await pending
    await turn()
    expect(store.map.size).toBe(0)
    // Another instance, slower than we are, puts it back.
    for (const [key, value] of text) store.map.set(key, value)
    second.clock += 10_000
    expect(await second.learn('tok', { active: false })).toMatchObject({ source: 'asked', answer: { active: false } })
  })

  it('is taken out when the token is forgotten, also one that is on its way into the store', async () => {
    const store = mapStore()
    let arrive = (): void => undefined
    const slow: Store = {
      ...store,
      set: (key, value, ttlMs) =>
        new Promise((resolve) => {
          arrive = () => {
            void store.set(key, value, ttlMs)
            resolve()
          }
        }),
    }
    const memory = memoryBench({ store: slow })
    await memory.learn('tok', reply)
    const forgotten = memory.forget('tok')
    await turn()
    expect(store.operations).toEqual(['get'])
    arrive()
    await forgotten
    expect(store.operations).toEqual(['get', 'set', 'delete'])
    expect(await memory.learn('tok', { active: false })).toMatchObject({ source: 'asked' })
  })

  it('is not used once the token is forgotten, even when it cannot be taken out', async () => {
    const { store, second } = await fleet()
    const stubborn = memoryBench({ store: { ...store, delete: () => Promise.reject(new Error('down')) } })
    await stubborn.forget('tok')
    expect(stubborn.told).toEqual(['delete failed'])
    for (let at = 0; at < 100; at++) await stubborn.forget(`other-${at}`)
    expect(await stubborn.learn('tok', { active: false })).toMatchObject({ source: 'asked' })
    expect(await second.request('tok')).toMatchObject({ source: 'store' })
  })

  it('is not used once the token is forgotten, when the clock of who asked is ahead of ours', async () => {
    const store = mapStore()
    await memoryBench({ store }, 1_003_000).learn('tok', reply)
    const memory = memoryBench({ store: { ...store, delete: () => Promise.reject(new Error('down')) } })
    await memory.forget('tok')
    memory.clock += 4_000
    expect(await memory.learn('tok', { active: false })).toMatchObject({ source: 'asked' })
  })

  it('gives way to a younger one in memory, and to one that says inactive at the same time', async () => {
    const { store, first } = await fleet()
    const old = [...store.map]
    first.clock += 1_000
    const pending = first.request('tok', 0)
    await first.settle({ active: false })
    await pending
    first.clock += 10_000
    for (const [key, value] of old) store.map.set(key, value)
    expect(await first.learn('tok', { active: false })).toMatchObject({ source: 'asked' })
  })

  it.each([1, 0])('does not count when the token was inactive %d ms after it was asked for', async (later) => {
    const { store } = await fleet()
    const old = [...store.map]
    store.map.clear()
    const memory = memoryBench({ store }, 1_000_000 + later)
    await memory.learn('tok', { active: false })
    for (const [key, value] of old) store.map.set(key, value)
    memory.clock += 10_000
    expect(await memory.learn('tok', { active: false })).toMatchObject({ source: 'asked' })
  })

  it('is served in an outage by an instance that has never asked', async () => {
    const { second } = await fleet({ rules: { ...rules, staleIfErrorMs: 300_000 } })
    second.clock += 60_000
    const failure = new IntrospectionError('ENDPOINT_UNREACHABLE', 'down')
    expect(await second.learn('tok', failure)).toMatchObject({ source: 'stale', answer: { sentAt: 1_000_000 } })
  })

  it('saves the call that would ask ahead, when another instance has asked', async () => {
    const { first, second } = await fleet({ rules: { ...rules, refreshAhead: true } })
    await second.request('tok')
    sourceOf(second, 'tok')
    for (const instance of [first, second]) instance.clock += 50_000
    const pending = first.request('tok', 1)
    await turn()
    await first.settle(reply)
    await pending
    expect(sourceOf(second, 'tok')).toBe('memory')
    await turn()
    expect(second.recall('tok', Infinity)).toMatchObject({ source: 'memory', answer: { sentAt: 1_050_000 } })
    expect(second.asked).toEqual([])
  })

  it('is not looked for by memory that keeps nothing', async () => {
    const store = mapStore()
    const memory = memoryBench({ store, rules: { ...rules, maxAgeMs: 0 } })
    await memory.learn('tok', reply)
    expect(store.operations).toEqual([])
  })

  it('was asked for by a clock that may be a little ahead of ours, but not far', async () => {
    const { second } = await fleet()
    second.clock -= 5_000
    expect(await second.request('tok')).toMatchObject({ source: 'store', answer: { sentAt: 995_000 } })
    const { second: other } = await fleet()
    other.clock -= 5_001
    expect(await other.learn('tok', reply)).toMatchObject({ source: 'asked' })
    expect(other.told).toEqual(['get failed'])
  })
})

describe('marks and the shared store', () => {
  const marksOf = (say: (about: AnswerToJudge) => 'stands' | 'ask' | 'refuse'): AnswerMarks & { received: number } => ({
    ...{ any: true, needsTokenDigest: false, received: 0 },
    judge: say,
  })

  it('a marked answer there is refused, or asked for again', async () => {
    const { second } = await fleet({ marks: marksOf(({ from }) => (from === 'store' ? 'refuse' : 'stands')) })
    expect(await second.request('tok')).toMatchObject({ source: 'store', answer: { active: false } })
    const { second: other } = await fleet({ marks: marksOf(({ from }) => (from === 'store' ? 'ask' : 'stands')) })
    expect(await other.learn('tok', reply)).toMatchObject({ source: 'asked', answer: { active: true } })
  })

  it('an answer from there counts in memory as sent when it was found: marks that were there have been judged', async () => {
    const judged: AnswerToJudge[] = []
    const marks = marksOf((about) => {
      judged.push(about)
      return 'stands'
    })
    marks.received = 7
    const { second } = await fleet({ marks })
    judged.length = 0
    await second.request('tok')
    sourceOf(second, 'tok')
    expect(judged.map(({ from, sentAfter, sentAt }) => [from, sentAfter, sentAt])).toEqual([
      ['store', 7, 1_000_000],
      ['memory', 7, 1_000_000],
    ])
  })

  it('what a mark has ended is not shared, and is taken out', async () => {
    const { store, second } = await fleet()
    const ended = memoryBench({ store, marks: marksOf(() => 'refuse') })
    const pending = ended.request('tok', 0)
    await ended.settle(reply)
    expect(await pending).toMatchObject({ answer: { active: false } })
    await turn()
    expect(store.map.size).toBe(0)
    expect(second.stats().entries).toBe(0)
  })
})

describe('a shared store that fails', () => {
  const failing: readonly (readonly [how: string, act: () => never | Promise<never>])[] = [
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['never answers', () => never],
  ]

  it.each(failing)('and %s is a miss and an event, never an error', async (_how, act) => {
    const memory = memoryBench({ store: { get: act, set: act, delete: act }, timeoutMs: 10 })
    const pending = memory.request('tok')
    while (memory.asked.length === 0) await turn()
    await memory.settle(reply)
    expect(await pending).toMatchObject({ source: 'asked', answer: { active: true } })
    await memory.forget('tok')
    expect(new Set(memory.told)).toEqual(new Set(['get failed', 'set failed', 'delete failed']))
    expect(memory.stats()).toMatchObject({ storeFailures: 3 })
  })

  it('is waited for no longer than the bound, by all who wait for the same together', async () => {
    const memory = memoryBench({ store: { ...mapStore(), get: () => never }, timeoutMs: 50 })
    const begun = performance.now()
    const requests = Array.from({ length: 10 }, () => memory.request('tok'))
    while (memory.asked.length === 0) await turn()
    const waited = performance.now() - begun
    expect(waited).toBeGreaterThan(45)
    expect(waited).toBeLessThan(1000)
    await memory.settle(reply)
    await Promise.all(requests)
    expect(memory.told).toEqual(['get failed'])
  })

  it('does not keep anybody waiting for what it is given', async () => {
    let arrive = (): void => undefined
    const store = {
      ...mapStore(),
      set: () =>
        new Promise<void>((resolve) => {
          arrive = resolve
        }),
    }
    const memory = memoryBench({ store })
    expect(await memory.learn('tok', reply)).toMatchObject({ source: 'asked' })
    arrive()
    await turn()
    expect(memory.told).toEqual([])
  })

  it('is told of again when it does what it should', async () => {
    const store = mapStore()
    let isDown = true
    const memory = memoryBench({ store: { ...store, get: (key) => (isDown ? Promise.reject(new Error('down')) : store.get(key)) } })
    await memory.learn('a', reply)
    isDown = false
    await memory.learn('b', reply)
    await memory.learn('c', reply)
    expect(memory.told).toEqual(['get failed', 'get succeeded'])
  })

  it.each([
    ['is no JSON', 'CANARY'],
    ['is of another version', (text: string) => text.replace('"version":1', '"version":0')],
    ['is a mere claim', '{"active":true,"scope":"admin"}'],
    ['is longer than any answer', (text: string) => text.replace('user-1', 'x'.repeat(2 ** 20))],
    ['says inactive', '{"version":1,"sentAt":999999,"active":false}'],
    ['has a member that no reply may have', (text: string) => text.replace('"sub":"user-1"', '"sub":1')],
    ['was asked for in a distant future', (text: string) => text.replace('"sentAt":1000000', '"sentAt":9000000')],
  ])('a text there that %s is a miss and an event', async (_what, text) => {
    const { store, second } = await fleet()
    for (const [key, value] of store.map) store.map.set(key, typeof text === 'string' ? text : text(value))
    expect(await second.learn('tok', { active: false })).toMatchObject({ source: 'asked', answer: { active: false } })
    expect(second.told).toEqual(['get failed'])
  })
})

describe('where a request must not wait for what another has begun', () => {
  it('it waits until what it shares has arrived: what it leaves undone would not be done', async () => {
    let arrive = (): void => undefined
    const slow = { ...mapStore(), set: () => new Promise<void>((resolve) => (arrive = resolve)) }
    const memory = memoryBench({ store: slow, joins: false })
    let done = false
    const asking = memory.request('tok').then(() => {
      done = true
    })
    await turn()
    await memory.settle(reply)
    expect(done).toBe(false)
    arrive()
    await asking
  })

  it('each looks in the store and asks by itself', async () => {
    const { store } = await fleet()
    store.operations.length = 0
    const memory = memoryBench({ store, joins: false })
    const found = await Promise.all([memory.request('tok'), memory.request('tok')])
    expect(found.map(({ source }) => source)).toEqual(['store', 'store'])
    const asking = [memory.request('other'), memory.request('other')]
    await turn()
    expect(memory.asked).toEqual(['other', 'other'])
    for (let at = 0; at < 2; at++) await memory.settle(reply)
    expect((await Promise.all(asking)).map(({ source }) => source)).toEqual(['asked', 'asked'])
    expect(store.operations).toEqual(['get', 'get', 'get', 'get', 'set'])
  })
})
