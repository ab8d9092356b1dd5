import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { IntrospectionError } from '../src/errors.ts'
import { createEventSink, type EventSink, type IntrospectEvent } from '../src/events.ts'
import type { ResourceRequest } from '../src/resource-request.ts'

const request: ResourceRequest = { method: 'GET', url: '/', header: () => ['Bearer CANARY-token'], native: { headers: 'CANARY-token' } }
const down = new IntrospectionError('ENDPOINT_UNREACHABLE', 'down')

interface Listening {
  readonly sink: EventSink
  readonly events: IntrospectEvent[]
  clock: number
}

function listen(): Listening {
  const events: IntrospectEvent[] = []
  const listening: Listening = {
    events,
    clock: 1000,
    sink: createEventSink(
      (event) => events.push(event),
      () => listening.clock,
    ),
  }
  return listening
}

describe('events', () => {
  it('tell what happened and when, by the clock given', () => {
    const { sink, events } = listen()
    sink.emit({ type: 'granted', source: 'asked', ageMs: 0 })
    sink.emit({ type: 'refused', reason: 'claims_invalid', status: 401, paths: ['tenant'] })
    expect(events).toEqual([
      { type: 'granted', source: 'asked', ageMs: 0, at: 1000 },
      { type: 'refused', reason: 'claims_invalid', status: 401, paths: ['tenant'], at: 1000 },
    ])
  })

  it('carry the request where no logger prints it [LG-01]', () => {
    const { sink, events } = listen()
    sink.emit({ type: 'granted', source: 'memory', ageMs: 5 }, request)
    const [event] = events
    expect(event?.request).toBe(request)
    expect(Object.keys(event ?? {})).toEqual(['type', 'source', 'ageMs', 'at'])
    expect({ ...event }).not.toHaveProperty('request')
    expect(inspect(event, { depth: 9 }) + JSON.stringify(event)).not.toContain('CANARY')
  })

  it('have no request where there is none', () => {
    const { sink, events } = listen()
    sink.emit({ type: 'granted', source: 'memory', ageMs: 5 })
    expect(events.map((event) => 'request' in event)).toEqual([false])
  })

  it('go on when the listener throws, and count how often it has', () => {
    let calls = 0
    const sink = createEventSink(
      () => {
        calls++
        throw new Error('the logger failed')
      },
      () => 0,
    )
    sink.emit({ type: 'granted', source: 'asked', ageMs: 0 })
    sink.warn('AUDIENCE_UNCHECKED')
    sink.fault(down)
    expect({ calls, failures: sink.listenerFailures }).toEqual({ calls: 3, failures: 3 })
  })

  it('go on when an asynchronous listener fails, and count that too', async () => {
    // Its type `() => Promise<void>` fits where `() => void` is wanted, so that people do this.
    const listener = { log: (): unknown => Promise.reject(new Error('the logger failed')) }
    const sink = createEventSink(
      () => listener.log(),
      () => 0,
    )
    sink.emit({ type: 'granted', source: 'asked', ageMs: 0 })
    await new Promise((done) => setImmediate(done))
    expect(sink.listenerFailures).toBe(1)
  })

  it('are not made when nobody listens', () => {
    const sink = createEventSink(undefined, () => {
      throw new Error('no time is needed')
    })
    expect(sink.listening).toBe(false)
    sink.emit({ type: 'granted', source: 'asked', ageMs: 0 })
    expect(sink.listenerFailures).toBe(0)
    expect(listen().sink.listening).toBe(true)
  })
})

describe('what repeats', () => {
  it('is told at first, and then once a minute with its count', () => {
    const bench = listen()
    for (let at = 0; at < 10_000; at++) bench.sink.fault(down)
    bench.clock += 59_999
    bench.sink.fault(down)
    bench.clock += 1
    bench.sink.fault(down)
    bench.sink.fault(down)
    bench.clock += 60_000
    bench.sink.fault(down)
    expect(bench.events).toMatchObject([
      { type: 'fault', code: 'ENDPOINT_UNREACHABLE', count: 1, at: 1000 },
      { type: 'fault', code: 'ENDPOINT_UNREACHABLE', count: 10_001, at: 61_000 },
      { type: 'fault', code: 'ENDPOINT_UNREACHABLE', count: 2, at: 121_000 },
    ])
    expect(bench.events.every((event) => event.type === 'fault' && event.error === down)).toBe(true)
  })

  it('is counted by its code', () => {
    const { sink, events } = listen()
    sink.fault(down)
    sink.fault(new IntrospectionError('ENDPOINT_TIMEOUT', 'slow'))
    sink.warn('AUDIENCE_UNCHECKED')
    sink.warn('EVERYTHING_INACTIVE')
    sink.warn('AUDIENCE_UNCHECKED')
    expect(events.map((event) => 'code' in event && event.code)).toEqual([
      'ENDPOINT_UNREACHABLE',
      'ENDPOINT_TIMEOUT',
      'AUDIENCE_UNCHECKED',
      'EVERYTHING_INACTIVE',
    ])
  })

  it('is told again when the clock was set back', () => {
    const bench = listen()
    bench.sink.warn('AUDIENCE_UNCHECKED')
    bench.clock = 0
    bench.sink.warn('AUDIENCE_UNCHECKED')
    expect(bench.events).toMatchObject([{ count: 1 }, { count: 1, at: 0 }])
  })
})
