import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { pollSecurityEvents } from '../../src/index.ts'
import { issuer, jwk, keys } from '../signed-bench.ts'
import { audience, setUpSignals } from './signal-bench.ts'

const bench = setUpSignals()

describe('a transmitter that has nothing good to say', () => {
  let passed = 0
  let polls: number[]
  /** What it answers. */
  let reply: () => Response
  /** Events whose signatures are being verified. */
  let beingTaken = 0

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate'] })
    passed = 0
    polls = []
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  function poll(revocation: object = {}, more: object = {}): () => Promise<void> {
    const transport = (): Promise<Response> => {
      polls.push(passed)
      return Promise.resolve(reply())
    }
    const server = bench.makeSignalled(revocation, { transport })
    const polling = pollSecurityEvents(server, { endpoint: 'https://as.example/poll', longPolling: false, intervalSeconds: 3600, ...more })
    return () => polling.stop()
  }

  async function pass(seconds: number): Promise<void> {
    for (const until = passed + seconds; passed < until; passed++) {
      // What was begun comes to its next pause.
      for (let turns = 0; turns < 10 || beingTaken > 0; turns++) await new Promise((done) => setImmediate(done))
      jest.advanceTimersByTime(1000)
    }
  }

  it('is asked again after pauses that double, up to a minute', async () => {
    reply = () => new Response('', { status: 500 })
    const stop = poll()
    await pass(245)
    await stop()
    expect(polls).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243])
  })

  it('is left alone for as long as it asks for', async () => {
    reply = () => new Response('', { status: 503, headers: { 'retry-after': '5' } })
    const stop = poll()
    await pass(30)
    await stop()
    expect(polls).toEqual([0, 5, 10, 15, 23])
  })

  it('is asked again after such pauses while what it says cannot be stored, and soon again once it could be', async () => {
    let refuses = true
    const bus = {
      publish() {
        beingTaken--
        return refuses ? Promise.reject(new Error('down')) : Promise.resolve()
      },
      subscribe: () => Promise.resolve(() => Promise.resolve()),
    }
    const saysSomething = (): Response => {
      beingTaken++
      return Response.json({ sets: { x: bench.set({ jti: 'x' }) } })
    }
    const replies = [saysSomething, saysSomething, saysSomething, saysSomething, saysSomething, () => Response.json({ sets: {} })]
    reply = () => (replies.shift() ?? (() => new Response('', { status: 500 })))()
    const transmitters = [{ issuer, audience, keys: [jwk(keys.as1, { kid: 'as-1' })] }]
    const stop = poll({ bus, transmitters }, { intervalSeconds: 1 })
    await pass(10)
    refuses = false
    await pass(15)
    await stop()
    expect(polls).toEqual([0, 1, 3, 7, 15, 15, 16, 17, 19, 23])
  })
})
