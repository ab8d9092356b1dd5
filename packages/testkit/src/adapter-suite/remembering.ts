/**
 * The answer is remembered, the decision never: through an adapter, over sockets, by a clock moved by hand.
 *
 * @module
 */
import { describe, expect, it } from '@jest/globals'
import { after, byToken, json, raw } from '../authorization-server.ts'
import { type AdapterUnderTest, goodReply, setUpBench } from './bench.ts'
import { expectRefusal } from './outcomes.ts'

/** What is remembered, and what never. */
export function describeRemembering(adapter: AdapterUnderTest): void {
  const bench = setUpBench(adapter)

  describe('remembering', () => {
    it('asks once for two requests within the age [CA-01]', async () => {
      await bench.guard()
      bench.as.behave(json(goodReply(bench)))
      await bench.ask('tok')
      bench.clock += 59_999
      expect((await bench.ask('tok')).status).toBe(200)
      expect(bench.as.calls).toHaveLength(1)
      expect(bench.events.filter((event) => event.type === 'granted')).toMatchObject([
        { source: 'asked', ageMs: 0 },
        { source: 'memory', ageMs: 59_999 },
      ])
    })

    it('asks again when the age is over', async () => {
      await bench.guard()
      bench.as.behave(json(goodReply(bench)), json({ active: false }))
      await bench.ask('tok')
      bench.clock += 60_000
      expect((await bench.ask('tok')).status).toBe(401)
    })

    it('never answers from memory at or past exp [CA-02]', async () => {
      await bench.guard()
      bench.as.behave(json(goodReply(bench, { exp: bench.seconds() + 30 })), json({ active: false }))
      await bench.ask('tok')
      bench.clock += 29_999
      expect((await bench.ask('tok')).status).toBe(200)
      bench.clock += 1
      expect((await bench.ask('tok')).status).toBe(401)
      expect(bench.as.calls).toHaveLength(2)
    })

    it('admits a fresh answer within the expiry tolerance, and does not keep it', async () => {
      await bench.guard({ expiryToleranceSeconds: 5 })
      bench.as.behave(json(goodReply(bench, { exp: bench.seconds() - 4 })))
      expect((await bench.ask('tok')).status).toBe(200)
      expect((await bench.ask('tok')).status).toBe(200)
      expect(bench.as.calls).toHaveLength(2)
    })

    it('does not let an entry live longer when the clock is set back', async () => {
      await bench.guard()
      bench.as.behave(json(goodReply(bench)), json({ active: false }))
      await bench.ask('tok')
      bench.clock -= 3_539_000
      expect((await bench.ask('tok')).status).toBe(401)
    })

    it('works by a clock that starts at 0', async () => {
      bench.clock = 0
      await bench.guard({ cache: { maxAgeSeconds: 10 } })
      bench.as.behave(json({ active: true }))
      await bench.ask('tok')
      bench.clock = 9_999
      await bench.ask('tok')
      expect(bench.as.calls).toHaveLength(1)
      bench.clock = 10_000
      await bench.ask('tok')
      expect(bench.as.calls).toHaveLength(2)
    })

    it('keeps inactive answers for a shorter time, in a store of their own [CA-05]', async () => {
      await bench.guard({ cache: { maxEntries: 2, inactiveMaxEntries: 2 } })
      bench.as.behave(byToken({ good: goodReply(bench) }))
      await bench.ask('good')
      for (const token of ['bad-1', 'bad-2', 'bad-3', 'bad-4', 'bad-4']) await bench.ask(token)
      expect(bench.as.calls).toHaveLength(5)
      expect((await bench.ask('good')).status).toBe(200)
      expect(bench.as.calls).toHaveLength(5)
      bench.clock += 10_000
      await bench.ask('bad-4')
      expect(bench.as.calls).toHaveLength(6)
    })

    it.each([
      ['cache: false', { cache: false }],
      ['an age of 0', { cache: { maxAgeSeconds: 0 } }],
    ])('keeps nothing with %s [CA-03]', async (_name, options) => {
      await bench.guard(options)
      bench.as.behave(json(goodReply(bench)))
      await bench.ask('tok')
      await bench.ask('tok')
      expect(bench.as.calls).toHaveLength(2)
    })

    it.each([500, 503, 429, 401, 404])('never keeps a fault, status %i [CA-13, CA-18]', async (status) => {
      await bench.guard({ retries: 0 })
      bench.as.behave(raw('', status), json(goodReply(bench)))
      expect((await bench.ask('tok')).status).toBeGreaterThanOrEqual(500)
      expect((await bench.ask('tok')).status).toBe(200)
    })

    it('never keeps a decision: other scopes and another audience are judged anew over one answer [CA-09, SC-07]', async () => {
      const { createResourceServer } = await import('@oauth-introspect/core')
      const server = createResourceServer(bench.options())
      await bench.serve([
        { path: '/read', chain: [{ introspect: [server, { requiredScopes: 'read' }] }] },
        { path: '/admin', chain: [{ introspect: [server, { requiredScopes: 'admin' }] }] },
        { path: '/other', chain: [{ introspect: [server, { audience: 'https://other.example' }] }] },
        { path: '/fresh', chain: [{ introspect: [server, { maxAnswerAgeSeconds: 0 }] }] },
      ])
      bench.as.behave(json(goodReply(bench)))
      expect((await bench.ask('tok', { path: '/admin' })).status).toBe(403)
      expect((await bench.ask('tok', { path: '/read' })).status).toBe(200)
      expect((await bench.ask('tok', { path: '/other' })).status).toBe(401)
      expect(bench.as.calls).toHaveLength(1)
      expect((await bench.ask('tok', { path: '/fresh' })).status).toBe(200)
      expect(bench.as.calls).toHaveLength(2)
    })

    it('joins the calls for one token, and answers everybody though the first caller has gone', async () => {
      await bench.guard()
      let release = (): void => undefined
      const released = new Promise<void>((resolve) => {
        release = resolve
      })
      const arrived = new Promise<void>((resolve) => {
        bench.as.behave((call, response) => {
          resolve()
          after(released, json(goodReply(bench)))(call, response)
        })
      })
      const leaver = new AbortController()
      const left = fetch(`${(await bench.guard()).origin}/`, { headers: { authorization: 'Bearer tok' }, signal: leaver.signal }).catch(
        () => 'left',
      )
      await arrived
      const others = Array.from({ length: 20 }, () => bench.ask('tok'))
      leaver.abort()
      expect(await left).toBe('left')
      release()
      expect((await Promise.all(others)).map((received) => received.status)).toEqual(Array.from({ length: 20 }, () => 200))
      expect(bench.as.calls).toHaveLength(1)
    })

    it('never mixes concurrent requests with different tokens', async () => {
      await bench.guard()
      const tokens = Array.from({ length: 50 }, (_, at) => `u${at}`)
      bench.as.behave(byToken(Object.fromEntries(tokens.map((token) => [token, goodReply(bench, { sub: token })]))))
      const received = await Promise.all(tokens.map((token) => bench.ask(token)))
      expect(received.map(({ json: seen }) => (seen as { found: { subject: string } }).found.subject)).toEqual(tokens)
    })

    it('answers 503 past the bound on concurrent calls, and asks again when there is room', async () => {
      await bench.guard({ maxConcurrentCalls: 1 })
      let release = (): void => undefined
      const released = new Promise<void>((resolve) => {
        release = resolve
      })
      const first = new Promise<void>((resolve) => {
        bench.as.behave(
          (call, response) => {
            resolve()
            after(released, json(goodReply(bench)))(call, response)
          },
          json(goodReply(bench)),
        )
      })
      const slow = bench.ask('one')
      await first
      expectRefusal(await bench.ask('two'), 503, undefined)
      release()
      expect((await slow).status).toBe(200)
      expect((await bench.ask('two')).status).toBe(200)
    })
  })
}
