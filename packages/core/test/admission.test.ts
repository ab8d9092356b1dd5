import { describe, expect, it } from '@jest/globals'
import { after, byToken, json, raw } from '@oauth-introspect/testkit'
import { Admission } from '../src/admission.ts'
import { IntrospectionError } from '../src/errors.ts'
import type { ResourceRequest, StoreLike } from '../src/index.ts'
import { bearer, granted, setUpServer, token } from './server-bench.ts'

const from = (address: string, presented?: string): ResourceRequest => ({ ...bearer(presented), native: { address } })
const addressOf = ({ native }: ResourceRequest): string => (native as { readonly address: string }).address

/** How many questions are left to a caller: takes them all. */
function exhaust(admission: Admission, address: string): number {
  for (let taken = 0; ; taken++) {
    try {
      admission.take(from(address))
    } catch {
      return taken
    }
  }
}

describe('the budgets of callers', () => {
  let clock = 0
  const make = (maxConcurrentCalls = 256): Admission => new Admission(addressOf, maxConcurrentCalls, () => clock)

  it.each([
    [256, 64],
    [1_000_000, 64],
    [100, 25],
    [7, 1],
    [1, 1],
  ])('have a quarter of the room for %p questions, sixty-four at most, in them: %p', (maxConcurrentCalls, most) => {
    const admission = make(maxConcurrentCalls)
    expect(exhaust(admission, 'a')).toBe(most)
    expect(exhaust(admission, 'b')).toBe(most)
    expect(exhaust(admission, 'a')).toBe(0)
  })

  it('regain five questions a second, up to where they began', () => {
    const admission = make()
    exhaust(admission, 'a')
    clock += 199
    expect(exhaust(admission, 'a')).toBe(0)
    clock += 1
    expect(exhaust(admission, 'a')).toBe(1)
    clock += 2000
    expect(exhaust(admission, 'a')).toBe(10)
    clock += 3_600_000
    expect(exhaust(admission, 'a')).toBe(64)
  })

  it('regain what is given back, once they have it', () => {
    const admission = make()
    const giveBack = admission.take(from('a'))
    expect(exhaust(admission, 'a')).toBe(63)
    giveBack()
    expect(exhaust(admission, 'a')).toBe(1)
    const late = admission.take(from('b'))
    clock += 3_600_000
    admission.take(from('b'))()
    late()
    expect(exhaust(admission, 'b')).toBe(64)
  })

  it('neither regain nor lose anything by a clock that is set back', () => {
    const admission = make()
    exhaust(admission, 'a')
    clock -= 3_600_000
    expect(exhaust(admission, 'a')).toBe(0)
    clock += 1000
    expect(exhaust(admission, 'a')).toBe(5)
  })

  it('say when there will be a question again', () => {
    const admission = make(1)
    admission.take(from('a'))
    try {
      admission.take(from('a'))
    } catch (error) {
      if (!IntrospectionError.is(error)) throw error
      expect([error.code, error.retryAfterSeconds, error.message.includes('"a"')]).toEqual(['OVERLOADED', 1, false])
      return
    }
    throw new Error('expected a refusal')
  })

  it('are kept for ten thousand callers, and go in the order in which these were last heard of', () => {
    const admission = make(4)
    exhaust(admission, 'busy')
    exhaust(admission, 'early')
    for (let at = 0; at < 9998; at++) {
      admission.take(from(`other-${at}`))
    }
    expect(exhaust(admission, 'busy')).toBe(0)
    admission.take(from('one more'))
    expect(exhaust(admission, 'busy')).toBe(0)
    expect(exhaust(admission, 'early')).toBe(1)
  })
})

describe('a resource server that tells callers apart', () => {
  const bench = setUpServer()
  const admission = addressOf

  it('bounds what random tokens of one caller have it ask, and nobody else pays for them [LG-07]', async () => {
    const server = bench.make({ admission, maxConcurrentCalls: 20 })
    bench.as.behave(byToken({ [token]: bench.good(), other: bench.good() }))
    await granted(server.authorize(from('evil')))
    for (let at = 0; at < 5; at++) expect(await server.authorize(from('evil', `random-${at}`))).toMatchObject({ reason: 'token_inactive' })
    const refused = await server.authorize(from('evil', 'random-5'))
    expect(refused).toMatchObject({ outcome: 'refused', status: 503, reason: 'overloaded', body: {}, cause: { code: 'OVERLOADED' } })
    expect(refused.headers).toContainEqual(['Retry-After', '1'])
    expect(bench.as.calls).toHaveLength(6)
    // What is in memory costs nothing, good or not.
    expect(server.authorize(from('evil'))).toMatchObject({ outcome: 'granted' })
    expect(server.authorize(from('evil', 'random-0'))).toMatchObject({ reason: 'token_inactive' })
    await granted(server.authorize(from('good', 'other')))
    bench.clock += 200
    expect(await server.authorize(from('evil', 'random-5'))).toMatchObject({ reason: 'token_inactive' })
  })

  it('leaves room for others while every question of one caller hangs', async () => {
    const server = bench.make({ admission, maxConcurrentCalls: 8 })
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const [hanging, quick] = [after(released, json({ active: false })), byToken({ [token]: bench.good() })]
    bench.as.behave((call, response) => {
      ;((call.form.get('token') ?? '').startsWith('hang') ? hanging : quick)(call, response)
    })
    const evil = Promise.all(Array.from({ length: 50 }, async (_, at) => server.authorize(from('evil', `hang-${at}`))))
    await granted(server.authorize(from('good')))
    release()
    const reasons = (await evil).map((outcome) => (outcome.outcome === 'refused' ? outcome.reason : ''))
    expect(reasons.filter((reason) => reason === 'token_inactive')).toHaveLength(2)
    expect(reasons.filter((reason) => reason === 'overloaded')).toHaveLength(48)
  })

  it('counts what is under way and what comes to nothing, not what finds an active token', async () => {
    const server = bench.make({ admission, maxConcurrentCalls: 4, cache: false, retries: 0 })
    bench.as.behave(json(bench.good()))
    for (let at = 0; at < 20; at++) await granted(server.authorize(from('gateway', `token-${at}`)))
    const two = await Promise.all(['a', 'b'].map(async (presented) => server.authorize(from('gateway', presented))))
    expect(two.map(({ outcome }) => outcome)).toEqual(['granted', 'refused'])
    bench.as.behave(raw('', 500))
    expect(await server.authorize(from('gateway', 'c'))).toMatchObject({ reason: 'authorization_server_unavailable' })
    expect(await server.authorize(from('gateway', 'd'))).toMatchObject({ reason: 'overloaded' })
  })

  it('counts nothing for a question that is not put', async () => {
    const server = bench.make({ admission, maxConcurrentCalls: 4, retries: 0 })
    bench.as.behave(json({}, 429, { 'retry-after': '9' }), byToken({ [token]: bench.good() }))
    await server.authorize(from('x', 'a'))
    for (let at = 0; at < 3; at++) expect(await server.authorize(from('y'))).toMatchObject({ reason: 'authorization_server_unavailable' })
    bench.clock += 9000
    await granted(server.authorize(from('y')))
    const broken = bench.make({ admission, maxConcurrentCalls: 4, retries: 0, breaker: { failures: 2 } })
    bench.as.behave(raw('', 503))
    for (const caller of ['a', 'b']) await broken.authorize(from(caller, caller))
    for (let at = 0; at < 3; at++) expect(await broken.authorize(from('z'))).toMatchObject({ cause: { code: 'CIRCUIT_OPEN' } })
  })

  it('asks about a token that was active before, however much its caller has spent', async () => {
    const server = bench.make({ admission, maxConcurrentCalls: 4, cache: { maxAgeSeconds: 60 } })
    bench.as.behave(byToken({ [token]: bench.good() }))
    await granted(server.authorize(from('office')))
    expect(await server.authorize(from('office', 'random'))).toMatchObject({ reason: 'token_inactive' })
    expect(await server.authorize(from('office', 'random-2'))).toMatchObject({ reason: 'overloaded' })
    await granted(server.authorize(from('office'), { maxAnswerAgeSeconds: 0 }))
    bench.clock += 100
    const auth = await granted(server.authorize(from('office')))
    await granted(server.check(auth, { maxAnswerAgeSeconds: 0 }))
    expect(await server.authorize(from('office', 'random-3'))).toMatchObject({ reason: 'overloaded' })
  })

  describe('and shares a store', () => {
    /** A store whose answers wait until they are let go. */
    function slowStore(): StoreLike & { readonly gets: string[]; letGo(): void } {
      const map = new Map<string, string>()
      const gets: string[] = []
      const waiting: (() => void)[] = []
      return {
        gets,
        letGo: () => waiting.splice(0).forEach((go) => go()),
        async get(key) {
          gets.push(key)
          await new Promise<void>((resolve) => waiting.push(resolve))
          return map.get(key)
        },
        set: (key, value) => void map.set(key, value),
        delete: (key) => void map.delete(key),
      }
    }
    const turn = (): Promise<void> => new Promise((done) => setImmediate(done))

    async function flooded() {
      const store = slowStore()
      const cache = { store, storeTimeoutMs: 60_000 }
      const options = { cache, maxConcurrentCalls: 4 }
      bench.as.behave(byToken({ [token]: bench.good(), other: bench.good() }))
      const letGo = async <T>(asked: Promise<T> | T): Promise<T> => {
        await turn()
        store.letGo()
        return asked
      }
      // Another instance has asked.
      await letGo(granted(bench.make(options).authorize(bearer())))
      const server = bench.make({ ...options, admission })
      await letGo(server.authorize(from('evil', 'random')))
      store.gets.length = 0
      bench.as.forgetCalls()
      return { store, server, letGo }
    }

    it('has a caller whose budget is spent look into it, a few times at once, and grants what is found', async () => {
      const { store, server, letGo } = await flooded()
      const flood = Promise.all(Array.from({ length: 50 }, async (_, at) => server.authorize(from('evil', `random-${at}`))))
      await turn()
      expect(store.gets).toHaveLength(8)
      const turnedAway = await server.authorize(from('evil'))
      expect(turnedAway).toMatchObject({ status: 503, reason: 'overloaded' })
      expect('headers' in turnedAway && turnedAway.headers).toContainEqual(['Retry-After', '1'])
      // Nobody else waits for them.
      const good = server.authorize(from('good', 'other'))
      await turn()
      expect(store.gets).toHaveLength(9)
      await letGo(granted(good))
      expect(new Set((await flood).map((outcome) => outcome.outcome === 'refused' && outcome.reason))).toEqual(new Set(['overloaded']))
      expect(bench.as.calls).toHaveLength(1)
      await letGo(granted(server.authorize(from('evil'))))
      expect(bench.as.calls).toHaveLength(1)
    })

    it('bounds nothing for a caller that has some of its budget left', async () => {
      const { store, server, letGo } = await flooded()
      const many = Array.from({ length: 50 }, async (_, at) => server.authorize(from('gateway', `token-${at}`)))
      await turn()
      expect(store.gets).toHaveLength(50)
      await letGo(Promise.all(many))
    })

    it('bounds nothing for a token that was active before', async () => {
      const { store, server, letGo } = await flooded()
      await letGo(granted(server.authorize(from('evil'))))
      const flood = Promise.all(Array.from({ length: 8 }, async (_, at) => server.authorize(from('evil', `random-${at}`))))
      bench.clock += 100
      store.gets.length = 0
      await letGo(granted(server.authorize(from('evil'), { maxAnswerAgeSeconds: 0.01 })))
      expect(store.gets).toHaveLength(1)
      await flood
    })
  })

  it('throws what the function throws, and where it gives no string, but only where it is asked', async () => {
    const failure = new Error('no address')
    let wrong: (() => unknown) | undefined
    const server = bench.make({ admission: (request: ResourceRequest) => (wrong === undefined ? addressOf(request) : wrong()) })
    bench.as.behave(json(bench.good()))
    await granted(server.authorize(from('x')))
    wrong = () => {
      throw failure
    }
    expect(server.authorize(from('x'))).toMatchObject({ outcome: 'granted' })
    await expect(server.authorize(from('x', 'other'))).rejects.toBe(failure)
    for (const value of [undefined, 7, null, Promise.resolve('x')]) {
      wrong = () => value
      await expect(server.authorize(from('x', 'other'))).rejects.toThrow('the function given as "admission" must return a string')
    }
    expect(bench.as.calls).toHaveLength(1)
    wrong = undefined
    await granted(server.authorize(from('x', 'other')))
  })
})
