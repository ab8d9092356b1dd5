import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import type { ResourceServer, RevocationBus, RevocationMark } from '../../src/index.ts'
import { token } from '../server-bench.ts'
import { issuer } from '../signed-bench.ts'
import { accepted, outcomeOf, sender, setUpSignals } from './signal-bench.ts'

const bench = setUpSignals()
const tokenDigest = createHash('sha256').update(token).digest('base64url')

type Listener = Parameters<RevocationBus['subscribe']>[0]

/** A bus in this process, which keeps what was published and can be cut. */
class LocalBus implements RevocationBus {
  readonly stored: RevocationMark[] = []
  readonly listeners = new Set<Listener>()
  refuses = false
  hangs = false
  subscriptions = 0
  /** Marks are handed over by `deliver()`. */
  isSlow = false
  /** Marks are taken, but nobody is told so. */
  losesReplies = false

  async publish(mark: RevocationMark): Promise<void> {
    if (this.hangs) await new Promise(() => undefined)
    if (this.refuses) throw new Error('CANARY: redis://user:password@store')
    this.stored.push(mark)
    if (!this.isSlow) for (const listener of this.listeners) listener.onMark(mark)
    if (this.losesReplies) throw new Error('CANARY')
  }

  /** Hands over the last mark, perhaps once more. */
  deliver(): void {
    const mark = this.stored.at(-1)
    if (mark !== undefined) for (const listener of this.listeners) listener.onMark(mark)
  }

  async subscribe(listener: Listener): Promise<() => Promise<void>> {
    this.subscriptions++
    await Promise.resolve()
    if (this.refuses) throw new Error('CANARY')
    for (const mark of this.stored) listener.onMark(mark)
    this.listeners.add(listener)
    return async () => {
      await Promise.resolve()
      this.listeners.delete(listener)
    }
  }

  lose(): void {
    for (const listener of this.listeners) listener.onLost()
  }

  restore(): void {
    for (const listener of this.listeners) listener.onRestored()
  }
}

const calls = async (server: ResourceServer<unknown>): Promise<[string, number]> => {
  const before = server.stats().calls
  return [await outcomeOf(server), server.stats().calls - before]
}

describe('revoke()', () => {
  it.each<[RevocationMark, string]>([
    [{ tokenDigest }, '401 token_inactive'],
    [{ subject: 'user-1' }, '401 token_inactive'],
    [{ issuer, subject: 'user-1', effect: 'refuse' }, '401 token_inactive'],
    [{ subject: 'user-2' }, 'granted'],
    [{ tokenDigest: tokenDigest.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) }, 'granted'],
  ])('%j: %s, without the option as well', async (mark, outcome) => {
    const server = bench.make()
    expect(await outcomeOf(server)).toBe('granted')
    await server.revoke(mark)
    expect(await outcomeOf(server)).toBe(outcome)
    expect(await outcomeOf(server)).toBe(outcome)
  })

  it('has the next request ask where it says so', async () => {
    const server = bench.make()
    await outcomeOf(server)
    bench.clock += 1000
    await server.revoke({ client: 'client-1' })
    bench.clock += 1
    expect([await calls(server), await calls(server)]).toEqual([
      ['granted', 1],
      ['granted', 0],
    ])
    await server.revoke({ subject: 'user-1', effect: 'ask' })
    bench.clock += 1
    expect([await calls(server), await calls(server)]).toEqual([
      ['granted', 1],
      ['granted', 0],
    ])
  })

  it('does not lock out whoever signs in afterwards', async () => {
    const server = bench.make()
    await server.revoke({ subject: 'user-1' })
    bench.says({ iat: bench.seconds + 1 })
    expect(await outcomeOf(server)).toBe('granted')
  })

  it.each([undefined, {}, { subject: '' }, { subject: 'x'.repeat(1025) }, { tokenDigest: token }, { effect: 'refuse' }])(
    'takes no %j',
    async (mark) => {
      const server = bench.make()
      await expect(server.revoke(mark as never)).rejects.toThrow(TypeError)
      expect(server.stats().marks).toBe(0)
    },
  )

  it('tells the listener by what, and not whose', async () => {
    const server = bench.make()
    await server.revoke({ issuer, subject: 'CANARY', eventTime: bench.seconds, effect: 'refuse' })
    expect(bench.events.filter(({ type }) => type === 'revoked')).toEqual([
      { type: 'revoked', names: ['issuer', 'subject'], at: bench.clock },
    ])
    expect(JSON.stringify(bench.events)).not.toContain('CANARY')
  })
})

describe('a bus', () => {
  it('carries what is revoked on one instance to all others, with its time', async () => {
    const bus = new LocalBus()
    const [one, other] = [bench.make({ revocation: { bus } }), bench.make({ revocation: { bus } })]
    await Promise.all([one.ready(), other.ready()])
    expect(await outcomeOf(other)).toBe('granted')
    await one.revoke({ subject: 'user-1' })
    expect(await outcomeOf(other)).toBe('401 token_inactive')
    expect(bus.stored).toEqual([{ subject: 'user-1', eventTime: bench.seconds, id: expect.any(String) }])
  })

  it('tells an instance that starts later what it has missed, which ends no token that is newer', async () => {
    const bus = new LocalBus()
    await bench.make({ revocation: { bus } }).revoke({ subject: 'user-1' })
    bench.clock += 3_600_000
    const late = bench.make({ revocation: { bus } })
    await late.ready()
    bench.says({ iat: bench.seconds - 3601 })
    expect(await outcomeOf(late)).toBe('401 token_inactive')
    bench.says({ iat: bench.seconds - 3599 })
    expect(await outcomeOf(late, 'newer')).toBe('granted')
  })

  it('is told before a signal is acknowledged, and a signal that it does not take is not', async () => {
    const bus = new LocalBus()
    const server = bench.makeSignalled({ bus })
    const { push } = sender(server)
    const set = bench.set()
    bus.refuses = true
    expect(await push(set)).toMatchObject({ status: 503, content: '' })
    // In force here nevertheless.
    expect(await outcomeOf(server)).toBe('401 token_inactive')
    expect(bus.stored).toEqual([])
    bus.refuses = false
    expect(await push(set)).toEqual(accepted)
    expect(bus.stored).toEqual([{ issuer, subject: 'user-1', effect: 'refuse', eventTime: bench.seconds, id: expect.any(String) }])
  })

  it('hands back what an instance has published, which counts from when it was published', async () => {
    const bus = new LocalBus()
    const server = bench.make({ revocation: { bus } })
    await server.ready()
    await outcomeOf(server)
    bus.isSlow = true
    await server.revoke({ client: 'client-1' })
    expect([await calls(server), await calls(server)]).toEqual([
      ['granted', 1],
      ['granted', 0],
    ])
    bus.deliver()
    bus.deliver()
    expect(await calls(server)).toEqual(['granted', 0])
    expect(bench.events.filter(({ type }) => type === 'revoked')).toHaveLength(1)
    // Another instance says the same in the same second: it may be of something that has happened since.
    const other = bench.make({ revocation: { bus } })
    await other.ready()
    await other.revoke({ client: 'client-1' })
    bus.deliver()
    expect(await calls(server)).toEqual(['granted', 1])
  })

  it('that did not take a mark is given it again, and what it had taken all the same is known', async () => {
    const bus = new LocalBus()
    const [server, other] = [bench.make({ revocation: { bus } }), bench.make({ revocation: { bus } })]
    await Promise.all([server.ready(), other.ready()])
    await Promise.all([outcomeOf(server), outcomeOf(other)])
    bus.losesReplies = true
    await expect(server.revoke({ client: 'client-1' })).rejects.toThrow('has not taken it')
    bus.losesReplies = false
    bus.refuses = true
    await expect(server.revoke({ client: 'client-1' })).rejects.toThrow('has not taken it')
    bus.refuses = false
    await server.revoke({ client: 'client-1' })
    expect(bus.stored).toHaveLength(2)
    expect(bench.events.filter(({ type }) => type === 'revoked')).toHaveLength(3 + 2)
    expect([await calls(server), await calls(other)]).toEqual([
      ['granted', 1],
      ['granted', 1],
    ])
  })

  it('that hands over something else under the id of a mark, or no id, is believed', async () => {
    const bus = new LocalBus()
    const server = bench.make({ revocation: { bus } })
    await server.ready()
    await outcomeOf(server)
    await server.revoke({ client: 'of nobody' })
    const [{ id = '' } = {}] = bus.stored
    for (const listener of bus.listeners) listener.onMark({ client: 'client-1', eventTime: bench.seconds, id })
    expect(await calls(server)).toEqual(['granted', 1])
    for (const listener of bus.listeners) listener.onMark({ client: 'of nobody', eventTime: bench.seconds })
    expect(bench.events.filter(({ type }) => type === 'revoked')).toHaveLength(3)
  })

  it('is not told an id that somebody else has chosen', async () => {
    const bus = new LocalBus()
    const [server, other] = [bench.make({ revocation: { bus } }), bench.make({ revocation: { bus } })]
    await Promise.all([server.ready(), other.ready()])
    await other.revoke({ subject: 'user-2' })
    const [{ id = '' } = {}] = bus.stored
    await server.revoke({ subject: 'user-1', id })
    expect(bus.stored[1]?.id).not.toBe(id)
    expect(await outcomeOf(other)).toBe('401 token_inactive')
  })

  it('that does not answer is not waited for beyond the deadline', async () => {
    const bus = new LocalBus()
    const server = bench.makeSignalled({ bus }, { timeoutMs: 50 })
    bus.hangs = true
    await expect(server.revoke({ subject: 'user-1' })).rejects.toThrow(
      /^the mark is in force here, but the revocation bus has not taken it$/,
    )
    expect(await sender(server).push(bench.set())).toMatchObject({ status: 503 })
  })

  it('that cannot be heard leaves nothing remembered to trust, until it is heard again', async () => {
    const bus = new LocalBus()
    const server = bench.make({ revocation: { bus } })
    await server.ready()
    expect([await calls(server), await calls(server)]).toEqual([
      ['granted', 1],
      ['granted', 0],
    ])
    bus.lose()
    expect([await calls(server), await calls(server)]).toEqual([
      ['granted', 1],
      ['granted', 1],
    ])
    expect(bench.events).toContainEqual({ type: 'warning', code: 'REVOCATION_BUS_LOST', count: 1, at: bench.clock })
    bus.restore()
    expect(await calls(server)).toEqual(['granted', 0])
  })

  it('that cannot be heard changes nothing where an operator wants it so', async () => {
    const bus = new LocalBus()
    const server = bench.make({ revocation: { bus, onBusLost: 'continue' } })
    await server.ready()
    await outcomeOf(server)
    bus.lose()
    expect(await calls(server)).toEqual(['granted', 0])
  })

  it('is trusted only once what it has stored was heard', async () => {
    const bus = new LocalBus()
    let handOver = (): void => undefined
    const asked = new Promise<void>((resolve) => (handOver = resolve))
    const slow: RevocationBus = { publish: (mark) => bus.publish(mark), subscribe: (listener) => asked.then(() => bus.subscribe(listener)) }
    const server = bench.make({ revocation: { bus: slow } })
    expect([await calls(server), await calls(server)]).toEqual([
      ['granted', 1],
      ['granted', 1],
    ])
    handOver()
    await server.ready()
    await outcomeOf(server)
    expect(await calls(server)).toEqual(['granted', 0])
  })

  it('that cannot be had is tried again, and nothing of what it throws is told', async () => {
    const bus = new LocalBus()
    bus.refuses = true
    const server = bench.make({ revocation: { bus } })
    await expect(server.ready()).rejects.toThrow()
    expect([await calls(server), await calls(server)]).toEqual([
      ['granted', 1],
      ['granted', 1],
    ])
    bus.refuses = false
    while (bus.listeners.size === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    await server.ready()
    await outcomeOf(server)
    expect(await calls(server)).toEqual(['granted', 0])
    expect(bus.subscriptions).toBe(2)
    expect(JSON.stringify(bench.events)).not.toContain('CANARY')
  })

  it('may say what is no mark, which is not heard', async () => {
    const bus = new LocalBus()
    const server = bench.make({ revocation: { bus } })
    await server.ready()
    for (const listener of bus.listeners) listener.onMark({ subject: 7 } as never)
    expect(server.stats().marks).toBe(0)
  })

  it('is left with the resource server', async () => {
    const bus = new LocalBus()
    const server = bench.make({ revocation: { bus } })
    await server.ready()
    expect(bus.listeners.size).toBe(1)
    await server.close()
    expect(bus.listeners.size).toBe(0)
    const closedSoon = bench.make({ revocation: { bus } })
    await closedSoon.close()
    await new Promise((resolve) => setImmediate(resolve))
    expect(bus.listeners.size).toBe(0)
  })
})

describe('a clock that is set', () => {
  afterEach(() => {
    jest.restoreAllMocks()
  })

  it('a day ahead, and back, brings no token to life again', async () => {
    const options = Object.entries(bench.options({ cache: false })).filter(([name]) => name !== 'now')
    const server = bench.makeOf(Object.fromEntries(options))
    bench.says({ iat: undefined, exp: undefined })
    await server.revoke({ tokenDigest })
    const at = Date.now()
    const clock = jest.spyOn(Date, 'now')
    for (const aheadMs of [2 * 86_400_000, 0]) {
      clock.mockReturnValue(at + aheadMs)
      await server.revoke({ subject: 'another' })
      expect(await outcomeOf(server)).toBe('401 token_inactive')
    }
  })
})

describe('marks that were too many', () => {
  it.each([
    [true, 'granted'],
    [false, '401 token_inactive'],
  ])('leave it to the server what becomes of a token that one of them has ended: active %p', async (active, outcome) => {
    const server = bench.make({ revocation: { maxMarks: 10 } })
    await outcomeOf(server)
    await server.revoke({ tokenDigest })
    bench.clock += 1
    expect(await calls(server)).toEqual(['401 token_inactive', 0])
    bench.says({ active })
    for (let at = 0; at < 10; at++) await server.revoke({ subject: `user-${at + 100}` })
    bench.clock += 1
    expect(await calls(server)).toEqual([outcome, 1])
  })

  it('are told of, and make us ask about all tokens of the issuer', async () => {
    const server = bench.make({ revocation: { maxMarks: 10 } })
    await outcomeOf(server)
    for (let at = 0; at < 11; at++) await server.revoke({ issuer, subject: `user-${at + 100}` })
    expect(server.stats().marks).toBe(1)
    expect(bench.events).toContainEqual({ type: 'warning', code: 'REVOCATION_MARKS_COLLAPSED', count: 1, at: bench.clock })
    bench.clock += 1
    expect(await calls(server)).toEqual(['granted', 1])
  })
})
