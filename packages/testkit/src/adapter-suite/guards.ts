/**
 * Guards behind `introspect()`, anonymous requests, accessors, and requirements at several levels.
 *
 * @module
 */
import { describe, expect, it } from '@jest/globals'
import { createResourceServer } from '@oauth-introspect/core'
import { json } from '../authorization-server.ts'
import { type AdapterUnderTest, goodReply, setUpBench } from './bench.ts'
import { expectRefusal } from './outcomes.ts'

const bare = 'Bearer realm="api"'
const lacking = (scope: string): string =>
  `Bearer realm="api", error="insufficient_scope", error_description="the access token does not have the scope that this request needs", scope="${scope}"`
const invalidToken = 'Bearer realm="api", error="invalid_token", error_description="the access token is not valid for this resource"'

/** Guards and anonymity. */
export function describeGuards(adapter: AdapterUnderTest): void {
  const bench = setUpBench(adapter)

  describe('guards', () => {
    it('let pass a token with all scopes of every level, and name them all when one lacks', async () => {
      const introspect = [bench.options({ requiredScopes: 'read' })]
      await bench.serve([
        { path: '/both', chain: [{ introspect }, { requireScopes: ['write'] }] },
        { path: '/more', chain: [{ introspect }, { requireScopes: ['write'] }, { requireScopes: ['admin read'] }] },
      ])
      bench.as.behave(json(goodReply(bench)))
      expect((await bench.ask('tok', { path: '/both' })).status).toBe(200)
      expectRefusal(await bench.ask('tok', { path: '/more' }), 403, lacking('read write admin'))
    })

    it('let requirements only tighten what the server needs', async () => {
      const server = createResourceServer(
        bench.options({ audience: ['https://api.example', 'https://b.example'], allowedClients: ['client-1', 'client-2'] }),
      )
      const at = (path: string, requirements: object): object => ({ path, chain: [{ introspect: [server, requirements] }] })
      await bench.serve([
        at('/client', { allowedClients: ['client-2', 'client-3'] }),
        at('/audience', { audience: 'https://b.example' }),
        at('/any', { requiredScopes: { anyOf: ['admin', 'read write'] } }),
        at('/none', { requiredScopes: { anyOf: ['admin', 'read audit'] } }),
      ] as never)
      bench.as.behave(json(goodReply(bench)))
      expectRefusal(await bench.ask('tok', { path: '/client' }), 401, invalidToken)
      expectRefusal(await bench.ask('tok', { path: '/audience' }), 401, invalidToken)
      expect((await bench.ask('tok', { path: '/any' })).status).toBe(200)
      expectRefusal(await bench.ask('tok', { path: '/none' }), 403, lacking('admin read audit'))
    })

    it('tell of which request they refused', async () => {
      const introspect = [bench.options({ optional: true })]
      await bench.serve([{ path: '/orders', chain: [{ introspect }, { requireScopes: ['admin'] }] }])
      bench.as.behave(json(goodReply(bench)))
      await bench.ask('tok', { path: '/orders' })
      await bench.send({ path: '/orders' })
      const refused = bench.events.filter(({ type }) => type === 'refused')
      expect(refused).toMatchObject([{ reason: 'scope_insufficient' }, { reason: 'token_missing' }])
      expect(refused.map(({ request }) => `${String(request?.method)} ${String(request?.url)}`)).toEqual(['GET /orders', 'GET /orders'])
    })

    it('answer 500 behind no introspect(), and let nothing pass', async () => {
      const application = await bench.serve([
        { path: '/scopes', chain: [{ requireScopes: ['read'] }] },
        { path: '/token', chain: [{ requireToken: undefined }] },
        { path: '/auth', chain: [], handler: 'needsAuth' },
      ])
      expect((await bench.ask('tok', { path: '/scopes' })).status).toBe(500)
      expect((await bench.ask('tok', { path: '/token' })).status).toBe(500)
      expect((await bench.ask('tok', { path: '/auth' })).status).toBe(500)
      expect(application.errors.map(String)).toEqual([
        expect.stringContaining('stand behind introspect()'),
        expect.stringContaining('stand behind introspect()'),
        expect.stringContaining('is introspect() in front of this handler?'),
      ])
    })

    it('judge again by requireToken(), freshness included', async () => {
      await bench.serve([{ path: '/', chain: [{ introspect: [bench.options()] }, { requireToken: { maxAnswerAgeSeconds: 5 } }] }])
      bench.as.behave(json(goodReply(bench)), json({ active: false }))
      expect((await bench.ask('tok')).status).toBe(200)
      bench.clock += 5_000
      expectRefusal(await bench.ask('tok'), 401, invalidToken)
    })

    it('hand the typed auth of one server only to whoever asks for that server', async () => {
      const mine = createResourceServer(bench.options())
      const other = createResourceServer(bench.options())
      const application = await bench.serve([
        { path: '/mine', chain: [{ introspect: [mine] }], handler: 'needsOtherAuth', server: mine },
        { path: '/other', chain: [{ introspect: [mine] }], handler: 'needsOtherAuth', server: other },
        { path: '/last', chain: [{ introspect: [other] }, { introspect: [mine] }], handler: 'needsOtherAuth', server: mine },
      ])
      bench.as.behave(json(goodReply(bench)))
      expect((await bench.ask('tok', { path: '/mine' })).status).toBe(200)
      expect((await bench.ask('tok', { path: '/other' })).status).toBe(500)
      expect((await bench.ask('tok', { path: '/last' })).status).toBe(200)
      expect(application.errors.map(String)).toEqual([expect.stringContaining('another resource server')])
    })

    it('are refused at creation when they say nothing or something wrong', () => {
      expect(() => adapter.serve([{ path: '/', chain: [{ requireScopes: [] as never }] }])).toThrow(TypeError)
      expect(() => adapter.serve([{ path: '/', chain: [{ requireScopes: ['a"b'] }] }])).toThrow(/"requiredScopes"/)
      expect(() => adapter.serve([{ path: '/', chain: [{ requireToken: { audience: null } }] }])).toThrow(/only tighten/)
      expect(() => adapter.serve([{ path: '/', chain: [{ requireToken: { audience: undefined as never } }] }])).toThrow(
        /"audience" is undefined/,
      )
      const server = createResourceServer(bench.options({ audience: 'a', maxTokenAgeSeconds: 60 }))
      expect(() => adapter.serve([{ path: '/', chain: [{ introspect: [server, { audience: null }] }] }])).toThrow(/only tighten/)
      expect(() => adapter.serve([{ path: '/', chain: [{ introspect: [server, { maxTokenAgeSeconds: 61 }] }] }])).toThrow(/only tighten/)
      expect(() => adapter.serve([{ path: '/', chain: [{ introspect: [server, { requiredScope: 'a' }] }] }])).toThrow(
        /did you mean "requiredScopes"/,
      )
      expect(() => adapter.serve([{ path: '/', chain: [{ introspect: [bench.options(), { onRefusal: 'trow' }] }] }])).toThrow(/"onRefusal"/)
      expect(() => adapter.serve([{ path: '/', chain: [{ introspect: [{}] }] }])).toThrow(/"introspectionEndpoint" is needed.*"clientId"/)
    })
  })

  describe('optional', () => {
    it.each([
      ['no token', []],
      ['another scheme', [['Authorization', 'Basic eDp5']]],
    ] as [string, [string, string][]][])('lets %s pass as anonymous, with nothing attached [ER-15]', async (_name, headers) => {
      const application = await bench.serve([
        { path: '/', chain: [{ plants: 'auth' }, { introspect: [bench.options({ optional: true })] }] },
      ])
      const received = await bench.send({ headers })
      expect(received.status).toBe(200)
      expect(received.json).toMatchObject({ found: null, attached: null, token: null })
      expect(application.handled()).toBe(1)
    })

    it('still refuses a malformed header, a bad token and an outage [ER-15]', async () => {
      await bench.guard({ optional: true })
      expect((await bench.send({ headers: [['Authorization', 'Bearer a b']] })).status).toBe(400)
      expect((await bench.send({ headers: [['Authorization', 'Bearer']] })).status).toBe(400)
      expectRefusal(await bench.ask('bad'), 401, invalidToken)
      bench.as.behave(json({ active: 'yes' }))
      expectRefusal(await bench.ask('tok'), 503, undefined)
    })

    it('is no way round a guard', async () => {
      const introspect = [bench.options({ optional: true, realm: 'shop' })]
      await bench.serve([
        { path: '/token', chain: [{ introspect }, { requireToken: undefined }] },
        { path: '/scopes', chain: [{ introspect }, { requireScopes: ['read'] }] },
      ])
      expectRefusal(await bench.send({ path: '/token' }), 401, 'Bearer realm="shop"')
      expectRefusal(await bench.send({ path: '/scopes' }), 401, 'Bearer realm="shop"')
    })

    it('is off by default', async () => {
      await bench.guard()
      expectRefusal(await bench.send(), 401, bare)
    })
  })
}
