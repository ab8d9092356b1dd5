import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createResourceServer, type DefaultSchema, type Options } from '@oauth-introspect/core'
import { type AuthorizationServer, json, startAuthorizationServer } from '@oauth-introspect/testkit'
import { Hono } from 'hono'
import { introspect, RefusalError, requireScopes } from '../src/index.ts'

let as: AuthorizationServer
beforeEach(async () => {
  as = await startAuthorizationServer()
  as.behave(json({ active: true, scope: 'read', client_id: 'app' }))
})
afterEach(() => as.close())

type Required = Options<DefaultSchema, false>
const options = (more: Partial<Required> = {}): Required =>
  ({ introspectionEndpoint: as.introspectionEndpoint, clientId: 'id', clientSecret: 'secret', audience: null, ...more }) as Required
const bearer = { headers: { Authorization: 'Bearer tok' } }

describe('without a socket, by app.request()', () => {
  it('grants, and answers with whole challenges', async () => {
    const app = new Hono()
    app.get('/', introspect(options()), (c) => c.text(c.var.auth.clientId ?? ''))
    app.get('/write', introspect(options()), requireScopes('write'), (c) => c.text('written'))

    const granted = await app.request('/', bearer)
    expect([granted.status, await granted.text()]).toEqual([200, 'app'])
    const bare = await app.request('/')
    expect([bare.status, bare.headers.get('WWW-Authenticate')]).toEqual([401, 'Bearer realm="api"'])
    const lacking = await app.request('/write', bearer)
    expect([lacking.status, lacking.headers.get('WWW-Authenticate')]).toEqual([
      403,
      'Bearer realm="api", error="insufficient_scope", error_description="the access token does not have the scope that this request needs", scope="write"',
    ])
    expect(lacking.headers.get('Cache-Control')).toBe('no-store')
  })

  it('asks with fetch where the application gives it as transport', async () => {
    const app = new Hono()
    app.get('/', introspect(options({ transport: fetch })), (c) => c.text('in'))
    expect((await app.request('/', bearer)).status).toBe(200)
    expect(as.calls).toHaveLength(1)
  })

  it('hands a refusal to onError, with the response that it would have given', async () => {
    const app = new Hono()
    app.get('/', introspect(options(), { onRefusal: 'throw' }), (c) => c.text('in'))
    app.onError((error, c) => (RefusalError.is(error) ? error.getResponse() : c.text('something else', 500)))
    const refused = await app.request('/')
    expect([refused.status, refused.headers.get('WWW-Authenticate'), await refused.json()]).toEqual([401, 'Bearer realm="api"', {}])
  })
})

describe('options that come with the request', () => {
  it('are read from the bindings of the first one, and kept', async () => {
    const app = new Hono<{ Bindings: { readonly ENDPOINT: string } }>()
    let configured = 0
    const guard = introspect((c) => {
      configured++
      return options({ introspectionEndpoint: (c.env as { readonly ENDPOINT: string }).ENDPOINT })
    })
    app.get('/', guard, (c) => c.text('in'))
    const bindings = { ENDPOINT: as.introspectionEndpoint }
    expect((await app.request('/', bearer, bindings)).status).toBe(200)
    expect((await app.request('/', bearer, { ...bindings })).status).toBe(200)
    expect([configured, as.calls.length]).toEqual([1, 1])
  })

  it('share one memory when the first requests come at once', async () => {
    const app = new Hono()
    app.get(
      '/',
      introspect(() => Promise.resolve(options())),
      (c) => c.text('in'),
    )
    const responses = await Promise.all([1, 2, 3].map(async () => app.request('/', bearer)))
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(as.calls).toHaveLength(1)
  })

  it('are asked for again after a failure, which is a 500 and no pass', async () => {
    const app = new Hono()
    let attempts = 0
    app.get(
      '/',
      introspect(() => (++attempts === 1 ? options({ timeoutMs: -1 }) : options())),
      (c) => c.text('in'),
    )
    app.onError((error, c) => c.text(error.message, 500))
    const first = await app.request('/', bearer)
    expect([first.status, await first.text()]).toEqual([
      500,
      'oauth-introspect options: "timeoutMs" must be a whole number of milliseconds from 1 to 2147483647, got -1',
    ])
    expect((await app.request('/', bearer)).status).toBe(200)
  })

  it('may be a resource server, chosen anew for each request', async () => {
    const app = new Hono()
    const one = createResourceServer(options({ realm: 'one' }))
    const other = createResourceServer(options({ realm: 'other' }))
    app.get(
      '/:which',
      introspect((c) => (c.req.param('which') === 'one' ? one : other)),
      (c) => c.text('in'),
    )
    const realms = await Promise.all(
      ['/one', '/other', '/one'].map(async (path) => (await app.request(path)).headers.get('WWW-Authenticate')),
    )
    expect(realms).toEqual(['Bearer realm="one"', 'Bearer realm="other"', 'Bearer realm="one"'])
  })

  it.each<[string, () => readonly unknown[]]>([
    ['options', () => [options()]],
    ['a resource server', () => [createResourceServer(options()), {}]],
    ['a function', () => [options]],
  ])('know no "property", for auth has one place, beside %s', (_what, given) => {
    const make = introspect as (...all: readonly unknown[]) => unknown
    expect(() => make(...given(), { property: 'token' })).toThrow('introspect(): unknown option "property"')
  })

  it('are not asked for when the adapter options are wrong: that shows when the middleware is made', () => {
    expect(() => introspect(() => options(), { onRefusal: 'log' } as never)).toThrow(
      new TypeError('introspect(): "onRefusal" must be "answer" or "throw", got a string'),
    )
  })
})
