import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type AuthorizationServer, byToken, json, startAuthorizationServer } from '@oauth-introspect/testkit'
import { clientSecretPost, friendlyOAuth2, type Outcome, type ResourceRequest, type ResourceServer } from '../src/index.ts'
import { bearer, granted, nothing, setUpServer, token } from './server-bench.ts'

const bench = setUpServer()
const issuers = { a: 'https://a.example', b: 'https://b.example/tenant' } as const
let b: AuthorizationServer

beforeEach(async () => {
  b = await startAuthorizationServer()
})
afterEach(() => b.close())

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwtOf = (iss: string): string => `${encode({ alg: 'ES256' })}.${encode({ iss, jti: 'CANARY' })}.c2ln`
const own = { clientId: 'rs-client', clientSecret: 'secret' }

function entries(moreOfA: object = {}, moreOfB: object = {}): object[] {
  return [
    { name: 'a', introspectionEndpoint: bench.as.introspectionEndpoint, ...own, ...moreOfA },
    { name: 'b', introspectionEndpoint: b.introspectionEndpoint, ...own, ...moreOfB },
  ]
}

const without = (object: object, ...names: readonly string[]): object =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))

/** Options with the servers a and b. */
function several(authorizationServers: readonly object[], more: object = {}): object {
  return { ...without(bench.options(more), 'introspectionEndpoint', 'clientId', 'clientSecret'), authorizationServers }
}

const make = (servers: readonly object[], more: object = {}): ResourceServer<unknown> => bench.makeOf(several(servers, more))
const byIssuer = (): object[] => entries({ issuer: issuers.a, fallback: true }, { issuer: issuers.b, tokenPrefix: 'b_' })
const calls = (): object => ({ a: bench.as.calls.length, b: b.calls.length })

function bothGood(): void {
  bench.as.behave(json(bench.good({ iss: issuers.a })))
  b.behave(json(bench.good({ iss: issuers.b })))
}

function challengeOf({ headers }: Outcome<unknown>): string {
  return headers.flatMap(([name, value]) => (name === 'WWW-Authenticate' ? [value] : [])).join()
}

async function refusal(outcome: Outcome<unknown> | Promise<Outcome<unknown>>): Promise<object> {
  const settled = await outcome
  return settled.outcome === 'refused' ? { status: settled.status, reason: settled.reason } : { outcome: settled.outcome }
}

describe('of several authorization servers', () => {
  it.each([
    ['that the token names as its issuer', jwtOf(issuers.b), 'b', 'a'],
    ['that the token names, whatever it begins with', `b_${jwtOf(issuers.a)}`, 'a', 'b'],
    ['whose prefix the token has', 'b_opaque', 'b', 'a'],
    ['that is the fallback', 'opaque', 'a', 'b'],
  ])('exactly the one is asked %s [IR-23]', async (_which, presented, asked, other) => {
    const server = make(byIssuer())
    bothGood()
    const auth = await granted(server.authorize(bearer(presented)))
    expect(auth.authorizationServer).toBe(asked)
    expect(calls()).toEqual({ [asked]: 1, [other]: 0 })
    expect(bench.events).toContainEqual(expect.objectContaining({ type: 'introspected', authorizationServer: asked, status: 200 }))
  })

  it('none is asked about a token that is for none of them, and nothing in the token is gone to [IR-23]', async () => {
    const server = make(byIssuer())
    const foreign = await startAuthorizationServer()
    try {
      for (const presented of [jwtOf('https://evil.example'), jwtOf(foreign.origin), jwtOf(`${issuers.a}/`)]) {
        expect(await refusal(server.authorize(bearer(presented)))).toEqual({ status: 401, reason: 'issuer_mismatch' })
      }
      expect(await refusal(make(entries({ issuer: issuers.a }, { tokenPrefix: 'b_' })).authorize(bearer('opaque')))).toEqual({
        status: 401,
        reason: 'issuer_mismatch',
      })
      expect({ ...calls(), foreign: foreign.connections() }).toEqual({ a: 0, b: 0, foreign: 0 })
    } finally {
      await foreign.close()
    }
  })

  it('none is chosen by a text that is no token', async () => {
    const chosen: string[] = []
    const servers = entries({ issuer: issuers.a }, { issuer: issuers.b, tokenPrefix: 'b_' })
    const select = (_request: unknown, presented: string): string => (chosen.push(presented), 'a')
    for (const server of [make(servers), make(servers, { selectAuthorizationServer: select })]) {
      expect(await refusal(server.authorize(bearer('a b')))).toEqual({ status: 400, reason: 'request_malformed' })
      expect(await refusal(server.authorize(bearer('b_"')))).toEqual({ status: 401, reason: 'token_malformed' })
    }
    expect({ chosen, ...calls() }).toEqual({ chosen: [], a: 0, b: 0 })
  })

  it('the second is not asked where the first cannot be, or knows nothing of the token', async () => {
    const server = make(byIssuer(), { retries: 0 })
    bothGood()
    bench.as.behave(json({}, 503), json({ active: false }))
    expect(await refusal(server.authorize(bearer()))).toEqual({ status: 503, reason: 'authorization_server_unavailable' })
    expect(await refusal(server.authorize(bearer()))).toEqual({ status: 401, reason: 'token_inactive' })
    expect(calls()).toEqual({ a: 2, b: 0 })
    await granted(server.authorize(bearer('b_opaque')))
  })

  it('each must say itself in its replies whose token it is, where it has an issuer', async () => {
    const server = make(byIssuer())
    for (const iss of [undefined, issuers.b]) {
      bench.as.behave(json(bench.good({ iss })))
      expect(await refusal(server.authorize(bearer(`opaque-${String(iss?.length)}`)))).toEqual({ status: 401, reason: 'issuer_mismatch' })
    }
    bench.as.behave(json(bench.good()))
    await granted(make(entries({ issuer: issuers.a, fallback: true, requireIssuer: false }, { tokenPrefix: 'b_' })).authorize(bearer()))
    await granted(make(entries({ fallback: true }, { tokenPrefix: 'b_' })).authorize(bearer()))
    await granted(make(entries({ issuer: issuers.a, fallback: true }).slice(0, 1)).authorize(bearer()))
  })

  it('each has answers of its own, about one token too [CA-04]', async () => {
    let name = 'a'
    const server = make(byIssuer(), { selectAuthorizationServer: () => name })
    bothGood()
    for (const chosen of ['a', 'b', 'a', 'b']) {
      name = chosen
      expect((await granted(server.authorize(bearer()))).authorizationServer).toBe(chosen)
    }
    expect({ ...calls(), entries: server.stats().entries, hits: server.stats().hits }).toEqual({ a: 1, b: 1, entries: 2, hits: 2 })
    await server.forget(token)
    expect(server.stats()).toMatchObject({ entries: 0, calls: 2 })
  })

  it('share one bounded memory', async () => {
    const server = make(byIssuer(), { cache: { maxEntries: 2 } })
    bothGood()
    for (const presented of ['one', 'b_two', 'three']) await granted(server.authorize(bearer(presented)))
    expect(server.stats().entries).toBe(2)
  })

  it('each has the requirements of its own, on top of those of all', async () => {
    const servers = entries(
      { fallback: true, requiredScopes: 'admin', allowedClients: ['client-1'] },
      { tokenPrefix: 'b_', audience: 'https://other.example' },
    )
    const server = make(servers, { audience: 'https://api.example', requiredScopes: 'read' })
    bothGood()
    const refused = await server.authorize(bearer())
    expect(refused).toMatchObject({ status: 403, reason: 'scope_insufficient' })
    expect(challengeOf(refused)).toContain('scope="read admin"')
    expect(await refusal(server.authorize(bearer('b_1')))).toEqual({ status: 401, reason: 'audience_mismatch' })
    b.behave(json(bench.good({ aud: ['https://other.example', 'https://api.example'] })))
    const auth = await granted(server.authorize(bearer('b_2')))
    expect(await refusal(server.check(auth, { requiredScopes: 'write' }))).toEqual({ outcome: 'granted' })
    expect(await refusal(server.check(auth, { requiredScopes: 'delete' }))).toEqual({ status: 403, reason: 'scope_insufficient' })
    expect(await server.authorize(nothing)).toMatchObject({ status: 401, reason: 'token_missing' })
  })

  it('the one that granted a request is the one that is asked again for it', async () => {
    const servers = byIssuer()
    let chosen = 'b'
    const server = make(servers, { selectAuthorizationServer: () => chosen })
    bothGood()
    const auth = await granted(server.authorize(bearer()))
    chosen = 'a'
    bench.clock += 1000
    const again = await granted(server.check(auth, { maxAnswerAgeSeconds: 0 }))
    expect([again.authorizationServer, calls()]).toEqual(['b', { a: 0, b: 2 }])
  })

  it('each is spoken with as its preset says', async () => {
    const friendly = friendlyOAuth2({ baseUrl: b.origin, ...own })
    const server = make([...entries({ fallback: true }).slice(0, 1), { name: 'friendly', tokenPrefix: 'f_', ...friendly }])
    b.behave(json({ error: 'invalid_grant' }, 500))
    expect(await refusal(server.authorize(bearer('f_1')))).toEqual({ status: 401, reason: 'token_inactive' })
    expect(b.calls.map(({ method, url }) => `${method} ${url.split('?')[0] ?? ''}`)).toEqual(['POST /oauth2/introspect'])
    const warnings = bench.events.flatMap((event) => (event.type === 'warning' ? [event.code] : []))
    expect(warnings).toEqual(['TOKEN_IN_URL'])
  })

  it('each keeps its own time, its own credentials and its own words', async () => {
    const common = { scopeSeparator: ',', timeoutMs: 1999 }
    const moreOfB = { tokenPrefix: 'b_', scopeSeparator: '+', clientAuthentication: clientSecretPost('b-client', 'b-secret') }
    const [first, second] = entries({ fallback: true }, moreOfB)
    const server = make([first ?? {}, without(second ?? {}, 'clientId', 'clientSecret')], common)
    bench.as.behave(json(bench.good({ scope: 'x,y' })))
    b.behave(json(bench.good({ scope: 'x+y' })))
    expect((await granted(server.authorize(bearer('one')))).scopes).toEqual(['x', 'y'])
    expect((await granted(server.authorize(bearer('b_two')))).scopes).toEqual(['x', 'y'])
    expect(bench.as.calls[0]?.headers.authorization).toMatch(/^Basic /)
    expect(b.calls[0]?.headers.authorization).toBeUndefined()
    expect(b.calls[0]?.form.get('client_id')).toBe('b-client')
  })

  it('all are made ready, counted and closed', async () => {
    const discovered = (at: AuthorizationServer): object => ({ name: at.origin, issuer: at.origin, ...own })
    for (const at of [bench.as, b]) {
      at.behave(json({ issuer: at.origin, introspection_endpoint: at.introspectionEndpoint }))
    }
    const server = make([discovered(bench.as), discovered(b)])
    await server.ready()
    expect(calls()).toEqual({ a: 1, b: 1 })
    b.behave(byToken({}))
    const rejected = make([discovered(bench.as), { ...discovered(b), issuer: `${b.origin}/other` }]).ready()
    await expect(rejected).rejects.toMatchObject({ code: 'DISCOVERY_FAILED' })
    bothGood()
    await server.authorize(bearer(jwtOf(bench.as.origin)))
    await server.authorize(bearer(jwtOf(b.origin)))
    expect(server.stats()).toMatchObject({ calls: 2, failedCalls: 0 })
    await server.close()
    const before = calls()
    for (const at of [bench.as, b])
      expect(await refusal(server.authorize(bearer(`x.${jwtOf(at.origin).split('.')[1] ?? ''}.x`)))).toMatchObject({ status: 503 })
    expect(calls()).toEqual(before)
  })
})

describe('selectAuthorizationServer', () => {
  it('is given the request and the token, and its word is final', async () => {
    const seen: unknown[] = []
    const selectAuthorizationServer = (request: ResourceRequest, presented: string): string => {
      seen.push(request.url, presented)
      return 'b'
    }
    const server = make(byIssuer(), { selectAuthorizationServer })
    bothGood()
    await granted(server.authorize(bearer(jwtOf(issuers.a))))
    expect(seen).toEqual(['/', jwtOf(issuers.a)])
    expect(calls()).toEqual({ a: 0, b: 1 })
  })

  it('refuses a token by choosing none', async () => {
    const server = make(byIssuer(), { selectAuthorizationServer: () => undefined })
    expect(await refusal(server.authorize(bearer()))).toEqual({ status: 401, reason: 'issuer_mismatch' })
    expect(calls()).toEqual({ a: 0, b: 0 })
  })

  it('is not asked where there is no token to choose for', async () => {
    const server = make(byIssuer(), {
      selectAuthorizationServer: () => {
        throw new Error('not to be asked')
      },
    })
    expect(await refusal(server.authorize(nothing))).toEqual({ status: 401, reason: 'token_missing' })
  })

  it.each([
    ['an unlisted name', () => 'c'],
    ['an empty name', () => ''],
    ['null', () => null],
    ['a name of every object', () => 'constructor'],
    ['a place in the list', () => 0],
    ['a URL', () => b.introspectionEndpoint],
    ['a promise', () => Promise.resolve('a')],
  ])('must not give %s: nobody is asked', async (_what, selectAuthorizationServer) => {
    const server = make(byIssuer(), { selectAuthorizationServer })
    expect(() => server.authorize(bearer())).toThrow('selectAuthorizationServer() gave what is no name of "authorizationServers"')
    expect(calls()).toEqual({ a: 0, b: 0 })
    await server.close()
  })

  it('may throw, and what it throws comes through', () => {
    const failure = new Error('the directory is down')
    const server = make(byIssuer(), {
      selectAuthorizationServer: () => {
        throw failure
      },
    })
    expect(() => server.authorize(bearer())).toThrow(failure)
  })
})

describe('wrong lists of authorization servers', () => {
  const faultOf = (options: object): string => {
    try {
      bench.makeOf(options)
    } catch (error) {
      if (error instanceof TypeError) return error.message
    }
    throw new Error('expected a TypeError')
  }

  it.each<[string, (listed: readonly object[]) => object, string]>([
    ['no list', () => several([], { authorizationServers: 7 }), '"authorizationServers" must be a list of at least one'],
    ['an empty list', () => several([]), '"authorizationServers" must be a list of at least one'],
    ['what is no object', () => several([7 as unknown as object]), 'in "authorizationServers[0]": "options" must be an object'],
    ['no name', ([, second]) => several([{ ...second, name: '' }]), 'in "authorizationServers[0]": "name" must be a string'],
    ['a missing variable', (l) => several([{ ...l[0], clientId: undefined }]), 'in "authorizationServers[0]": "clientId" is undefined'],
    ['a misspelt option', (l) => several([{ ...l[0], tokenPrefx: 'x' }]), 'did you mean "tokenPrefix"?'],
    ['one that no token chooses', () => several(entries({ fallback: true })), 'in "authorizationServers[1]": "issuer", "tokenPrefix" or'],
    ['two of one name', (l) => several([l[0] ?? {}, l[0] ?? {}]), '"name" must differ between the entries'],
    ['two of one issuer', (l) => several(l.map((entry) => ({ ...entry, issuer: issuers.a }))), '"issuer" must differ'],
    ['two of one prefix', (l) => several(l.map((entry) => ({ ...entry, tokenPrefix: 'x' }))), '"tokenPrefix" must differ'],
    ['two to fall back to', (l) => several(l.map((entry) => ({ ...entry, fallback: true }))), '"fallback" must differ'],
    ['an endpoint beside it', (l) => ({ ...several(l), introspectionEndpoint: 'x' }), 'must not stand beside "authorizationServers"'],
    ['a function without a list', () => bench.options({ selectAuthorizationServer: () => 'a' }), 'needs "authorizationServers"'],
    ['no function to select', (l) => several(l, { selectAuthorizationServer: 'a' }), '"selectAuthorizationServer" must be a function'],
    ['no audience where all have one', (l) => several([{ ...l[0], audience: null }], { audience: 'x' }), 'requirements only tighten'],
    ['a larger age', (l) => several([{ ...l[0], maxTokenAgeSeconds: 9 }], { maxTokenAgeSeconds: 8 }), 'requirements only tighten'],
    ['a looser issuer', (l) => several([{ ...l[0], requireIssuer: false }], { requireIssuer: true }), 'requirements only tighten'],
    ['an age that is for routes', (l) => several([{ ...l[0], maxAnswerAgeSeconds: 1 }]), 'unknown option "maxAnswerAgeSeconds"'],
  ])('are faults: %s', (_what, options, fault) => {
    expect(faultOf(options(byIssuer()))).toContain(fault)
  })

  it('are named all at once, and no secret with them', () => {
    const message = faultOf(
      several([{ name: 'a', clientSecret: 'CANARY', clientId: 7 }, { introspectionEndpoint: 'http://CANARY.example' }]),
    )
    expect(message.match(/in "authorizationServers\[[01]\]"/g)?.length).toBeGreaterThanOrEqual(4)
    expect(message).not.toContain('CANARY')
  })

  it('are not those in which an application chooses between two of one issuer', () => {
    const listed = byIssuer().map((entry) => ({ ...entry, issuer: issuers.a }))
    bench.makeOf(several(listed, { selectAuthorizationServer: () => 'a' }))
  })

  it.each([
    [{ audience: 'x' }, { audience: null }, []],
    [{ audience: 'x' }, {}, ['AUDIENCE_UNCHECKED']],
  ])('warn of an audience that one of them does not check: %j, %j', (moreOfA, moreOfB, expected) => {
    const listed = entries({ ...moreOfA, fallback: true }, { ...moreOfB, tokenPrefix: 'b_' })
    bench.makeOf(without(several(listed), 'audience'))
    expect(bench.events.flatMap((event) => (event.type === 'warning' ? [event.code] : []))).toEqual(expected)
  })
})
