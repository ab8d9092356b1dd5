import { createHmac, type KeyObject } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { type Behaviour, byToken, json, raw } from '@oauth-introspect/testkit'
import { clientSecretPost } from '../src/index.ts'
import { bearer, clientSecret, granted, token } from './server-bench.ts'
import { as1, encode, issuer, jwk, keySet, keys, mediaType, setUpSigned, sign, signature, signed } from './signed-bench.ts'

const bench = setUpSigned()
const said = 'CANARY-said-by-the-server'

/** Asks about the token where the authorization server answers so; its fault must be told as one, and never be remembered. */
async function faultOf(reply: Behaviour, keySetReply: Behaviour = as1, options: object = {}): Promise<{ code: string; message: string }> {
  const server = bench.makeSigned(options)
  bench.route(keySetReply, reply)
  const outcome = await server.authorize(bearer())
  expect(outcome).toMatchObject({ outcome: 'refused', status: 503, reason: 'authorization_server_unavailable', body: {} })
  const names = 'headers' in outcome ? outcome.headers.map(([name]) => name) : []
  expect(names).not.toContain('WWW-Authenticate')
  expect(server.stats()).toMatchObject({ granted: 0, entries: 0, inactiveEntries: 0, failedCalls: 1 })
  const printed = inspect([outcome, bench.events], { depth: 9 }) + JSON.stringify([outcome, bench.events])
  for (const canary of [token, clientSecret, said]) expect(printed).not.toContain(canary)
  const fault = bench.events.find((event) => event.type === 'fault')
  if (fault?.type !== 'fault') throw new Error('expected a fault to be told')
  return { code: fault.code, message: fault.error.message }
}

const distrusted = (what: string): object => ({
  code: 'SIGNATURE_INVALID',
  message: `the signed introspection reply cannot be relied on: ${what} (see docs/errors/SIGNATURE_INVALID.md)`,
})

const noKey = 'no key of the authorization server has made its signature'

describe('a signed reply', () => {
  it('is asked for, and read when all of it holds [IR-17] [IR-19] [RV-17] [RV-18] [RV-29]', async () => {
    const server = bench.makeSigned()
    bench.route(as1, signed(sign(bench.claims())))
    const auth = await granted(server.authorize(bearer()))
    expect(auth).toMatchObject({ subject: 'user-1', scopes: ['read', 'write'], authorizationServer: issuer })
    expect(bench.as.calls.map(({ url, headers }) => [url, headers.accept])).toEqual([
      ['/introspect', mediaType],
      ['/jwks', 'application/jwk-set+json, application/json'],
    ])
    expect(bench.as.calls[1]).toMatchObject({ method: 'GET', body: '' })
    expect(bench.as.calls[1]?.headers).not.toHaveProperty('authorization')
  })

  it.each([
    ['ES256', keys.as1],
    ['ES384', keys.p384],
    ['ES512', keys.p521],
    ['RS256', keys.rsa],
    ['RS512', keys.rsa],
    ['PS256', keys.rsa],
    ['PS384', keys.rsa],
    ['EdDSA', keys.ed25519],
    ['Ed25519', keys.ed25519],
  ])('may be signed with %s where that is accepted [RV-24]', async (alg, key) => {
    const server = bench.makeSigned({ algorithms: [alg] })
    bench.route(keySet(jwk(key, { kid: 'k' })), signed(sign(bench.claims(), { header: { alg, kid: 'k' }, key })))
    await granted(server.authorize(bearer()))
  })

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'])(
    'may be signed with %s where nothing is said of algorithms [RV-21]',
    async (alg) => {
      const key = alg.startsWith('E') ? (alg === 'ES256' ? keys.as1 : keys.ed25519) : keys.rsa
      const server = bench.make({ issuer, signedIntrospection: { keys: [jwk(key)] } })
      bench.route(as1, signed(sign(bench.claims(), { header: { alg }, key })))
      await granted(server.authorize(bearer()))
      expect(bench.count('/jwks')).toBe(0)
    },
  )

  it.each([
    ['token-introspection+jwt', {}],
    ['application/token-introspection+jwt', {}],
    ['Application/Token-Introspection+JWT', { 'content-type': 'Application/Token-Introspection+JWT' }],
    ['TOKEN-INTROSPECTION+JWT', { 'content-type': `${mediaType}; charset=utf-8` }],
  ])('may write its type as %s [RV-17]', async (typ, headers) => {
    const server = bench.makeSigned()
    bench.route(as1, signed(sign(bench.claims(), { header: { typ } }), headers))
    await granted(server.authorize(bearer()))
  })

  it.each<[string, (now: number) => object]>([
    ['several audiences', () => ({ aud: ['other', 'rs-client'] })],
    ['an age of 60 seconds', (now) => ({ iat: now - 60 })],
    ['a time 10 seconds ahead', (now) => ({ iat: now + 10 })],
    ['a time with a fraction', (now) => ({ iat: now - 0.5 })],
    ['an end that is still to come [RV-19]', (now) => ({ exp: now + 0.1 })],
    ['a beginning 10 seconds ahead', (now) => ({ nbf: now + 10 })],
    ['a subject of its own [RV-19]', () => ({ sub: 'somebody-else' })],
    ['a jti', () => ({ jti: 'x' })],
  ])('may have %s', async (_what, more) => {
    const server = bench.makeSigned()
    bench.route(as1, signed(sign(bench.claims(more(bench.clock / 1000)))))
    expect((await granted(server.authorize(bearer()))).subject).toBe('user-1')
  })

  it('says what the resource server is called otherwise than by its client id', async () => {
    const server = bench.makeSigned({ audience: 'https://api.example' })
    bench.route(as1, signed(sign(bench.claims({ aud: 'https://api.example' }))))
    await granted(server.authorize(bearer()))
    expect(await faultOf(signed(sign(bench.claims())), as1, { audience: 'https://api.example' })).toEqual(
      distrusted('its "aud" does not name us'),
    )
  })

  it('of an inactive token says just that, and whatever it says besides is not looked at [RV-22]', async () => {
    const server = bench.makeSigned()
    bench.route(as1, signed(sign(bench.claims({ token_introspection: { active: false, sub: said, exp: 'x' } }))))
    const outcome = await server.authorize(bearer())
    expect(outcome).toMatchObject({ outcome: 'refused', status: 401, reason: 'token_inactive' })
    expect(JSON.stringify(outcome)).not.toContain(said)
  })

  it('is remembered like any other, by the expiry of the token and not its own', async () => {
    const server = bench.makeSigned()
    bench.route(as1, signed(sign(bench.claims({ exp: bench.clock / 1000 + 1 }))))
    await granted(server.authorize(bearer()))
    bench.clock += 30_000
    expect(server.authorize(bearer())).toMatchObject({ outcome: 'granted' })
    expect(bench.count('/introspect')).toBe(1)
  })

  it('has no say in what is demanded of the token', async () => {
    const server = bench.makeSigned({}, { audience: 'https://api.example', requiredScopes: 'read' })
    const about = (members: object): Behaviour => signed(sign(bench.claims({ token_introspection: bench.good(members) })))
    bench.route(as1, about({ aud: 'rs-client' }))
    expect(await server.authorize(bearer('one'))).toMatchObject({ status: 401, reason: 'audience_mismatch' })
    bench.route(as1, about({ iss: 'https://as-b.example' }))
    expect(await server.authorize(bearer('two'))).toMatchObject({ status: 401, reason: 'issuer_mismatch' })
    bench.route(as1, about({ cnf: {} }))
    expect(await server.authorize(bearer('three'))).toMatchObject({ status: 401, reason: 'binding_unproved' })
    bench.route(as1, about({ scope: 'write' }))
    expect(await server.authorize(bearer('four'))).toMatchObject({ status: 403 })
  })

  it('loses the token, where it repeats it', async () => {
    const server = bench.makeSigned()
    bench.route(as1, signed(sign(bench.claims({ token_introspection: bench.good({ jti: token, note: [token] }) }))))
    expect(inspect((await granted(server.authorize(bearer()))).claims)).not.toContain(token)
  })

  it.each([
    ['a string as "active"', { active: 'true' }, '"active" is not a boolean'],
    ['no "active"', {}, '"active" is not a boolean'],
    ['a "cnf" that is no object', { active: true, cnf: 'x' }, '"cnf" is not an object'],
  ])('cannot be used with %s [RV-02]', async (_what, members, what) => {
    expect(await faultOf(signed(sign(bench.claims({ token_introspection: members }))))).toEqual({
      code: 'RESPONSE_NOT_CONFORM',
      message: `the introspection reply cannot be used: ${what} (see docs/errors/RESPONSE_NOT_CONFORM.md)`,
    })
  })
})

describe('a plain reply where a signed one was asked for', () => {
  const body = { active: true, note: said }
  it.each<[string, Behaviour]>([
    ['active', json(body)],
    ['inactive', json({ active: false })],
    ['under another type of JWT', raw(said, 200, { 'content-type': 'application/jwt' })],
    ['under no type', raw(JSON.stringify(body))],
    [
      'signed, under the type of JSON',
      (call, response) => raw(sign(bench.claims()), 200, { 'content-type': 'application/json' })(call, response),
    ],
  ])('is never read: %s [RV-17]', async (_what, reply) => {
    expect(await faultOf(reply)).toEqual({
      code: 'RESPONSE_NOT_CONFORM',
      message: `the introspection reply cannot be used: its media type is not ${mediaType} (see docs/errors/RESPONSE_NOT_CONFORM.md)`,
    })
    expect(bench.count('/jwks')).toBe(0)
  })

  it.each<[string, Behaviour, object]>([
    ['401', json({ error: 'invalid_client' }, 401), { status: 500, reason: 'authorization_server_rejected_us' }],
    ['400', json({ error: 'invalid_request' }, 400), { status: 500, reason: 'authorization_server_rejected_us' }],
    ['400 about the token', json({ error: 'unsupported_token_type' }, 400), { status: 401, reason: 'token_inactive' }],
    [
      '429',
      raw('', 429, { 'retry-after': '7' }),
      {
        status: 503,
        headers: [
          ['Cache-Control', 'no-store'],
          ['Retry-After', '7'],
        ],
      },
    ],
    ['500', json({ active: true }, 500), { status: 503 }],
    ['302', raw('', 302, { location: '/jwks' }), { status: 503 }],
  ])('is read when it is an error: %s', async (_status, reply, refusal) => {
    const server = bench.makeSigned()
    bench.route(as1, reply)
    expect(await server.authorize(bearer())).toMatchObject({ outcome: 'refused', ...refusal })
    expect(bench.count('/jwks')).toBe(0)
  })
})

type Made = string | (() => string)
const unsigned =
  (header: object): Made =>
  () =>
    `${encode(JSON.stringify({ typ: 'token-introspection+jwt', kid: 'as-1', ...header }))}.${encode(JSON.stringify(bench.claims()))}.`
const withHeader =
  (header: object, key?: KeyObject): Made =>
  () =>
    sign(bench.claims(), { header, ...(key === undefined ? {} : { key }) })
const withClaims =
  (claims: object): Made =>
  () =>
    sign(bench.claims(claims))
const withoutClaim =
  (name: string): Made =>
  () => {
    const claims = bench.claims()
    Reflect.deleteProperty(claims, name)
    return sign(claims)
  }
const withPayload =
  (write: (json: string) => string | Uint8Array): Made =>
  () =>
    sign({}, { payload: write(JSON.stringify(bench.claims({ note: said }))) })
const altered =
  (alter: (parts: string[]) => string): Made =>
  () =>
    alter(sign(bench.claims()).split('.'))
const at = (seconds: number): number => Date.parse('2026-11-21T12:00:00Z') / 1000 + seconds

/** HS256 keyed with what everybody knows. */
const hmac =
  (secret: string): Made =>
  () => {
    const header = { alg: 'HS256', typ: 'token-introspection+jwt', kid: 'as-1' }
    const data = `${encode(JSON.stringify(header))}.${encode(JSON.stringify(bench.claims()))}`
    return `${data}.${createHmac('sha256', secret).update(data).digest('base64url')}`
  }
const pem = jwk(keys.as1)
const wrongAlgorithm = 'its algorithm is not among those accepted'
const wrongType = 'its type is another'
const noJwt = 'it is not a signed JWT'
const noIat = 'its "iat" is missing, or no number'
const pastExp = 'its "exp" has passed, or is no number'

const hostile: readonly (readonly [what: string, jwt: Made, why: string])[] = [
  ['"alg": "none" [RV-24]', unsigned({ alg: 'none' }), wrongAlgorithm],
  ['"alg": "NonE" [RV-24]', unsigned({ alg: 'NonE' }), wrongAlgorithm],
  ['no "alg" [RV-24]', unsigned({}), wrongAlgorithm],
  ['"alg" as a list [RV-24]', unsigned({ alg: ['ES256'] }), wrongAlgorithm],
  ['HS256 with the public key as its secret [RV-23]', hmac(JSON.stringify(pem)), wrongAlgorithm],
  ['an asymmetric algorithm that is not in the list [RV-23]', withHeader({ alg: 'ES384' }, keys.p384), wrongAlgorithm],
  [
    'another spelling of the algorithm [RV-23]',
    () => sign({}, { headerText: '{"alg":"es256","typ":"token-introspection+jwt"}' }),
    wrongAlgorithm,
  ],
  ['the signature stripped [RV-32]', altered(([header, payload]) => `${header}.${payload}.`), noKey],
  ['the signature and its dot stripped [RV-32]', altered(([header, payload]) => `${header}.${payload}`), noJwt],
  [
    'the signature of something else [RV-25]',
    altered(([header, payload]) => `${header}.${payload}.${signature('ES256', 'x', keys.as1)}`),
    noKey,
  ],
  ['another payload under the signature [RV-25]', altered(([header, , made]) => `${header}.${encode('{}')}.${made}`), noKey],
  ['the signature of another key under the same name [RV-27]', withHeader({}, keys.attacker), noKey],
  ['the signature of another key, and no name [RV-27]', withHeader({ kid: undefined }, keys.attacker), noKey],
  ['a name that is a path', withHeader({ kid: "../../etc/passwd' OR 1=1" }), noKey],
  ['a name that is __proto__', () => sign(bench.claims(), { header: JSON.parse('{"kid":"__proto__"}') as object }), noKey],
  ['a name that is no text', withHeader({ kid: 1 }), 'its key identifier is no text'],
  ['a name that is null', withHeader({ kid: null }), 'its key identifier is no text'],
  ['a key of its own in the header [RV-25]', withHeader({ jwk: jwk(keys.attacker) }, keys.attacker), noKey],
  [
    'addresses of keys in the header [RV-25]',
    withHeader({ jku: 'http://127.0.0.1:9/evil', x5u: 'http://127.0.0.1:9/evil' }, keys.attacker),
    noKey,
  ],
  ['a certificate in the header [RV-25]', withHeader({ x5c: ['MIIB'] }, keys.attacker), noKey],
  ['no type [RV-17]', withHeader({ typ: undefined }), wrongType],
  ['a type that is no text [RV-17]', withHeader({ typ: ['token-introspection+jwt'] }), wrongType],
  ...['JWT', 'at+jwt', 'secevent+jwt', 'logout+jwt', 'dpop+jwt', 'text/token-introspection+jwt', 'xtoken-introspection+jwt', ''].map(
    (typ) => [`the type "${typ}" [RV-28]`, withHeader({ typ }), wrongType] as const,
  ),
  ['an extension that is critical and unknown [RV-31]', withHeader({ crit: ['x'], x: 1 }), 'its header has a critical extension'],
  [
    'an extension that is critical and known to libraries [RV-31]',
    withHeader({ crit: ['b64'], b64: false }),
    'its header has a critical extension',
  ],
  ['no critical extension, said with a member [RV-31]', withHeader({ crit: [] }), 'its header has a critical extension'],
  ['another issuer [RV-18] [RV-27]', withClaims({ iss: 'https://as-b.example' }), 'its "iss" is not the issuer'],
  ['the issuer with a slash [RV-18]', withClaims({ iss: `${issuer}/` }), 'its "iss" is not the issuer'],
  ['the issuer in a list [RV-18]', withClaims({ iss: [issuer] }), 'its "iss" is not the issuer'],
  ['no issuer [RV-18]', withoutClaim('iss'), 'its "iss" is not the issuer'],
  ['no audience [RV-18]', withoutClaim('aud'), 'its "aud" does not name us'],
  ...[
    [],
    ['other'],
    'other',
    '',
    'rs-client-2',
    'RS-CLIENT',
    ' rs-client',
    null,
    1,
    { 0: 'rs-client' },
    [['rs-client']],
    ['rs-client', 1],
  ].map((aud) => [`the audience ${JSON.stringify(aud)} [RV-18]`, withClaims({ aud }), 'its "aud" does not name us'] as const),
  ['no time [RV-18]', withoutClaim('iat'), noIat],
  ['a time that is text', withClaims({ iat: String(at(0)) }), noIat],
  ['a time that is null', withClaims({ iat: null }), noIat],
  ['an infinite time', withPayload((text) => text.replace(/"iat":\d+/, '"iat":1e400')), noIat],
  ['a time in milliseconds', withClaims({ iat: at(0) * 1000 }), 'its "iat" lies ahead'],
  ['a time more than 60 seconds ago', withClaims({ iat: at(-61) }), 'its "iat" is too long ago'],
  ['a time more than 10 seconds ahead', withClaims({ iat: at(11) }), 'its "iat" lies ahead'],
  ['an end that has passed [RV-19]', withClaims({ exp: at(0) }), pastExp],
  ['an end that is text [RV-19]', withClaims({ exp: String(at(60)) }), pastExp],
  ['an end that is null [RV-19]', withClaims({ exp: null }), pastExp],
  ['a beginning that is still to come', withClaims({ nbf: at(11) }), 'its "nbf" lies ahead, or is no number'],
  ['a beginning that is text', withClaims({ nbf: '1' }), 'its "nbf" lies ahead, or is no number'],
  [
    'its members beside "token_introspection" [RV-18]',
    withClaims({ token_introspection: undefined, active: true, scope: 'read write' }),
    'its "token_introspection" is not an object',
  ],
  ...[null, true, 'x', [], [{ active: true }]].map(
    (members) =>
      [
        `"token_introspection" as ${JSON.stringify(members)} [RV-18]`,
        withClaims({ token_introspection: members }),
        'its "token_introspection" is not an object',
      ] as const,
  ),
  [
    'a member twice in its payload [RV-30]',
    withPayload((text) => text.replace('{', '{"iss":"https://evil.example",')),
    'of its payload, a member stands in it twice',
  ],
  [
    'a member twice in what it says of the token [RV-30]',
    withPayload((text) => text.replace('"active":true', '"active":false,"active":true')),
    'of its payload, a member stands in it twice',
  ],
  [
    'a member twice in its header [RV-30]',
    () => sign(bench.claims(), { headerText: '{"alg":"none","typ":"token-introspection+jwt","kid":"as-1","\\u0061lg":"ES256"}' }),
    'of its header, a member stands in it twice',
  ],
  ['a payload in UTF-16 [RV-26]', withPayload((text) => Buffer.from(text, 'utf16le')), 'of its payload, it is not JSON'],
  [
    'a payload in Latin-1 [RV-26]',
    withPayload((text) => Buffer.from(text.replace('user-1', 'üser'), 'latin1')),
    'of its payload, it is not UTF-8',
  ],
  ['a payload that is no object', withPayload((text) => `[${text}]`), 'of its payload, it is not a JSON object'],
  ['an empty payload', withPayload(() => ''), 'of its payload, it is not JSON'],
  ['a header that is no JSON', () => sign(bench.claims(), { headerText: `{"alg": ${said}` }), 'of its header, it is not JSON'],
  ['a header that is null', () => sign(bench.claims(), { headerText: 'null' }), 'of its header, it is not a JSON object'],
  ['padding [RV-32]', altered(([header, payload, made]) => `${header}==.${payload}.${made}`), noJwt],
  ['a line break at the end [RV-32]', altered((parts) => `${parts.join('.')}\n`), noJwt],
  ['a space [RV-32]', altered(([header, payload, made]) => `${header}.${payload}. ${made}`), noJwt],
  ['characters of plain base64 [RV-32]', altered(([header, payload, made]) => `${header}.${payload}.${made?.slice(0, -2)}+/`), noJwt],
  ['bits that belong to no byte [RV-32]', altered(([header, payload, made]) => `${header}.${payload}.${made?.slice(0, -1)}_`), noJwt],
  ['a fourth part [RV-32]', altered((parts) => `${parts.join('.')}.AAAA`), noJwt],
  ['quotes around it', altered((parts) => JSON.stringify(parts.join('.'))), noJwt],
  ['JSON serialisation', altered(([header, payload, made]) => JSON.stringify({ protected: header, payload, signature: made })), noJwt],
  ['a byte order mark', altered((parts) => `\ufeff${parts.join('.')}`), noJwt],
  ['nothing in it', '', noJwt],
  ['two dots', '..', 'of its header, it is not JSON'],
  ['what is neither text', '\u{1f600}', noJwt],
]

describe('a reply is refused whose JWT has', () => {
  it.each(hostile)('%s', async (_what, made, why) => {
    const jwt = typeof made === 'string' ? made : made()
    expect(await faultOf(signed(jwt))).toEqual(distrusted(why))
    expect(bench.count('/introspect')).toBe(1)
    expect(bench.as.calls.every(({ url }) => url === '/jwks' || url === '/introspect')).toBe(true)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('bytes that are no text', async () => {
    expect(await faultOf(signed(new Uint8Array([0xff, 0xfe, 0x2e])))).toEqual(distrusted(noJwt))
  })

  it('more of it than a reply may have [RV-34]', async () => {
    const jwt = sign(bench.claims({ note: 'a'.repeat(100_000) }))
    expect(await faultOf(signed(jwt))).toMatchObject({ code: 'RESPONSE_TOO_LARGE' })
  })

  it.each([1, 5])('an age of more than %i seconds, where no more is allowed', async (maxAgeSeconds) => {
    const made = (age: number): Behaviour => signed(sign(bench.claims({ iat: bench.clock / 1000 - age })))
    expect(await faultOf(made(maxAgeSeconds + 0.1), as1, { maxAgeSeconds })).toEqual(distrusted('its "iat" is too long ago'))
    const server = bench.makeSigned({ maxAgeSeconds })
    bench.route(as1, made(maxAgeSeconds))
    await granted(server.authorize(bearer()))
  })

  it('a time that lies ahead by more than the clock may be wrong', async () => {
    const server = bench.makeSigned({}, { clockToleranceSeconds: 0 })
    bench.route(as1, signed(sign(bench.claims({ iat: bench.clock / 1000 + 1 }))))
    expect(await server.authorize(bearer())).toMatchObject({ status: 503 })
  })
})

describe('a fault of a signed reply', () => {
  it('is forgotten at once: the next request asks again, and is granted [CA-18]', async () => {
    const server = bench.makeSigned()
    bench.route(as1, signed(sign(bench.claims(), { key: keys.attacker })))
    expect(await server.authorize(bearer())).toMatchObject({ status: 503 })
    bench.route(as1, signed(sign(bench.claims())))
    await granted(server.authorize(bearer()))
    expect(server.stats()).toMatchObject({ calls: 2, failedCalls: 1, granted: 1 })
  })
})

describe('answers are remembered apart', () => {
  it('by what is demanded of their signatures [CA-04]', async () => {
    const { createIntrospectionClient } = await import('../src/introspection-client.ts')
    const { resolveOptions } = await import('../src/resolve-options.ts')
    const identify = (signedIntrospection: unknown, more: object = {}): unknown => {
      const settings = resolveOptions({ ...bench.options({ issuer }), signedIntrospection, ...more }, () => 0)
      const connection = { exchange: () => Promise.reject(new Error('not to be asked')), close: () => Promise.resolve() }
      const events = {
        listening: false,
        emit: () => undefined,
        fault: () => undefined,
        store: () => undefined,
        warn: () => undefined,
        listenerFailures: 0,
      }
      const [server] = settings.authorizationServers
      if (server === undefined) throw new Error('no authorization server')
      const endpoint = new URL('https://as.example/introspect')
      return createIntrospectionClient({ ...settings, ...server, authorizationServer: 'as', endpoint, connection, events }).identity
    }
    const uri = { jwksUri: 'https://as.example/jwks' }
    const encryption = { ...uri, decryptionKey: keys.rsa }
    const identities = [
      identify(false),
      ...[uri, { jwksUri: 'https://as.example/keys' }, { keys: [jwk(keys.as1)] }, { keys: [jwk(keys.as2)] }, encryption].map((options) =>
        identify(options),
      ),
      ...[
        { ...uri, algorithms: ['ES256'] },
        { ...uri, maxAgeSeconds: 5 },
        { ...uri, audience: 'x' },
      ].map((options) => identify(options)),
      identify(uri, { issuer: 'https://as-b.example' }),
    ]
    expect(new Set(identities).size).toBe(identities.length)
    expect(identify(uri)).toBe(identify({ ...uri }))
    expect(JSON.stringify(identities)).not.toMatch(/CANARY|"d"/)
  })
})

describe('plain introspection', () => {
  it('asks for JSON, and takes no signed reply for it', async () => {
    const server = bench.make({ retries: 0 })
    bench.as.behave(byToken({ [token]: bench.good() }))
    await granted(server.authorize(bearer()))
    expect(bench.as.calls[0]?.headers.accept).toBe('application/json')
    bench.as.behave(signed(sign(bench.claims())))
    expect(await server.authorize(bearer('another-token'))).toMatchObject({ status: 503 })
  })

  it('is not what another method of client authentication makes of it', async () => {
    const options = Object.entries(bench.options()).filter(([name]) => name !== 'clientId' && name !== 'clientSecret')
    const { createResourceServer } = await import('../src/index.ts')
    const server = createResourceServer({
      ...(Object.fromEntries(options) as { introspectionEndpoint: string }),
      clientAuthentication: clientSecretPost('rs-post', clientSecret),
      issuer,
      signedIntrospection: { jwksUri: `${bench.as.origin}/jwks` },
    })
    bench.route(as1, signed(sign(bench.claims({ aud: 'rs-post' }))))
    await granted(server.authorize(bearer()))
    await server.close()
  })
})
