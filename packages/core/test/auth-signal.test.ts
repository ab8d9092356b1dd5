import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { byToken, json } from '@oauth-introspect/testkit'
import { createHeldSignals, type Held, type HeldSignals, type HeldSignalsParts, type SignalEnd } from '../src/auth-signal.ts'
import { nodeRequest, type ResourceRequest, type RevocationMark, webRequest } from '../src/index.ts'
import { bearer, granted, setUpServer, token } from './server-bench.ts'

type Review = HeldSignalsParts<Held>['review']

const never: Held = { expiresAt: Infinity, answeredAt: 0, whenClosed: undefined }
const stands: Review = (held) => Promise.resolve(held)

describe('a held signal, by a clock that is moved by hand', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 0 })
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  function make(parts: Partial<HeldSignalsParts<Held>> = {}): HeldSignals<Held> {
    return createHeldSignals({ now: () => Date.now(), recheckMs: 0, maxReviews: 10, review: stands, judge: () => 'stands', ...parts })
  }
  const pass = (milliseconds: number): Promise<void> => jest.advanceTimersByTimeAsync(milliseconds)

  it('ends when the token expires, not before, and leaves no timer', async () => {
    const signals = make()
    const signal = signals.hold({ ...never, expiresAt: 1000 })
    await pass(999)
    expect({ aborted: signal.aborted, size: signals.size }).toEqual({ aborted: false, size: 1 })
    await pass(1)
    expect({ aborted: signal.aborted, reason: signal.reason as unknown }).toEqual({ aborted: true, reason: { reason: 'expired' } })
    expect({ size: signals.size, timers: jest.getTimerCount() }).toEqual({ size: 0, timers: 0 })
  })

  it('outlives what one timer can count', async () => {
    const days = 24 * 3600 * 1000
    const signal = make().hold({ ...never, expiresAt: 60 * days })
    await pass(59 * days)
    expect(signal.aborted).toBe(false)
    await pass(days)
    expect(signal.reason).toEqual({ reason: 'expired' })
  })

  it('waits on when its timer comes early, or the clock was set back', async () => {
    let shift = 0
    const signal = make({ now: () => Date.now() + shift }).hold({ ...never, expiresAt: 1000 })
    shift = -5000
    await pass(5999)
    expect(signal.aborted).toBe(false)
    await pass(1)
    expect(signal.aborted).toBe(true)
  })

  it('has ended before it is handed out when the token has', () => {
    const signals = make()
    expect(signals.hold({ ...never, expiresAt: 0 }).reason).toEqual({ reason: 'expired' })
    expect(signals.size).toBe(0)
  })

  it('has ended before it is handed out when a revocation has come since the grant', () => {
    const signals = make({ judge: () => 'refuse' })
    expect(signals.hold(never).reason).toEqual({ reason: 'revoked' })
    expect({ size: signals.size, timers: jest.getTimerCount() }).toEqual({ size: 0, timers: 0 })
  })

  it('is released when nobody is served any more, and then hears of nothing', async () => {
    let close = (): void => undefined
    let verdict: 'stands' | 'refuse' = 'stands'
    const signals = make({ judge: () => verdict })
    const signal = signals.hold({ ...never, expiresAt: 1000, whenClosed: (act) => (close = act) })
    close()
    expect(signal.reason).toEqual({ reason: 'closed' })
    verdict = 'refuse'
    signals.revise()
    await pass(2000)
    expect(signal.reason).toEqual({ reason: 'closed' })
    expect({ size: signals.size, timers: jest.getTimerCount() }).toEqual({ size: 0, timers: 0 })
  })

  it('without an expiry waits for nothing', () => {
    make().hold(never)
    expect(jest.getTimerCount()).toBe(0)
  })

  it('ends all at once when the resource server is closed, and so do those that come later', () => {
    const signals = make()
    const held = [signals.hold(never), signals.hold({ ...never, expiresAt: 1000 })]
    signals.close()
    for (const signal of [...held, signals.hold(never)]) expect(signal.reason).toEqual({ reason: 'closed' })
    expect({ size: signals.size, timers: jest.getTimerCount() }).toEqual({ size: 0, timers: 0 })
  })

  it.each<['expired' | 'revoked']>([['expired'], ['revoked']])('is looked at again from time to time, and ends as %s', async (end) => {
    const causes: unknown[] = []
    let found: Held | SignalEnd['reason'] = never
    const review: Review = (_held, cause) => {
      causes.push([cause, Date.now()])
      return Promise.resolve(found)
    }
    const signal = make({ recheckMs: 100, review }).hold(never)
    await pass(250)
    expect(causes).toEqual([
      ['recheck', 100],
      ['recheck', 200],
    ])
    found = end
    await pass(50)
    expect(signal.reason).toEqual({ reason: end })
    await pass(500)
    expect(causes).toHaveLength(3)
  })

  it('lives on through an outage of what is asked, and as long as what was found last', async () => {
    let outage = true
    const review: Review = () => (outage ? Promise.reject(new Error('down')) : Promise.resolve({ ...never, expiresAt: 450 }))
    const signal = make({ recheckMs: 100, review }).hold(never)
    await pass(350)
    expect(signal.aborted).toBe(false)
    outage = false
    await pass(99)
    expect(signal.aborted).toBe(false)
    await pass(1)
    expect(signal.reason).toEqual({ reason: 'expired' })
  })

  it('is judged when revocations arrive: refused at once, asked about where that is needed, else left alone', async () => {
    const causes: unknown[] = []
    const verdicts = new Map<Held, 'stands' | 'ask' | 'refuse'>()
    const review: Review = (held, cause) => {
      causes.push(cause)
      return Promise.resolve(held === asked ? 'revoked' : held)
    }
    const signals = make({ review, judge: (held) => verdicts.get(held) ?? 'stands' })
    const [refused, asked, kept, alone] = [{ ...never }, { ...never }, { ...never }, { ...never }]
    const held = [refused, asked, kept, alone].map((one) => signals.hold(one))
    verdicts.set(refused, 'refuse').set(asked, 'ask').set(kept, 'ask')
    signals.revise()
    expect(held.map(({ aborted }) => aborted)).toEqual([true, false, false, false])
    await pass(0)
    expect(held.map(({ aborted }) => aborted)).toEqual([true, true, false, false])
    expect(causes).toEqual(['revocation', 'revocation'])
  })

  it('is not looked at when a revocation cannot be about it', () => {
    const [about, other] = [{ ...never }, { ...never }]
    const looked: Held[] = []
    const signals = make({ judge: (held) => (looked.push(held), 'stands') })
    for (const held of [about, other]) signals.hold(held)
    signals.revise((held) => held === about)
    expect(looked).toEqual([about, other, about])
    signals.revise()
    expect(looked.slice(3)).toEqual([about, other])
  })

  it('ends when a revocation is about it and nobody can say whether it stands', async () => {
    const signals = make({ review: () => Promise.reject(new Error('down')), judge: () => 'ask' })
    const signal = signals.hold(never)
    signals.revise()
    await pass(0)
    expect(signal.reason).toEqual({ reason: 'revoked' })
  })

  it.each(['revocation', 'recheck'] as const)('is looked at once more when a revocation comes while it is: by a %s', async (first) => {
    const causes: unknown[] = []
    const ends: ((found: Held | SignalEnd['reason']) => void)[] = []
    const review: Review = (_held, cause) => {
      causes.push(cause)
      return new Promise((resolve) => ends.push(resolve))
    }
    let verdict: 'stands' | 'ask' = 'stands'
    const signals = make({ recheckMs: 100, review, judge: () => verdict })
    const signal = signals.hold(never)
    if (first === 'recheck') await pass(100)
    verdict = 'ask'
    signals.revise()
    if (first === 'revocation') signals.revise()
    signals.revise()
    expect(causes).toEqual([first])
    ends[0]?.(never)
    await pass(0)
    expect(causes).toEqual([first, 'revocation'])
    ends[1]?.('revoked')
    await pass(500)
    expect([causes.length, signal.reason]).toEqual([2, { reason: 'revoked' }])
    expect({ size: signals.size, timers: jest.getTimerCount() }).toEqual({ size: 0, timers: 0 })
  })
})

describe('auth.signal', () => {
  const bench = setUpServer()
  const timed = { now: () => Date.now() }
  const ended = async (signal: AbortSignal): Promise<unknown> => {
    if (!signal.aborted) await once(signal, 'abort')
    return signal.reason
  }

  it('ends when the token expires', async () => {
    const server = bench.make(timed)
    const exp = Math.ceil(Date.now() / 1000) + 1
    bench.as.behave(json({ active: true, exp }))
    const { signal } = await granted(server.authorize(bearer()))
    expect(server.stats().signals).toBe(1)
    expect(await ended(signal)).toEqual({ reason: 'expired' })
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000)
    expect(server.stats().signals).toBe(0)
  })

  it('ends when a question asked from time to time is answered otherwise', async () => {
    const server = bench.make({ ...timed, streamRecheckSeconds: 0.05, requiredScopes: 'read', cache: false })
    const good = { active: true, scope: 'read' }
    bench.as.behave(byToken({ revoked: good, reduced: good, kept: good }))
    const [revoked, reduced, kept] = await Promise.all(
      ['revoked', 'reduced', 'kept'].map(async (name) => (await granted(server.authorize(bearer(name)))).signal),
    )
    bench.as.behave(byToken({ reduced: { active: true, scope: 'other' }, kept: good }))
    expect(revoked && (await ended(revoked))).toEqual({ reason: 'revoked' })
    expect(reduced && (await ended(reduced))).toEqual({ reason: 'revoked' })
    expect([kept?.aborted, server.stats().signals]).toEqual([false, 1])
  })

  it('is about nothing, and asks nothing, where nobody reads it', async () => {
    const server = bench.make({ ...timed, streamRecheckSeconds: 0.01 })
    bench.as.behave(json({ active: true }))
    await granted(server.authorize(bearer()))
    expect(server.stats()).toMatchObject({ signals: 0, calls: 1 })
  })

  it('ends when its token is revoked, or when a revocation makes us ask and the server says so', async () => {
    const server = bench.make()
    const good = { active: true, sub: 'user-1', client_id: 'client-1' }
    bench.as.behave(byToken({ ended: good, asked: { ...good, sub: 'user-2' }, kept: { ...good, sub: 'user-3' } }))
    const [first, asked, kept] = await Promise.all(
      ['ended', 'asked', 'kept'].map(async (name) => (await granted(server.authorize(bearer(name)))).signal),
    )
    await server.revoke({ subject: 'user-1' })
    expect([first?.reason, asked?.aborted, kept?.aborted]).toEqual([{ reason: 'revoked' }, false, false])
    bench.clock += 1000
    bench.as.behave(byToken({ kept: { ...good, sub: 'user-3' } }))
    await server.revoke({ client: 'client-1' })
    expect(asked && (await ended(asked))).toEqual({ reason: 'revoked' })
    expect([kept?.aborted, server.stats().signals]).toEqual([false, 1])
  })

  it('lives on when a mark is about more streams than may be asked about at once', async () => {
    const server = bench.make({ maxConcurrentCalls: 8 })
    bench.as.behave(json({ active: true, client_id: 'client-1' }))
    const signals: AbortSignal[] = []
    for (let at = 0; at < 40; at++) signals.push((await granted(server.authorize(bearer(`stream-${at}`)))).signal)
    bench.clock += 1000
    const ending = json({ active: false })
    const going = json({ active: true, client_id: 'client-1' })
    bench.as.behave((call, response) => (call.form.get('token') === 'stream-39' ? ending : going)(call, response))
    await server.revoke({ client: 'client-1' })
    const last = signals.at(-1)
    expect(last && (await ended(last))).toEqual({ reason: 'revoked' })
    expect(signals.filter(({ aborted }) => aborted)).toHaveLength(1)
    expect(server.stats()).toMatchObject({ calls: 80, failedCalls: 0, signals: 39 })
  })

  it('that is read after the revocation has ended, and a guard behind lets nothing pass then', async () => {
    const server = bench.make()
    bench.as.behave(json({ active: true, sub: 'user-1' }))
    const auth = await granted(server.authorize(bearer()))
    await server.revoke({ subject: 'user-1' })
    expect(auth.signal.reason).toEqual({ reason: 'revoked' })
    expect(await server.check(auth, {})).toMatchObject({ outcome: 'refused', reason: 'token_inactive' })
  })

  it.each<[object, RevocationMark]>([
    [{ sub: 'user-1', sid: 's-1' }, { session: 's-1' }],
    [{ sub: 'user-1' }, { subject: 'user-1', session: 's-1', client: 'client-1' }],
    [{ username: 'user-1' }, { subject: 'user-1' }],
    [{ jti: 'j-1' }, { jti: 'j-1' }],
    [
      { sub: 'user-1', client_id: 'client-1' },
      { client: 'client-1', effect: 'refuse' },
    ],
  ])('of a token with %j ends by the mark %j, be it one of many', async (members, mark) => {
    for (const others of [0, 15, 40]) {
      const server = bench.make()
      bench.as.behave(byToken({ [token]: { active: true, ...members }, other: { active: true, sub: 'user-2', sid: 's-2', jti: 'j-2' } }))
      const [{ signal }, { signal: other }] = [await granted(server.authorize(bearer())), await granted(server.authorize(bearer('other')))]
      const marks = Array.from({ length: others }, (_, at): RevocationMark => ({ subject: `nobody-${at}` }))
      await Promise.all([...marks, mark].map((one) => server.revoke(one)))
      expect([signal.reason, other.aborted]).toEqual([{ reason: 'revoked' }, false])
    }
  })

  it('ends by the digest of its token', async () => {
    const server = bench.make()
    bench.as.behave(json({ active: true }))
    const { signal } = await granted(server.authorize(bearer()))
    const { signal: other } = await granted(server.authorize(bearer('other')))
    await server.revoke({ tokenDigest: createHash('sha256').update(token).digest('base64url') })
    expect([signal.reason, other.aborted]).toEqual([{ reason: 'revoked' }, false])
  })

  it('ends when the resource server is closed', async () => {
    const server = bench.make()
    bench.as.behave(json(bench.good()))
    const { signal } = await granted(server.authorize(bearer()))
    await server.close()
    expect(signal.reason).toEqual({ reason: 'closed' })
  })

  const rawHeaders = ['authorization', `Bearer ${token}`]
  const aborting = new AbortController()
  it.each<[string, () => readonly [ResourceRequest, () => void]]>([
    [
      "Node's response",
      () => {
        const response = new EventEmitter()
        return [nodeRequest({ rawHeaders }, { response }), () => response.emit('close')]
      },
    ],
    [
      'the connection, of an upgrade',
      () => {
        const socket = new EventEmitter()
        return [nodeRequest({ rawHeaders, socket }), () => socket.emit('close')]
      },
    ],
    [
      'the web request',
      () => {
        const headers = { authorization: `Bearer ${token}` }
        return [webRequest(new Request('https://api.example', { headers, signal: aborting.signal })), () => aborting.abort()]
      },
    ],
  ])('is released by the end of %s', async (_what, make) => {
    const server = bench.make()
    bench.as.behave(json(bench.good()))
    const [request, close] = make()
    const { signal } = await granted(server.authorize(request))
    expect([signal.aborted, server.stats().signals]).toEqual([false, 1])
    close()
    expect([signal.reason, server.stats().signals]).toEqual([{ reason: 'closed' }, 0])
  })

  it('has ended when it is read after the response has', async () => {
    const server = bench.make()
    bench.as.behave(json(bench.good()))
    const response = Object.assign(new EventEmitter(), { destroyed: true })
    const headers = { authorization: `Bearer ${token}` }
    const left = webRequest(new Request('https://api.example', { headers, signal: AbortSignal.abort() }))
    for (const request of [nodeRequest({ rawHeaders }, { response }), left]) {
      expect((await granted(server.authorize(request))).signal.reason).toEqual({ reason: 'closed' })
    }
  })

  it('leaves nothing behind after a hundred thousand streams', async () => {
    const server = bench.make({ cache: { maxAgeSeconds: 3600 } })
    bench.as.behave(json(bench.good({ exp: bench.clock / 1000 + 3600 })))
    await granted(server.authorize(bearer()))
    for (let streams = 0; streams < 100_000; streams++) {
      const response = new EventEmitter()
      const { signal } = await granted(server.authorize(nodeRequest({ rawHeaders }, { response })))
      response.emit('close')
      if (!signal.aborted) throw new Error('not released')
    }
    expect(server.stats()).toMatchObject({ signals: 0, calls: 1 })
  })
})
