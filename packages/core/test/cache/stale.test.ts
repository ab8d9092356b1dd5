import { describe, expect, it } from '@jest/globals'
import { IntrospectionError, type IntrospectionErrorCode } from '../../src/errors.ts'
import { type MemoryBench, memoryBench, rules, sourceOf } from './memory-bench.ts'

const down = (code: IntrospectionErrorCode = 'ENDPOINT_UNREACHABLE'): IntrospectionError => new IntrospectionError(code, 'down')

/** A memory that knows an answer which is older than it may be, of a token that lives for 1000 seconds. */
async function agedBench(more: object = {}, answer: object = {}): Promise<MemoryBench> {
  const memory = memoryBench({ rules: { ...rules, staleIfErrorMs: 300_000, ...more } })
  await memory.learn('tok', { active: true, exp: 2000, ...answer })
  memory.clock += 60_000
  return memory
}

describe('an answer that is older than it may be', () => {
  it.each(['ENDPOINT_UNREACHABLE', 'ENDPOINT_TIMEOUT', 'ENDPOINT_UNAVAILABLE', 'CIRCUIT_OPEN'] as const)(
    'is served, and is shown to be what it is, when asking ends with %s [CA-03]',
    async (code) => {
      const memory = await agedBench()
      expect(await memory.learn('tok', down(code))).toMatchObject({ source: 'stale', answer: { active: true, sentAt: 1_000_000 } })
      expect(memory.asked).toHaveLength(2)
    },
  )

  it.each([
    'CLIENT_REJECTED',
    'REQUEST_REJECTED',
    'RESPONSE_NOT_CONFORM',
    'RESPONSE_TOO_LARGE',
    'DISCOVERY_FAILED',
    'SIGNATURE_INVALID',
    'OVERLOADED',
  ] as const)('is not served when asking ends with %s', async (code) => {
    const memory = await agedBench()
    await expect(memory.learn('tok', down(code))).rejects.toMatchObject({ code })
  })

  it('is not served for an error of the application', async () => {
    const memory = await agedBench()
    await expect(memory.learn('tok', new Error('ENDPOINT_UNREACHABLE'))).rejects.toThrow('ENDPOINT_UNREACHABLE')
  })

  it('is not served by default', async () => {
    const memory = await agedBench({ staleIfErrorMs: 0 })
    await expect(memory.learn('tok', down())).rejects.toThrow('down')
  })

  it('is never a hit: the authorization server is asked each time, and heard', async () => {
    const memory = await agedBench()
    await memory.learn('tok', down())
    expect(await memory.learn('tok', { active: false })).toMatchObject({ source: 'asked', answer: { active: false } })
    memory.clock += 10_000
    await expect(memory.learn('tok', down())).rejects.toThrow('down')
  })

  it('is served to everybody who waits for the same call', async () => {
    const memory = await agedBench()
    const both = [memory.request('tok'), memory.request('tok')]
    await memory.settle(down())
    expect((await Promise.all(both)).map(({ source }) => source)).toEqual(['stale', 'stale'])
    expect(memory.asked).toHaveLength(2)
  })

  it('is served for so long and no longer', async () => {
    const memory = await agedBench()
    memory.clock += 299_999
    expect(await memory.learn('tok', down())).toMatchObject({ source: 'stale' })
    memory.clock += 1
    await expect(memory.learn('tok', down())).rejects.toThrow('down')
  })

  it('is never served past exp [CA-02]', async () => {
    const memory = await agedBench({}, { exp: 1100 })
    memory.clock = 1_099_999
    expect(await memory.learn('tok', down())).toMatchObject({ source: 'stale' })
    memory.clock = 1_100_000
    await expect(memory.learn('tok', down())).rejects.toThrow('down')
  })

  it('is never served to who wants a younger one', async () => {
    const memory = await agedBench()
    const content = memory.request('tok', 60_001)
    const demanding = memory.request('tok', 60_000)
    const fresh = memory.request('tok', 0)
    const failures = Promise.all([demanding, fresh].map((request) => expect(request).rejects.toThrow('down')))
    for (let at = memory.asked.length - 1; at > 0; at--) await memory.settle(down())
    expect(await content).toMatchObject({ source: 'stale' })
    await failures
  })

  it('is never served beyond what the authorization server allows [CA-12]', async () => {
    const memory = await agedBench({}, { freshForMs: 30_000 })
    await expect(memory.learn('tok', down())).rejects.toThrow('down')
    const longer = await agedBench({}, { freshForMs: 90_000 })
    expect(await longer.learn('tok', down())).toMatchObject({ source: 'stale' })
    longer.clock += 30_000
    await expect(longer.learn('tok', down())).rejects.toThrow('down')
  })

  it('is never served when it says inactive, nor when the clock was set back', async () => {
    const memory = memoryBench({ rules: { ...rules, staleIfErrorMs: 300_000 } })
    await memory.learn('bad', { active: false })
    memory.clock += 11_000
    await expect(memory.learn('bad', down())).rejects.toThrow('down')
    const other = await agedBench()
    await other.learn('another', { active: true })
    other.clock -= 30_000
    await expect(other.learn('tok', down())).rejects.toThrow('down')
  })

  it('is kept for an outage alone where no answer may be older than its request', async () => {
    const memory = await agedBench({ maxAgeMs: 0 })
    const callers = [memory.request('tok'), memory.request('tok')]
    expect(memory.asked).toHaveLength(3)
    for (let at = 0; at < 2; at++) await memory.settle(down())
    expect((await Promise.all(callers)).map(({ source }) => source)).toEqual(['stale', 'stale'])
  })

  it('does not stand in the way of a younger one', async () => {
    const memory = await agedBench()
    await memory.learn('tok', { active: true, exp: 2000 })
    expect(sourceOf(memory, 'tok')).toBe('memory')
  })
})
