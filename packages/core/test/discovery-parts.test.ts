import { describe, expect, it } from '@jest/globals'
import type { Discovered } from '../src/authorization-server-metadata.ts'
import { clientSecretBasic } from '../src/client-authentication/client-secret-basic.ts'
import { createDiscovery, type Discovery, type DiscoveryParts } from '../src/discovery.ts'
import { IntrospectionError } from '../src/errors.ts'
import { createEventSink } from '../src/events.ts'
import { createIntrospectionClient, type IntrospectionClient, type IntrospectionClientParts } from '../src/introspection-client.ts'
import type { Connection, Deadline, HttpFailure, HttpReply } from '../src/runtime/runtime.ts'

type Outcome = HttpReply | HttpFailure

const issuer = 'https://as.example'
const start = Date.parse('2026-11-21T12:00:00Z')

function reply(status: number, body: object = {}, headers: Readonly<Record<string, string>> = {}): HttpReply {
  return {
    status,
    header: (name) => ({ 'content-type': 'application/json', ...headers })[name],
    body: new TextEncoder().encode(JSON.stringify(body)),
  }
}

const naming = (path: string): HttpReply => reply(200, { issuer, introspection_endpoint: `${issuer}/${path}` })
const outage: HttpFailure = { failure: 'ENDPOINT_UNREACHABLE', replied: false, systemCode: 'ECONNREFUSED' }

/** A discovery over a connection of which a test decides what it brings, and when. */
class Bench {
  clock = start
  /** What comes of exchanges from now on; a promise comes when it settles. */
  next: Outcome | Promise<Outcome> = naming('introspect')
  exchanges = 0
  readonly deadlines: Deadline[] = []
  readonly told: IntrospectionError[] = []
  readonly discovery: Discovery

  constructor(more: Partial<DiscoveryParts> = {}) {
    const connection: Connection = {
      exchange: (_request, { deadline }) => {
        this.exchanges++
        this.deadlines.push(deadline)
        return Promise.resolve(this.next)
      },
      close: () => Promise.resolve(),
    }
    const wanted = { issuer, url: new URL(issuer), insecure: false, endpointName: 'introspection_endpoint', method: 'none' } as const
    const onFault = (error: IntrospectionError): number => this.told.push(error)
    this.discovery = createDiscovery({ wanted, connection, timeoutMs: 2000, now: () => this.clock, onFault, ...more })
  }

  /** The path of what is found, once all that can happen now has happened. */
  async find(): Promise<string> {
    const { endpoint } = await this.discovery.find()
    await new Promise(setImmediate)
    return endpoint.pathname
  }

  async failure(): Promise<IntrospectionError> {
    const error: unknown = await Promise.resolve(this.discovery.find()).catch((thrown: unknown) => thrown)
    if (!IntrospectionError.is(error)) throw new Error('expected an IntrospectionError')
    return error
  }
}

describe('what was found', () => {
  it('serves at once, without a promise, for an hour', async () => {
    const bench = new Bench()
    expect(bench.discovery.find()).toBeInstanceOf(Promise)
    await bench.find()
    bench.clock = start + 3_599_999
    expect(bench.discovery.find()).toEqual({ endpoint: new URL(`${issuer}/introspect`), jwksUri: undefined })
    expect(bench.exchanges).toBe(1)
  })

  it('serves on after an hour, while it is looked for again beside, once', async () => {
    const bench = new Bench()
    await bench.find()
    bench.clock = start + 3_600_000
    let come = (_outcome: Outcome): void => undefined
    bench.next = new Promise((resolve) => {
      come = resolve
    })
    expect([await bench.find(), await bench.find(), bench.exchanges]).toEqual(['/introspect', '/introspect', 2])
    come(naming('moved'))
    await bench.find()
    expect([await bench.find(), bench.exchanges]).toEqual(['/moved', 2])
    bench.clock += 3_599_999
    await bench.find()
    expect(bench.exchanges).toBe(2)
    bench.clock += 1
    await bench.find()
    expect(bench.exchanges).toBe(3)
  })

  it.each<[string, Outcome]>([
    ['an outage', outage],
    ['status 500', reply(500)],
    ['a document of another issuer', reply(200, { issuer: 'https://evil.example', introspection_endpoint: 'https://evil.example/' })],
    ['no document any more', reply(404)],
  ])('serves on through %s, which is told, and looked into after a pause', async (_situation, outcome) => {
    const bench = new Bench()
    await bench.find()
    bench.clock += 3_600_000
    bench.next = outcome
    expect([await bench.find(), await bench.find()]).toEqual(['/introspect', '/introspect'])
    expect(bench.told.map(({ code }) => code)).toEqual(['DISCOVERY_FAILED'])
    const { exchanges } = bench
    bench.clock += 4999
    await bench.find()
    expect(bench.exchanges).toBe(exchanges)
    bench.clock += 1
    bench.next = naming('moved')
    await bench.find()
    expect(await bench.find()).toBe('/moved')
    expect(bench.told).toHaveLength(1)
  })

  it('is looked for again when the clock was set back', async () => {
    const bench = new Bench()
    await bench.find()
    bench.clock = start - 1
    await bench.find()
    expect(bench.exchanges).toBe(2)
  })
})

describe('a failure while nothing is known', () => {
  it('is the same for all callers during a pause, that doubles up to a minute', async () => {
    const bench = new Bench()
    bench.next = outage
    let exchanges = 0
    for (const pauseMs of [5000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      const error = await bench.failure()
      expect(error).toMatchObject({ code: 'DISCOVERY_FAILED', message: expect.stringContaining('(ECONNREFUSED)') })
      expect(bench.exchanges).toBe(++exchanges)
      bench.clock += pauseMs - 1
      expect(await bench.failure()).toBe(error)
      expect(bench.exchanges).toBe(exchanges)
      bench.clock += 1
    }
    bench.next = naming('introspect')
    expect(await bench.find()).toBe('/introspect')
    expect(bench.told).toEqual([])
  })

  it('is forgotten with the next success: the pause after another one is short again', async () => {
    const bench = new Bench()
    bench.next = outage
    await bench.failure()
    bench.clock += 5000
    await bench.failure()
    bench.clock += 10_000
    bench.next = naming('introspect')
    await bench.find()
    bench.clock += 3_600_000
    bench.next = outage
    await bench.find()
    const { exchanges } = bench
    bench.clock += 5000
    await bench.find()
    expect(bench.exchanges).toBe(exchanges + 1)
  })

  it.each([
    ['3', 5000, 3],
    ['30', 30_000, 30],
    ['Sat, 21 Nov 2026 12:00:20 GMT', 20_000, 20],
    ['3600', 60_000, 120],
    ['soon', 5000, undefined],
  ])('lasts as long as the server asks for, a minute at most: Retry-After: %s', async (field, pauseMs, retryAfterSeconds) => {
    const bench = new Bench()
    bench.next = reply(503, {}, { 'retry-after': field })
    expect((await bench.failure()).retryAfterSeconds).toBe(retryAfterSeconds)
    bench.next = naming('introspect')
    bench.clock += pauseMs - 1
    expect((await bench.failure()).retryAfterSeconds).toBe(retryAfterSeconds)
    bench.clock += 1
    expect(await bench.find()).toBe('/introspect')
  })

  it('ends when the clock was set back', async () => {
    const bench = new Bench()
    bench.next = outage
    await bench.failure()
    bench.clock -= 1
    bench.next = naming('introspect')
    expect(await bench.find()).toBe('/introspect')
  })

  it.each<[HttpFailure['failure'], string]>([
    ['ENDPOINT_UNREACHABLE', 'the server cannot be reached'],
    ['ENDPOINT_TIMEOUT', 'the server did not answer within 2000 ms'],
    ['RESPONSE_TOO_LARGE', 'it is larger than 262144 bytes'],
    ['RESPONSE_NOT_CONFORM', 'it cannot be decoded'],
  ])('says in constant words what is the matter: %s', async (failure, what) => {
    const bench = new Bench()
    bench.next = { failure, replied: true }
    expect((await bench.failure()).message).toBe(
      `the authorization server's metadata cannot be used: ${what}, at /.well-known/oauth-authorization-server (see docs/errors/DISCOVERY_FAILED.md)`,
    )
  })
})

describe('a search', () => {
  it('is joined by whoever needs what it brings, and stands under one deadline, which it ends', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
    const before = timers()
    const bench = new Bench({ timeoutMs: 60_000 })
    bench.next = reply(404)
    const failures = Promise.all([bench.failure(), bench.failure(), bench.failure()])
    expect(timers()).toBe(before + 1)
    expect(new Set(await failures).size).toBe(1)
    expect(bench.exchanges).toBe(2)
    expect(new Set(bench.deadlines).size).toBe(1)
    expect(timers()).toBe(before)
  })

  it('that was lost with the request that it was for is not waited for by later ones', async () => {
    const bench = new Bench()
    bench.next = new Promise(() => undefined)
    void bench.discovery.find()
    bench.next = naming('introspect')
    bench.clock += 1999
    void bench.discovery.find()
    expect(bench.exchanges).toBe(1)
    bench.clock += 1
    expect(await bench.find()).toBe('/introspect')
    for (const deadline of bench.deadlines) deadline.clear()
  })

  it('that was given up for lost, and fails late, does not end the one that came after it', async () => {
    const bench = new Bench()
    const come: ((outcome: Outcome) => void)[] = []
    const hang = (): Promise<Outcome> => new Promise((resolve) => come.push(resolve))
    bench.next = hang()
    const lost = bench.failure()
    bench.clock += 2000
    bench.next = hang()
    const found = bench.find()
    come[0]?.(outage)
    await lost
    const joined = bench.find()
    come[1]?.(naming('introspect'))
    expect([await found, await joined, bench.exchanges]).toEqual(['/introspect', '/introspect', 2])
  })
})

describe('a question whose endpoint is to be found', () => {
  const nobody: Connection = { exchange: () => Promise.reject(new Error('not to be asked')), close: () => Promise.resolve() }
  const parts: IntrospectionClientParts = {
    endpoint: new URL(issuer),
    authorizationServer: issuer,
    clientAuthentication: clientSecretBasic('rs-client', 'secret'),
    connection: nobody,
    timeoutMs: 20,
    maxResponseBytes: 1000,
    retries: 1,
    maxConcurrentCalls: 1,
    replyRules: { scopeSeparator: ' ', inactiveErrors: [], missingActive: 'refuse' },
    events: createEventSink(undefined, () => start),
    now: () => start,
  }
  const client = (endpoint: URL | Discovery): IntrospectionClient => createIntrospectionClient({ ...parts, endpoint })
  const finding = (find: () => Discovered | Promise<Discovered>): Discovery => ({ issuer, find })

  it('waits no longer than its own deadline, counts as none that was put, and makes room again', async () => {
    const waiting = client(finding(() => new Promise(() => undefined)))
    for (let at = 0; at < 2; at++) {
      await expect(waiting.introspect('tok')).rejects.toMatchObject({
        code: 'DISCOVERY_FAILED',
        message: expect.stringContaining('it did not come within 20 ms'),
      })
    }
    expect(waiting.calls).toBe(0)
  })

  it('stands under one deadline with the search for it', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
    const before = timers()
    const seen: number[] = []
    const connection: Connection = {
      ...nobody,
      exchange: () => {
        seen.push(timers())
        return Promise.resolve(reply(200, { active: false }))
      },
    }
    const endpoint = finding(() => {
      seen.push(timers())
      return Promise.resolve({ endpoint: new URL(issuer), jwksUri: undefined })
    })
    await createIntrospectionClient({ ...parts, timeoutMs: 60_000, connection, endpoint }).introspect('tok')
    expect([...seen, timers()]).toEqual([before + 1, before + 1, before])
  })

  it('fails with the failure of the search', async () => {
    const failure = new IntrospectionError('DISCOVERY_FAILED', 'x')
    await expect(client(finding(() => Promise.reject(failure))).introspect('tok')).rejects.toBe(failure)
  })

  it('is known by the issuer, whatever endpoint that has, and never as one to an endpoint [CA-04]', () => {
    const found = (path: string): Discovery => finding(() => ({ endpoint: new URL(path, issuer), jwksUri: undefined }))
    expect(client(found('/a')).identity).toBe(client(found('/b')).identity)
    expect(client({ ...found('/a'), issuer: 'https://other.example' }).identity).not.toBe(client(found('/a')).identity)
    expect(client({ ...found('/a'), issuer: `${issuer}/` }).identity).not.toBe(client(new URL(`${issuer}/`)).identity)
  })
})
