/**
 * Every outcome of the contract, whole `WWW-Authenticate` lines, and what must be absent.
 *
 * @module
 */
import { describe, expect, it } from '@jest/globals'
import { type Behaviour, bytes, drip, findClosedPort, json, raw, reset, silence } from '../authorization-server.ts'
import { parseChallenges } from '../challenge-parser.ts'
import type { Received } from '../send.ts'
import { type AdapterUnderTest, type Bench, goodReply, setUpBench } from './bench.ts'

const bare = 'Bearer realm="api"'
const invalidRequest =
  'Bearer realm="api", error="invalid_request", error_description="the request must present exactly one access token, in one way"'
const invalidToken = 'Bearer realm="api", error="invalid_token", error_description="the access token is not valid for this resource"'

/** Holds an answer against the contract: status, the whole challenge, the body, and the headers of every refusal. */
export function expectRefusal(received: Received, status: number, challenge: string | undefined): void {
  expect({ status: received.status, challenges: received.lines('www-authenticate') }).toEqual({
    status,
    challenges: challenge === undefined ? [] : [challenge],
  })
  expect(received.lines('cache-control')).toEqual(['no-store'])
  expect(received.lines('content-type')).toEqual(['application/json'])
  const parameters = Object.fromEntries(parseChallenges(received.lines('www-authenticate'))[0]?.parameters ?? [])
  const { error, error_description } = parameters
  expect(received.json).toEqual(error === undefined ? {} : { error, error_description })
}

type Row = readonly [situation: string, headers: readonly (readonly [string, string])[], status: number, challenge: string | undefined]

const presentations: readonly Row[] = [
  ['nothing presented [EX-01, CH-01, CH-02, CH-03, CH-11]', [], 401, bare],
  ['an empty Authorization field', [['Authorization', '']], 401, bare],
  ['another scheme [CH-11]', [['Authorization', 'Basic eDp5']], 401, bare],
  ['another scheme with several parameters', [['Authorization', 'Digest username="a, Bearer b", realm="x"']], 401, bare],
  ['Proxy-Authorization only [EX-24]', [['Proxy-Authorization', 'Bearer tok']], 401, bare],
  ['a cookie only [EX-19]', [['Cookie', 'access_token=tok']], 401, bare],
  ['letters that only look like Bearer', [['Authorization', 'Bearer:tok']], 401, bare],
  ['no token after the scheme [ER-01]', [['Authorization', 'Bearer']], 400, invalidRequest],
  ['two words after the scheme [EX-02]', [['Authorization', 'Bearer one two']], 400, invalidRequest],
  ['a comma after the token', [['Authorization', 'Bearer one,']], 400, invalidRequest],
  ['a tab before the token', [['Authorization', 'Bearer\tone']], 400, invalidRequest],
  [
    'two lines [EX-07, EX-09]',
    [
      ['Authorization', 'Bearer one'],
      ['Authorization', 'Bearer one'],
    ],
    400,
    invalidRequest,
  ],
  [
    'two lines, the other scheme second',
    [
      ['Authorization', 'Bearer one'],
      ['Authorization', 'Basic eDp5'],
    ],
    400,
    invalidRequest,
  ],
  [
    'two lines, the other scheme first',
    [
      ['Authorization', 'Basic eDp5'],
      ['Authorization', 'Bearer one'],
    ],
    400,
    invalidRequest,
  ],
  ['a quoted token [EX-02]', [['Authorization', 'Bearer "tok"']], 401, invalidToken],
  ['padding inside the token [EX-05]', [['Authorization', 'Bearer ab=cd']], 401, invalidToken],
  ['a token too long [EX-21]', [['Authorization', `Bearer ${'a'.repeat(8193)}`]], 401, invalidToken],
]

type ReplyRow = readonly [situation: string, reply: (bench: Bench) => Behaviour]

const refusedTokens: readonly ReplyRow[] = [
  ['an inactive token [ER-02]', () => json({ active: false })],
  ['an inactive token that the server tells more about [RV-04, ER-11]', () => json({ active: false, sub: 'user-1', error: 'revoked' })],
  ['a token of a kind the server does not introspect', () => json({ error: 'unsupported_token_type' }, 400)],
  ['a token whose time is over though active [TC-01, TC-04]', (bench) => json(goodReply(bench, { exp: bench.seconds() }))],
  ['a token before its time [TC-06]', (bench) => json(goodReply(bench, { nbf: bench.seconds() + 11 }))],
  ['a token issued in the future [TC-08]', (bench) => json(goodReply(bench, { iat: bench.seconds() + 61 }))],
  ['a refresh token though active [TC-20]', (bench) => json(goodReply(bench, { token_type: 'refresh_token' }))],
  ['an ID token though active', (bench) => json(goodReply(bench, { typ: 'ID' }))],
  ['a type that is not understood [TC-19]', (bench) => json(goodReply(bench, { token_type: 'mac' }))],
  ['a token bound by DPoP [TC-24]', (bench) => json(goodReply(bench, { cnf: { jkt: 'x' } }))],
  ['a token bound by TLS', (bench) => json(goodReply(bench, { cnf: { 'x5t#S256': 'x' } }))],
  ['a token bound in a way unknown', (bench) => json(goodReply(bench, { cnf: { kid: '1' } }))],
  ['a token bound by an empty confirmation', (bench) => json(goodReply(bench, { cnf: {} }))],
]

const unusableReplies: readonly ReplyRow[] = [
  ['text/html', () => raw('<html>log in</html>', 200, { 'content-type': 'text/html' })],
  ['JSON without a media type [RV-01]', () => raw('{"active":true}')],
  ['JSON in UTF-16 by its charset', () => raw('{"active":true}', 200, { 'content-type': 'application/json; charset=utf-16' })],
  ['truncated JSON', () => raw('{"active":tr', 200, { 'content-type': 'application/json' })],
  ['a list', () => json([{ active: true }])],
  ['null', () => json(null)],
  ['no "active" [RV-02]', () => json({ scope: 'read' })],
  ['"active" as a string [RV-02]', () => json({ active: 'true' })],
  ['"active" as a number', () => json({ active: 1 })],
  ['"Active" in another case [RV-03]', () => json({ Active: true })],
  ['a member twice [RV-11]', () => raw('{"active":false,"active":true}', 200, { 'content-type': 'application/json' })],
  ['a member twice by an escape [RV-13]', () => raw('{"\\u0061ctive":false,"active":true}', 200, { 'content-type': 'application/json' })],
  ['active by prototype only', () => raw('{"__proto__":{"active":true}}', 200, { 'content-type': 'application/json' })],
  [
    'bytes that are not UTF-8 [RV-12]',
    () => raw(Buffer.from('7b22616374697665223a747275652c22737562223a2261ff227d', 'hex'), 200, { 'content-type': 'application/json' }),
  ],
  ['"exp" as a string [RV-06]', (bench) => json(goodReply(bench, { exp: '9999999999' }))],
  ['"exp" beyond all numbers [RV-14]', () => raw('{"active":true,"exp":1e400}', 200, { 'content-type': 'application/json' })],
  ['"scope" as an object', (bench) => json(goodReply(bench, { scope: { read: true } }))],
  ['"token_type" as a list', (bench) => json(goodReply(bench, { token_type: ['Bearer'] }))],
  ['"cnf" as a string', (bench) => json(goodReply(bench, { cnf: 'jkt' }))],
  ['a reply larger than allowed [RV-34]', (bench) => json(goodReply(bench, { x: 'a'.repeat(65_536) }))],
  ['status 204', () => raw('', 204)],
  ['status 201', () => json({ active: true }, 201)],
  ['status 999', () => bytes('HTTP/1.1 999 Odd\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{"active":true}')],
  ['status 500', () => json({ active: true }, 500)],
  ['status 503', () => raw('', 503)],
  ['status 429', () => raw('', 429)],
  ['a reset before the reply [ER-12, ER-14]', () => reset],
  [
    'a content shorter than announced [RV-15, CA-14]',
    () => bytes('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"active":true}', 'end'),
  ],
  [
    'chunks without an end [RV-15]',
    () => bytes('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nf\r\n{"active":true}\r\n', 'end'),
  ],
  ['gzip by name only', () => raw('{"active":true}', 200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })],
  ['an encoding unknown', () => raw('{"active":true}', 200, { 'content-type': 'application/json', 'content-encoding': 'rot13' })],
]

const rejections: readonly ReplyRow[] = [
  ['status 400 [RV-09]', () => json({ error: 'invalid_request', error_description: 'CANARY of the server' }, 400)],
  [
    'status 401 with a challenge of its own [RV-08, CH-25]',
    () => json({ error: 'invalid_client' }, 401, { 'www-authenticate': 'Basic realm="as"' }),
  ],
  ['status 403', () => raw('Forbidden', 403)],
  ['status 404', () => raw('Not found', 404)],
  ['status 405', () => raw('', 405)],
]

/** The outcomes of the contract. */
export function describeOutcomes(adapter: AdapterUnderTest): void {
  const bench = setUpBench(adapter)

  describe('presentation', () => {
    it.each(presentations)('answers %s, and asks nothing', async (_situation, headers, status, challenge) => {
      const application = await bench.guard()
      expectRefusal(await bench.send({ headers }), status, challenge)
      expect({ calls: bench.as.calls.length, handled: application.handled() }).toEqual({ calls: 0, handled: 0 })
    })

    it('takes a scheme name in any case and several spaces [EX-02, EX-03, EX-04]', async () => {
      await bench.guard()
      bench.as.behave(json(goodReply(bench)))
      expect((await bench.send({ headers: [['authorization', 'bEaReR    tok']] })).status).toBe(200)
      expect(bench.as.calls[0]?.form.get('token')).toBe('tok')
    })

    it('ignores a token in the query, which it was not told to read [EX-13, EX-14]', async () => {
      await bench.guard()
      expectRefusal(await bench.send({ path: '/?access_token=tok' }), 401, bare)
    })

    it('answers HEAD with the headers and no content', async () => {
      await bench.guard()
      const received = await bench.send({ method: 'HEAD' })
      expect({ status: received.status, challenge: received.lines('www-authenticate'), body: received.body }).toEqual({
        status: 401,
        challenge: [bare],
        body: '',
      })
    })

    it('escapes quote and backslash of the realm, and nothing else [CH-06, CH-07]', async () => {
      await bench.guard({ realm: 'a"b\\c' })
      expect((await bench.send()).lines('www-authenticate')).toEqual(['Bearer realm="a\\"b\\\\c"'])
    })
  })

  describe('the token', () => {
    it('grants an active one, and shows the handler its metadata', async () => {
      const application = await bench.guard()
      bench.as.behave(json(goodReply(bench)))
      const received = await bench.ask('tok-en.1~2+3/4==')
      expect(received.status).toBe(200)
      expect(received.json).toMatchObject({
        found: {
          clientId: 'client-1',
          subject: 'user-1',
          scopes: ['read', 'write'],
          audience: ['https://api.example'],
          claims: { sub: 'user-1' },
          stale: false,
        },
        token: 'tok-en.1~2+3/4==',
        hasRead: true,
      })
      expect((received.json as { attached: unknown }).attached).toEqual((received.json as { found: unknown }).found)
      expect(JSON.stringify((received.json as { found: unknown }).found)).not.toContain('tok-en')
      expect(application.handled()).toBe(1)
    })

    it.each(refusedTokens)('refuses %s with one constant challenge', async (_situation, reply) => {
      const application = await bench.guard()
      bench.as.behave(reply(bench))
      expectRefusal(await bench.ask('tok'), 401, invalidToken)
      expect(application.handled()).toBe(0)
    })

    it.each([
      ['another audience [TC-09, TC-10]', { audience: 'https://other.example' }, {}],
      ['no audience [RV-05]', { audience: 'https://api.example' }, { aud: undefined }],
      ['an audience that differs by a slash [TC-17]', { audience: 'https://api.example' }, { aud: 'https://api.example/' }],
      ['audiences that are no strings', { audience: 'https://api.example' }, { aud: { 'https://api.example': true } }],
      ['another issuer [TC-17]', { issuer: 'https://as.example/' }, {}],
      ['no issuer where one is required', { requireIssuer: true }, { iss: undefined }],
      ['another client', { allowedClients: ['client-2'] }, {}],
      ['no client where some are allowed', { allowedClients: ['client-2'] }, { client_id: undefined }],
      ['no expiry where one is required', { requireExpiry: true }, { exp: undefined }],
      ['no subject where one is required', { requireSubject: true }, { sub: undefined }],
      ['too great an age', { maxTokenAgeSeconds: 60 }, { iat: 1 }],
    ])('refuses %s', async (_situation, options, members) => {
      await bench.guard(options)
      bench.as.behave(json(goodReply(bench, members)))
      expectRefusal(await bench.ask('tok'), 401, invalidToken)
    })

    it.each([
      [
        'an audience among several [TC-11]',
        { audience: ['https://a.example', 'https://api.example'] },
        { aud: ['https://x.example', 'https://api.example'] },
      ],
      ['the issuer', { issuer: 'https://as.example' }, {}],
      ['no issuer where none is required', { issuer: 'https://as.example' }, { iss: undefined }],
      ['the client', { allowedClients: ['client-1'] }, {}],
      ['an nbf within the tolerance [TC-08]', {}, { nbf: 1_795_262_400 + 5 }],
      ['a type in lower case [TC-18]', {}, { token_type: 'bearer' }],
      ['members that are null', {}, { exp: null, sub: null, aud: null, scope: null, token_type: null }],
      ['an exp with a fraction [TC-05]', {}, { exp: 1_795_262_400 + 300.5 }],
      ['members of its own [RV-07]', {}, { extension: { deep: [1] } }],
    ])('grants %s', async (_situation, options, members) => {
      await bench.guard(options)
      bench.as.behave(json(goodReply(bench, members)))
      expect((await bench.ask('tok')).status).toBe(200)
    })

    it('answers too little scope with 403 and all that is needed, never with what is there [SC-04, ER-03, CH-13]', async () => {
      await bench.guard({ requiredScopes: ['write', 'admin'] })
      bench.as.behave(json(goodReply(bench)))
      const received = await bench.ask('tok')
      expectRefusal(
        received,
        403,
        'Bearer realm="api", error="insufficient_scope", error_description="the access token does not have the scope that this request needs", scope="write admin"',
      )
      expect(JSON.stringify(received.json)).not.toContain('read')
    })
  })

  describe('the authorization server', () => {
    it.each(unusableReplies)('answers 503 without a challenge to %s', async (_situation, reply) => {
      const application = await bench.guard()
      bench.as.behave(reply(bench))
      expectRefusal(await bench.ask('tok'), 503, undefined)
      expect(application.handled()).toBe(0)
      expect(bench.events.filter((event) => event.type === 'fault')).toHaveLength(1)
    })

    it.each([301, 302, 303, 307, 308])('does not follow a redirect by %i [IR-06, IR-20]', async (status) => {
      await bench.guard()
      bench.as.behave(json(goodReply(bench), status, { location: `${bench.as.origin}/elsewhere` }))
      expectRefusal(await bench.ask('tok'), 503, undefined)
      expect(bench.as.calls.map((call) => call.url)).toEqual(['/introspect'])
    })

    it('answers 503 when nothing listens', async () => {
      await bench.guard({ introspectionEndpoint: `http://127.0.0.1:${await findClosedPort()}/introspect` })
      expectRefusal(await bench.ask('tok'), 503, undefined)
      expect(bench.events.find((event) => event.type === 'fault')).toMatchObject({ code: 'ENDPOINT_UNREACHABLE' })
    })

    it.each<[string, Behaviour]>([
      ['silence', silence],
      ['headers and then silence', bytes('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n')],
      ['a header section that drips', drip('HTTP/1.1 200 OK\r\nx: ', 5)],
      ['a content that drips', drip('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999\r\n\r\n{', 5)],
    ])('gives up on %s at the one deadline', async (_situation, behaviour) => {
      await bench.guard({ timeoutMs: 60 })
      bench.as.behave(behaviour)
      expectRefusal(await bench.ask('tok'), 503, undefined)
      expect(bench.events.find((event) => event.type === 'fault')).toMatchObject({ code: 'ENDPOINT_TIMEOUT' })
    })

    it.each([
      ['7', '7'],
      ['0', '1'],
      ['99999999999999999999', '120'],
      ['Sat, 21 Nov 2026 12:00:30 GMT', '30'],
      ['soon', undefined],
      ['1e3', undefined],
    ])('hands on Retry-After %s as %s [IR-22]', async (sent, handedOn) => {
      await bench.guard()
      bench.as.behave(raw('', 503, { 'retry-after': sent }))
      const received = await bench.ask('tok')
      expectRefusal(received, 503, undefined)
      expect(received.header('retry-after')).toBe(handedOn)
    })

    it.each(rejections)('answers 500 without a challenge to %s', async (_situation, reply) => {
      await bench.guard()
      bench.as.behave(reply(bench))
      const received = await bench.ask('tok')
      expectRefusal(received, 500, undefined)
      expect(received.body).toBe('{}')
    })

    it('reads over an interim response [RV-16]', async () => {
      await bench.guard()
      bench.as.behave(
        bytes(
          'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{"active":true}',
        ),
      )
      expect((await bench.ask('tok')).status).toBe(200)
    })

    it('asks again once after a reset, and takes that answer [IR-21]', async () => {
      await bench.guard()
      bench.as.behave(reset, json(goodReply(bench)))
      expect((await bench.ask('tok')).status).toBe(200)
      expect(bench.as.calls).toHaveLength(2)
    })

    it('does not ask again once a byte of the reply has come', async () => {
      await bench.guard()
      bench.as.behave(
        bytes('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{', 'reset'),
        json(goodReply(bench)),
      )
      expectRefusal(await bench.ask('tok'), 503, undefined)
      expect(bench.as.calls).toHaveLength(1)
    })
  })

  describe('the question', () => {
    it('is a form by POST with the credentials of one method, and nothing of the request but the token [IR-01, IR-04, IR-08, IR-10, IR-25]', async () => {
      await bench.guard({ clientId: 'rs client', clientSecret: 'a:b+c/d&e%' })
      await bench.ask('tok+/=', {
        headers: [
          ['Cookie', 'sid=1'],
          ['X-Forwarded-For', '203.0.113.9'],
          ['Traceparent', '00-1-2-01'],
        ],
      })
      const [call] = bench.as.calls
      expect(call).toMatchObject({ method: 'POST', url: '/introspect' })
      expect(call?.headers['content-type']).toBe('application/x-www-form-urlencoded')
      expect(call?.headers.accept).toBe('application/json')
      expect(call?.headers.authorization).toBe(`Basic ${btoa('rs+client:a%3Ab%2Bc%2Fd%26e%25')}`)
      expect([...(call?.form ?? [])]).toEqual([
        ['token', 'tok+/='],
        ['token_type_hint', 'access_token'],
      ])
      expect(Object.keys(call?.headers ?? {}).sort()).toEqual([
        'accept',
        'authorization',
        'connection',
        'content-length',
        'content-type',
        'host',
      ])
    })
  })
}
