/**
 * The adapter among other middleware: what it leaves alone, what it hands to the framework, and what it never lets out.
 *
 * @module
 */
import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { createResourceServer, type IntrospectEvent } from '@oauth-introspect/core'
import { json, raw } from '../authorization-server.ts'
import { type AdapterUnderTest, clientSecret, goodReply, setUpBench } from './bench.ts'
import { expectRefusal } from './outcomes.ts'

const bare = 'Bearer realm="api"'

/** Surroundings. */
export function describeSurroundings(adapter: AdapterUnderTest): void {
  const bench = setUpBench(adapter)

  describe('the surroundings', () => {
    it.each([undefined, { onRefusal: 'throw' }])(
      'keeps what earlier middleware has set, challenges too [CH-21], adapter options %j',
      async (adapterOptions) => {
        const introspect = adapterOptions === undefined ? [bench.options()] : [bench.options(), adapterOptions]
        await bench.serve([{ path: '/', chain: [{ sets: 'headers' }, { introspect }] }])
        const refused = await bench.send()
        expect(refused.status).toBe(401)
        expect(refused.lines('www-authenticate').join(', ')).toContain(bare)
        if (adapterOptions === undefined) {
          expect(refused.lines('www-authenticate').join(', ')).toBe(`Basic realm="earlier", ${bare}`)
          expect(refused.header('x-earlier')).toBe('kept')
        }
        bench.as.behave(json(goodReply(bench)))
        const granted = await bench.ask('tok')
        expect({ earlier: granted.header('x-earlier'), vary: granted.header('vary') }).toEqual({ earlier: 'kept', vary: 'Origin' })
      },
    )

    it('does not turn a handler that throws into a refusal', async () => {
      const application = await bench.serve([{ path: '/', chain: [{ introspect: [bench.options()] }], handler: 'throws' }])
      bench.as.behave(json(goodReply(bench)))
      const received = await bench.ask('tok')
      expect({ status: received.status, challenges: received.lines('www-authenticate') }).toEqual({ status: 500, challenges: [] })
      expect(application.handled()).toBe(1)
      expect(application.errors.map(String)).toEqual(['Error: the handler failed'])
    })

    it('leaves an answer alone that has been sent already', async () => {
      const application = await bench.serve([{ path: '/', chain: [{ answers: 418 }, { introspect: [bench.options()] }] }])
      for (const reply of [{ active: false }, goodReply(bench)]) {
        bench.as.behave(json(reply))
        const received = await bench.ask('tok')
        expect({ status: received.status, challenges: received.lines('www-authenticate') }).toEqual({ status: 418, challenges: [] })
        bench.clock += 60_000
      }
      expect({ handled: application.handled(), errors: application.errors }).toEqual({ handled: 0, errors: [] })
    })

    it('believes no planted auth: guards look at what was granted', async () => {
      await bench.serve([
        { path: '/planted', chain: [{ plants: 'auth' }, { requireToken: undefined }] },
        { path: '/over', chain: [{ plants: 'auth' }, { introspect: [bench.options()] }] },
      ])
      expect((await bench.send({ path: '/planted' })).status).toBe(500)
      bench.as.behave(json(goodReply(bench)))
      expect(((await bench.ask('tok', { path: '/over' })).json as { attached: unknown }).attached).toMatchObject({ clientId: 'client-1' })
    })

    it("with onRefusal: 'throw', hands a RefusalError to the framework, headers and all", async () => {
      const application = await bench.guard({ requiredScopes: 'admin' }, { onRefusal: 'throw' })
      bench.as.behave(json(goodReply(bench)))
      const received = await bench.ask('tok')
      expect({ status: received.status, cache: received.header('cache-control') }).toEqual({ status: 403, cache: 'no-store' })
      const [challenge] = received.lines('www-authenticate')
      expect(challenge).toMatch(/^Bearer realm="api", error="insufficient_scope", .*, scope="admin"$/)
      const [error] = application.errors
      expect(adapter.RefusalError.is(error)).toBe(true)
      expect(error).toBeInstanceOf(Error)
      expect(error).toMatchObject({
        name: 'RefusalError',
        status: 403,
        statusCode: 403,
        expose: true,
        reason: 'scope_insufficient',
        headers: { 'WWW-Authenticate': challenge, 'Cache-Control': 'no-store' },
        outcome: { outcome: 'refused', status: 403 },
      })
      expect(adapter.RefusalError.is(new Error('another'))).toBe(false)
    })

    it('hands what a function of the application throws to the framework as 500', async () => {
      const application = await bench.guard({
        requiredScopes: 'read',
        scopeMatching: () => {
          throw new Error('the matcher failed')
        },
      })
      bench.as.behave(json(goodReply(bench)))
      const received = await bench.ask('tok')
      expect({ status: received.status, challenges: received.lines('www-authenticate') }).toEqual({ status: 500, challenges: [] })
      expect(application.handled()).toBe(0)
      expect((await bench.ask('tok')).status).toBe(500)
      expect(application.errors.map(String)).toEqual(['Error: the matcher failed', 'Error: the matcher failed'])
    })

    it('asks the one authorization server that is chosen, and answers 500 where the choice fails', async () => {
      const { introspectionEndpoint, clientId, clientSecret: secret, ...common } = bench.options()
      const application = await bench.serve([
        {
          path: '/',
          chain: [
            {
              introspect: [
                {
                  ...common,
                  authorizationServers: [{ name: 'here', introspectionEndpoint, clientId, clientSecret: secret }],
                  selectAuthorizationServer: ({ url }: { readonly url: string }) => (url.includes('elsewhere') ? 'elsewhere' : 'here'),
                },
              ],
            },
          ],
        },
      ])
      bench.as.behave(json(goodReply(bench)))
      const received = await bench.ask('tok')
      expect({ status: received.status, body: received.body }).toMatchObject({ status: 200, body: expect.stringContaining('"here"') })
      const lost = await bench.ask('tok', { path: '/?at=elsewhere' })
      expect({ status: lost.status, challenges: lost.lines('www-authenticate') }).toEqual({ status: 500, challenges: [] })
      expect({ handled: application.handled(), calls: bench.as.calls.length }).toEqual({ handled: 1, calls: 1 })
    })

    it('goes on when the listener throws, and counts it', async () => {
      const server = createResourceServer(
        bench.options({
          onEvent: () => {
            throw new Error('the logger failed')
          },
        }),
      )
      await bench.serve([{ path: '/', chain: [{ introspect: [server] }] }])
      bench.as.behave(json(goodReply(bench)))
      expect((await bench.ask('tok')).status).toBe(200)
      expect(server.stats()).toMatchObject({ granted: 1, calls: 1, listenerFailures: 3 })
    })

    it('types claims by a schema, and refuses what does not meet it', async () => {
      const schema = {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (value: { tenant?: unknown }) =>
            typeof value.tenant === 'string'
              ? { value: { tenant: value.tenant.toUpperCase() } }
              : { issues: [{ message: 'no', path: ['tenant'] }] },
        },
      }
      await bench.guard({ claims: schema })
      bench.as.behave(json(goodReply(bench, { tenant: 't1' })), json(goodReply(bench)))
      expect((await bench.ask('one')).json).toMatchObject({ found: { claims: { tenant: 'T1' } } })
      expect((await bench.ask('two')).status).toBe(401)
      expect(bench.events.filter((event) => event.type === 'refused')).toMatchObject([{ reason: 'claims_invalid', paths: ['tenant'] }])
    })

    it('lets no token, no secret and no word of the server out, whatever happens [LG-01, CH-26]', async () => {
      const token = 'CANARY-token-9f3b6c2d81e4'
      const said = 'CANARY-said-by-the-server'
      const requests: unknown[] = []
      const errors: unknown[] = []
      const server = createResourceServer(
        bench.options({ requiredScopes: 'admin', onEvent: (event: IntrospectEvent) => bench.events.push(event) }),
      )
      const replies = [
        json({ error: 'invalid_grant', error_description: `${said}: bad access token ${token}` }, 400),
        json({ error: 'invalid_client', error_description: said }, 401),
        raw(`<html>${said} ${token}</html>`, 200, { 'content-type': 'text/html' }),
        raw(`{"active":true, ${token} ${said}`, 200, { 'content-type': 'application/json' }),
        raw(said, 503),
        json({ active: false, note: said, token }),
        json(goodReply(bench, { echoed: token, note: said, scope: 'read' })),
      ]
      for (const adapterOptions of [{}, { onRefusal: 'throw' }]) {
        for (const reply of replies) {
          const application = await bench.serve([
            {
              path: '/',
              chain: [
                { introspect: [createResourceServer(bench.options({ requiredScopes: 'admin', retries: 0 })), undefined, adapterOptions] },
              ],
            },
          ])
          bench.as.behave(reply)
          await bench.ask(token)
          await bench.send({ headers: [['Authorization', `Bearer ${token} x`]] })
          await bench.send({ headers: [['Authorization', `Bearer "${token}"`]] })
          errors.push(...application.errors)
        }
      }
      expect(bench.events.length).toBeGreaterThan(20)
      requests.push(...bench.events.map((event) => ({ ...event })))
      const everything = [bench.outputs, bench.events, requests, errors, server]
        .map((output) => `${inspect(output, { depth: 12 })}${JSON.stringify(output)}`)
        .join('\n')
      for (const canary of [token, clientSecret, btoa(`rs-client:${clientSecret}`), said]) expect(everything).not.toContain(canary)
    })

    it('shows no secret when the middleware, the options or the auth are printed', async () => {
      const token = 'CANARY-token-9f3b6c2d81e4'
      const server = createResourceServer(bench.options())
      bench.as.behave(json(goodReply(bench, { echoed: `it was ${token}` })))
      const outcome = await server.authorize({ method: 'GET', url: '/', header: () => [`Bearer ${token}`], native: undefined })
      if (outcome.outcome !== 'granted') throw new Error('expected a grant')
      expect(outcome.auth.token).toBe(token)
      expect(Object.keys(outcome.auth)).not.toContain('token')
      const printed = [server, outcome, outcome.auth, { ...outcome.auth }]
        .map((value) => inspect(value, { depth: 12, showHidden: true }) + JSON.stringify(value))
        .join()
      for (const canary of [token, clientSecret]) expect(printed).not.toContain(canary)
    })

    it('pollutes no prototype and hands none on', async () => {
      await bench.guard()
      bench.as.behave(
        raw(`{"active":true,"exp":${bench.seconds() + 60},"__proto__":{"scope":"admin"},"deep":[{"__proto__":{"admin":true}}]}`, 200, {
          'content-type': 'application/json',
        }),
      )
      const received = await bench.ask('tok')
      expect(received.json).toMatchObject({ found: { scopes: [] } })
      expect(received.body).not.toContain('__proto__')
      expect(({} as { scope?: unknown }).scope).toBeUndefined()
    })

    it('says once a minute, with a count, what goes wrong again and again', async () => {
      await bench.guard({ retries: 0 })
      bench.as.behave(raw('', 500))
      for (let at = 0; at < 5; at++) expectRefusal(await bench.ask(`tok-${at}`), 503, undefined)
      bench.clock += 60_000
      await bench.ask('tok')
      expect(bench.events.filter((event) => event.type === 'fault')).toMatchObject([
        { code: 'ENDPOINT_UNAVAILABLE', count: 1 },
        { code: 'ENDPOINT_UNAVAILABLE', count: 5 },
      ])
    })

    it('warns of an unchecked audience, and of a server that calls everything inactive', async () => {
      await bench.guard({ audience: null })
      expect(bench.events).toEqual([])
      for (let at = 0; at < 21; at++) await bench.ask(`tok-${at}`)
      expect(bench.events.filter((event) => event.type === 'warning')).toMatchObject([{ code: 'EVERYTHING_INACTIVE' }])
      await bench.guard()
      expect(bench.events.at(-1)).toMatchObject({ type: 'warning', code: 'AUDIENCE_UNCHECKED' })
    })
  })
}
