import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { byToken, findClosedPort, json, raw, reset, silence } from '@oauth-introspect/testkit'
import type { CircuitState } from '../src/circuit-breaker.ts'
import { clientSecretBasic } from '../src/client-authentication/client-secret-basic.ts'
import { IntrospectionError } from '../src/errors.ts'
import { createEventSink } from '../src/events.ts'
import { createIntrospectionClient, type IntrospectionClientParts } from '../src/introspection-client.ts'
import type { Deadline, HttpFailure, HttpReply } from '../src/runtime/runtime.ts'
import { bearer, granted, setUpServer, token } from './server-bench.ts'

type Outcome = HttpReply | HttpFailure

const replyOf = (status: number, body = '{"active":true}', headers: Readonly<Record<string, string>> = {}): HttpReply => ({
  status,
  header: (name) => ({ 'content-type': 'application/json', ...headers })[name],
  body: new TextEncoder().encode(body),
})
const unreachable: HttpFailure = { failure: 'ENDPOINT_UNREACHABLE', replied: false }
const late: HttpFailure = { failure: 'ENDPOINT_TIMEOUT', replied: false }

interface Bench {
  /** The tokens asked about; those of nobody's as `ours`. */
  readonly asked: string[]
  readonly states: CircuitState[]
  clock: number
  /** What comes of a question about this token, or about one of nobody's. */
  outcome: (asked: string, deadline: Deadline) => Outcome | Promise<Outcome>
  /** The code of what it fails with and what it says of the time to wait, else what the reply says. */
  ask(asked: string): Promise<boolean | string>
  readonly failedCalls: () => number
  readonly calls: () => number
}

const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/

function setUp(more: Partial<IntrospectionClientParts> = {}): Bench {
  const bench: Bench = {
    asked: [],
    states: [],
    clock: Date.parse('2026-11-21T12:00:00Z'),
    outcome: () => unreachable,
    async ask(asked) {
      try {
        return (await client.introspect(asked)).active
      } catch (error) {
        if (!IntrospectionError.is(error)) throw error
        return error.retryAfterSeconds === undefined ? error.code : `${error.code} ${error.retryAfterSeconds}`
      }
    },
    failedCalls: () => client.failedCalls,
    calls: () => client.calls,
  }
  const now = (): number => bench.clock
  const client = createIntrospectionClient({
    endpoint: new URL('https://as.example/introspect'),
    authorizationServer: 'https://as.example',
    clientAuthentication: clientSecretBasic('rs-client', 'secret'),
    connection: {
      async exchange({ body }, { deadline }) {
        const presented = new URLSearchParams(body).get('token') ?? ''
        const asked = uuid.test(presented) ? 'ours' : presented
        bench.asked.push(asked)
        return bench.outcome(asked, deadline)
      },
      close: () => Promise.resolve(),
    },
    timeoutMs: 2000,
    maxResponseBytes: 1000,
    retries: 0,
    maxConcurrentCalls: 256,
    breaker: { failures: 3, openMs: 5000 },
    replyRules: { scopeSeparator: ' ', inactiveErrors: [], missingActive: 'refuse' },
    events: createEventSink((event) => {
      if (event.type === 'breaker') bench.states.push(event.state)
    }, now),
    now,
    ...more,
  })
  return bench
}

async function fail(bench: Bench, times: number): Promise<void> {
  for (let at = 0; at < times; at++) await bench.ask(`failing-${at}`)
}

describe('a circuit breaker', () => {
  it.each<[string, Outcome, string]>([
    ['cannot be reached', unreachable, 'ENDPOINT_UNREACHABLE'],
    ['breaks off', { ...unreachable, replied: true }, 'ENDPOINT_UNREACHABLE'],
    ['is silent', late, 'ENDPOINT_TIMEOUT'],
    ['says 502', replyOf(502), 'ENDPOINT_UNAVAILABLE'],
    ['says 503', replyOf(503), 'ENDPOINT_UNAVAILABLE'],
    ['says 504', replyOf(504), 'ENDPOINT_UNAVAILABLE'],
  ])(
    'opens after so many failures in a row of an endpoint that %s, the last one shared by a token of nobody',
    async (...[, outcome, code]) => {
      const bench = setUp()
      bench.outcome = () => outcome
      expect([await bench.ask('one'), await bench.ask('two'), await bench.ask('three')]).toEqual([code, code, code])
      expect(await bench.ask('four')).toBe('CIRCUIT_OPEN 5')
      expect(bench.asked.sort()).toEqual(['one', 'ours', 'three', 'two'])
      expect(bench.states).toEqual(['open'])
      expect([bench.calls(), bench.failedCalls()]).toEqual([4, 3])
    },
  )

  it.each<[string, Outcome]>([
    ['500', replyOf(500)],
    ['501', replyOf(501)],
    ['408', replyOf(408)],
    ['429', replyOf(429)],
    ['400', replyOf(400)],
    ['401', replyOf(401)],
    ['413', replyOf(413)],
    ['414', replyOf(414)],
    ['a redirect', replyOf(302)],
    ['HTML', replyOf(200, '<html>')],
    ['no JSON', replyOf(200, '{')],
    ['a reply that is too large', { failure: 'RESPONSE_TOO_LARGE', replied: true }],
    ['a reply that cannot be decoded', { failure: 'RESPONSE_NOT_CONFORM', replied: true }],
  ])('does not take for an outage, and begins anew to count after: %s', async (_what, outcome) => {
    const bench = setUp()
    bench.outcome = () => outcome
    await fail(bench, 10)
    bench.outcome = () => unreachable
    await fail(bench, 1)
    bench.outcome = () => outcome
    await fail(bench, 1)
    bench.outcome = () => unreachable
    await fail(bench, 2)
    expect(bench.asked).not.toContain('ours')
    expect(bench.states).toEqual([])
    await fail(bench, 1)
    expect(bench.states).toEqual(['open'])
  })

  it.each<[string, Outcome]>([
    ['the connection breaks', unreachable],
    ['it never comes to an end', late],
    ['a gateway gives up', replyOf(502)],
  ])('stays closed to tokens over which %s, as many as there may be, while one of nobody is answered', async (_what, outcome) => {
    for (const answer of [replyOf(200, '{"active":false}'), replyOf(400), replyOf(401), replyOf(500), replyOf(429)]) {
      const bench = setUp()
      bench.outcome = (asked) => (asked === 'ours' ? answer : outcome)
      await fail(bench, 30)
      expect(bench.states).toEqual([])
      expect(bench.asked.filter((asked) => asked === 'ours')).toHaveLength(10)
      bench.outcome = () => replyOf(200)
      expect(await bench.ask('good')).toBe(true)
    }
  })

  it('stays closed where the token that would decide is answered, whatever comes of one of nobody', async () => {
    const bench = setUp()
    await fail(bench, 2)
    bench.outcome = (asked) => (asked === 'ours' ? unreachable : replyOf(200))
    expect(await bench.ask('good')).toBe(true)
    expect(bench.states).toEqual([])
    bench.outcome = () => unreachable
    await fail(bench, 2)
    expect(bench.states).toEqual([])
  })

  it('needs two failures even if one is allowed, and as many as are allowed otherwise', async () => {
    for (const [failures, needed] of [
      [1, 2],
      [2, 2],
      [7, 7],
    ] as const) {
      const bench = setUp({ breaker: { failures, openMs: 5000 } })
      await fail(bench, needed - 1)
      expect(bench.states).toEqual([])
      await fail(bench, 1)
      expect(bench.states).toEqual(['open'])
    }
  })

  it('says how long it stays open, in whole seconds, and lets nobody through until then', async () => {
    const bench = setUp({ breaker: { failures: 3, openMs: 2500 } })
    await fail(bench, 3)
    bench.asked.length = 0
    expect(await bench.ask('x')).toBe('CIRCUIT_OPEN 3')
    bench.clock += 1500
    expect(await bench.ask('x')).toBe('CIRCUIT_OPEN 1')
    bench.clock += 999
    expect(await bench.ask('x')).toBe('CIRCUIT_OPEN 1')
    expect(bench.asked).toEqual([])
    bench.clock += 1
    expect(await bench.ask('x')).toBe('ENDPOINT_UNREACHABLE')
    expect(bench.asked).toHaveLength(2)
  })

  it('lets one try when the time has passed, refuses all others meanwhile, and closes when it is answered', async () => {
    const bench = setUp()
    await fail(bench, 3)
    bench.clock += 5000
    bench.asked.length = 0
    const waiting: ((outcome: Outcome) => void)[] = []
    bench.outcome = () => new Promise((resolve) => waiting.push(resolve))
    const trial = bench.ask('trial')
    expect(await Promise.all([bench.ask('a'), bench.ask('b'), bench.ask('trial')])).toEqual(Array(3).fill('CIRCUIT_OPEN 5'))
    bench.clock += 4999
    expect(await bench.ask('c')).toBe('CIRCUIT_OPEN 1')
    expect(bench.asked.sort()).toEqual(['ours', 'trial'])
    for (const answer of waiting) answer(replyOf(200))
    expect(await trial).toBe(true)
    bench.outcome = () => replyOf(200)
    expect(await bench.ask('d')).toBe(true)
    expect(bench.states).toEqual(['open', 'half-open', 'closed'])
    expect(bench.asked).toHaveLength(3)
  })

  it('opens again when the trial fails, for the whole time, and is closed by any reply, be it to a token of nobody alone', async () => {
    const bench = setUp()
    await fail(bench, 3)
    bench.clock += 5000
    expect(await bench.ask('trial')).toBe('ENDPOINT_UNREACHABLE')
    expect(await bench.ask('x')).toBe('CIRCUIT_OPEN 5')
    bench.clock += 5000
    // A token over which the endpoint fails does not keep the circuit open.
    bench.outcome = (asked) => (asked === 'ours' ? replyOf(200, '{"active":false}') : unreachable)
    expect(await bench.ask('poison')).toBe('ENDPOINT_UNREACHABLE')
    expect(bench.states).toEqual(['open', 'half-open', 'open', 'half-open', 'closed'])
    bench.outcome = () => replyOf(200)
    expect(await bench.ask('good')).toBe(true)
  })

  it('is closed by the late answer to a question that was under way before', async () => {
    const bench = setUp()
    let answer: (outcome: Outcome) => void = () => undefined
    bench.outcome = (asked) => (asked === 'slow' ? new Promise((resolve) => (answer = resolve)) : unreachable)
    const slow = bench.ask('slow')
    await fail(bench, 3)
    expect(bench.states).toEqual(['open'])
    answer(replyOf(200))
    expect(await slow).toBe(true)
    expect(bench.states).toEqual(['open', 'closed'])
  })

  it('tries again at once when the clock was set back', async () => {
    const bench = setUp()
    await fail(bench, 3)
    bench.clock -= 1
    bench.outcome = () => replyOf(200)
    expect(await bench.ask('x')).toBe(true)
    expect(bench.states).toEqual(['open', 'half-open', 'closed'])
  })

  it('lets another try when nothing is heard of a trial, as on Workers when its request was given up', async () => {
    for (const openMs of [10, 5000]) {
      const bench = setUp({ breaker: { failures: 3, openMs }, timeoutMs: 50 })
      await fail(bench, 3)
      bench.clock += openMs
      bench.outcome = () => new Promise(() => undefined)
      void bench.ask('lost')
      bench.clock += Math.max(openMs, 50) - 1
      expect(await bench.ask('x')).toBe('CIRCUIT_OPEN 1')
      bench.clock += 1
      bench.outcome = () => replyOf(200)
      expect(await bench.ask('y')).toBe(true)
    }
  })

  it('has one question at a time decide, and puts the others meanwhile: nothing is refused for a doubt', async () => {
    const bench = setUp()
    await fail(bench, 2)
    bench.asked.length = 0
    const waiting: ((outcome: Outcome) => void)[] = []
    bench.outcome = () => new Promise((resolve) => waiting.push(resolve))
    const all = Promise.all(['a', 'b', 'c'].map((asked) => bench.ask(asked)))
    await new Promise(setImmediate)
    expect(bench.asked).toEqual(['ours', 'a', 'b', 'c'])
    for (const answer of waiting) answer(unreachable)
    await all
    expect(bench.states).toEqual(['open'])
  })

  it('waits for the token of nobody no longer than for the other', async () => {
    const bench = setUp({ timeoutMs: 20 })
    await fail(bench, 2)
    bench.outcome = (asked) => (asked === 'ours' ? new Promise(() => undefined) : unreachable)
    expect(await bench.ask('x')).toBe('ENDPOINT_UNREACHABLE')
    expect(bench.states).toEqual(['open'])
  })

  it('counts as nothing what the application throws over its credentials, and does not open over our own', async () => {
    const failure = new Error('no credentials')
    let broken = false
    const bench = setUp({
      clientAuthentication: {
        method: 'x',
        identity: '',
        credentials: () => {
          if (broken) throw failure
          return {}
        },
      },
    })
    await fail(bench, 2)
    broken = true
    await expect(bench.ask('x')).rejects.toBe(failure)
    expect(bench.states).toEqual([])
  })

  it('is none with false', async () => {
    const bench = setUp({ breaker: undefined })
    await fail(bench, 20)
    expect([bench.asked.length, bench.asked.includes('ours'), bench.states]).toEqual([20, false, []])
  })

  it('shows the token of nobody to nobody, and makes a new one each time', async () => {
    const texts: string[] = []
    const bench = setUp({
      connection: {
        exchange: ({ body }) => {
          texts.push(new URLSearchParams(body).get('token') ?? '')
          return Promise.resolve(unreachable)
        },
        close: () => Promise.resolve(),
      },
    })
    await fail(bench, 3)
    bench.clock += 5000
    await fail(bench, 1)
    const made = texts.filter((text) => uuid.test(text))
    expect(new Set(made).size).toBe(2)
  })
})

describe('a resource server whose endpoint is down', () => {
  const bench = setUpServer()

  it('answers 503 with Retry-After without a question, and goes on answering from memory', async () => {
    const server = bench.make({ retries: 0, breaker: { failures: 2 } })
    bench.as.behave(json(bench.good()), reset)
    await granted(server.authorize(bearer()))
    for (const other of ['one', 'two']) expect(await server.authorize(bearer(other))).toMatchObject({ status: 503 })
    bench.as.forgetCalls()
    const refused = await server.authorize(bearer('three'))
    expect(refused).toMatchObject({
      outcome: 'refused',
      status: 503,
      reason: 'authorization_server_unavailable',
      body: {},
      cause: { code: 'CIRCUIT_OPEN' },
    })
    expect(refused.headers).toContainEqual(['Retry-After', '5'])
    expect(refused.headers.map(([name]) => name)).not.toContain('WWW-Authenticate')
    expect(server.authorize(bearer())).toMatchObject({ outcome: 'granted' })
    expect(bench.as.calls).toEqual([])
    expect(bench.events.filter(({ type }) => type === 'breaker')).toEqual([
      { type: 'breaker', state: 'open', authorizationServer: bench.as.introspectionEndpoint, at: bench.clock },
    ])
    expect(bench.events.flatMap((event) => (event.type === 'fault' ? [event.code] : []))).toEqual(['ENDPOINT_UNREACHABLE', 'CIRCUIT_OPEN'])
    bench.clock += 5000
    bench.as.behave(byToken({ [token]: bench.good() }))
    expect(await server.authorize(bearer('four'))).toMatchObject({ status: 401, reason: 'token_inactive' })
    expect(await server.authorize(bearer('three'))).toMatchObject({ status: 401, reason: 'token_inactive' })
  })

  it('asks a closed port few times, however many come', async () => {
    const introspectionEndpoint = `http://127.0.0.1:${await findClosedPort()}/introspect`
    const server = bench.make({ introspectionEndpoint })
    for (let at = 0; at < 30; at++) expect(await server.authorize(bearer(`random-${at}`))).toMatchObject({ status: 503 })
    expect(bench.events.filter(({ type }) => type === 'introspected')).toHaveLength(11)
  })

  it('is not talked into it by tokens that its endpoint hangs or breaks over', async () => {
    const server = bench.make({ retries: 0, timeoutMs: 500, breaker: { failures: 2 } })
    bench.as.behave((call, response) => {
      const asked = call.form.get('token') ?? ''
      const behaviour = asked.startsWith('slow')
        ? silence
        : asked.startsWith('break')
          ? reset
          : asked.startsWith('big')
            ? raw('', 503)
            : undefined
      ;(behaviour ?? byToken({ [token]: bench.good() }))(call, response)
    })
    for (const text of ['slow-1', 'break-1', 'break-2', 'big-1', 'big-2', 'slow-2']) {
      expect(await server.authorize(bearer(text))).toMatchObject({ status: 503 })
    }
    expect(bench.events.filter(({ type }) => type === 'breaker')).toEqual([])
    await granted(server.authorize(bearer()))
    expect(inspect(bench.events, { depth: 5 })).not.toContain('CANARY')
  })
})
