import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { silence } from '@oauth-introspect/testkit'
import { as1, encode, issuer, jwk, keySet, keys, sign, signature } from '../signed-bench.ts'
import { accepted, audience, caep, eventRefusal, outcomeOf, sender, setUpSignals } from './signal-bench.ts'

const bench = setUpSignals()
const noStore = ['Cache-Control', 'no-store']
const user = { format: 'iss_sub', iss: issuer, sub: 'user-1' }

/** Events of one kind, with what CAEP has it say besides. */
const event = (name: string, more: object = {}): object => ({ events: { [caep + name]: { event_timestamp: bench.seconds, ...more } } })

describe('a security event that is pushed', () => {
  it('is answered with nothing but 202, and ends tokens that the server keeps active [RS-09] [RS-10] [RS-18]', async () => {
    const server = bench.makeSignalled()
    const { push } = sender(server)
    expect(await outcomeOf(server)).toBe('granted')
    expect(await push(bench.set())).toEqual(accepted)
    expect(await outcomeOf(server)).toBe('401 token_inactive')
    expect(await outcomeOf(server, 'another-token-of-the-user')).toBe('401 token_inactive')
    expect(server.stats()).toMatchObject({ marks: 1 })
    expect(bench.events.filter(({ type }) => type === 'revoked')).toEqual([
      { type: 'revoked', names: ['issuer', 'subject'], at: bench.clock },
    ])
  })

  it('is answered as if it were new when it comes again, and changes nothing [RS-07]', async () => {
    const server = bench.makeSignalled()
    const { push } = sender(server)
    const set = bench.set()
    expect([await push(set), await push(set), await push(set)]).toEqual([accepted, accepted, accepted])
    expect(bench.events.filter(({ type }) => type === 'revoked')).toHaveLength(1)
  })

  it('does not lock out whoever has signed in since [RS-05]', async () => {
    const server = bench.makeSignalled()
    bench.says({ iat: bench.seconds - 10 })
    const { push } = sender(server)
    expect(await push(bench.set({ ...event('session-revoked', { event_timestamp: bench.seconds - 3600 }) }))).toEqual(accepted)
    bench.clock += 1000
    expect(await outcomeOf(server)).toBe('granted')
    expect(await push(bench.set({ toe: bench.seconds - 3600, events: { [`${caep}session-revoked`]: {} } }))).toEqual(accepted)
    expect(await outcomeOf(server, 'another')).toBe('granted')
    expect(await push(bench.set({ events: { [`${caep}session-revoked`]: {} } }))).toEqual(accepted)
    expect(await outcomeOf(server)).toBe('401 token_inactive')
  })

  it.each<[string, object, string]>([
    ['credential-change', { credential_type: 'password', change_type: 'update' }, 'RS-19'],
    ['credential-change', {}, 'RS-19'],
    ['token-claims-change', { claims: { role: 'none' } }, 'RS-20'],
    ['assurance-level-change', { namespace: 'NIST-AAL', current_level: 'nist-aal1', change_direction: 'decrease' }, 'RS-20'],
  ])('%s with %j makes us ask again [%s]', async (name, more, _rule) => {
    const server = bench.makeSignalled()
    const { push } = sender(server)
    await outcomeOf(server)
    bench.clock += 1000
    expect(await push(bench.set(event(name, more)))).toEqual(accepted)
    bench.clock += 1000
    const calls = server.stats().calls
    expect([await outcomeOf(server), await outcomeOf(server)]).toEqual(['granted', 'granted'])
    expect(server.stats().calls).toBe(calls + 1)
  })

  it.each([
    { format: 'complex', device: { format: 'opaque', id: 'd-1' } },
    { format: 'complex', application: { format: 'opaque', id: 'client-1' } },
    { format: 'later', id: 'x' },
    { format: 'email', email: 'user@example.com' },
  ])('about %j ends nothing by itself: the server is asked what has ended [RS-15]', async (subject) => {
    const server = bench.makeSignalled()
    await outcomeOf(server)
    bench.clock += 1000
    expect(await sender(server).push(bench.set({ sub_id: subject }))).toEqual(accepted)
    bench.clock += 1000
    expect([await outcomeOf(server), await outcomeOf(server)]).toEqual(['granted', 'granted'])
    expect(server.stats().calls).toBe(2)
  })

  it('is passed over where a member cannot be understood that must be [RS-15]', async () => {
    const transmitter = { issuer, audience, jwksUri: `${bench.as.origin}/jwks`, criticalSubjectMembers: ['device'] }
    const server = bench.makeSignalled({ transmitters: [transmitter] })
    const { push } = sender(server)
    const device = { format: 'opaque', id: 'd-1' }
    expect(await push(bench.set({ sub_id: { format: 'complex', user, device } }))).toEqual(accepted)
    expect(server.stats().marks).toBe(0)
    expect(await push(bench.set({ sub_id: { format: 'complex', user, tenant: device } }))).toEqual(accepted)
    expect(await outcomeOf(server)).toBe('401 token_inactive')
  })

  it.each([
    ['an event that nobody knows', { events: { 'https://example.com/event': {} } }],
    ['an account that was purged', { events: { 'https://schemas.openid.net/secevent/risc/event-type/account-purged': {} } }],
    [
      'the verification of a stream',
      {
        events: { 'https://schemas.openid.net/secevent/ssf/event-type/verification': { state: 'x' } },
        sub_id: { format: 'opaque', id: 'stream' },
      },
    ],
    ['a name that every object has', { events: { toString: {}, __proto__: {}, constructor: {} } }],
  ])('that is %s is taken, and changes nothing [RS-17]', async (_name, claims) => {
    const server = bench.makeSignalled()
    expect(await sender(server).push(bench.set(claims))).toEqual(accepted)
    expect(server.stats().marks).toBe(0)
  })

  it.each<[string, () => string, string, string]>([
    ['no JWT', () => 'nonsense', 'invalid_request', 'it is not a signed JWT'],
    ['nothing', () => '', 'invalid_request', 'it is not a signed JWT'],
    ['two parts', () => 'e30.e30', 'invalid_request', 'it is not a signed JWT'],
    ['an encrypted JWT', () => 'e30.e30.e30.e30.e30', 'invalid_request', 'it is not a signed JWT'],
    [
      'a member that stands there twice',
      () => sign({}, { header: { typ: 'secevent+jwt' }, payload: `{"iss":"${issuer}","iss":"x"}` }),
      'invalid_request',
      'it is not a signed JWT',
    ],
    ['a critical extension', () => bench.set({}, { header: { crit: ['b64'], b64: true } }), 'invalid_request', 'it is not a signed JWT'],
    ['another type', () => bench.set({}, { header: { typ: 'JWT' } }), 'invalid_request', 'its type is another'],
    ['the type of an access token', () => bench.set({}, { header: { typ: 'at+jwt' } }), 'invalid_request', 'its type is another'],
    ['no type', () => bench.set({}, { header: { typ: undefined } }), 'invalid_request', 'its type is another'],
    [
      'no signature',
      () =>
        `${bench
          .set({}, { header: { alg: 'none' } })
          .split('.')
          .slice(0, 2)
          .join('.')}.`,
      'invalid_key',
      'its signature algorithm is not accepted',
    ],
    ['a shared secret', () => bench.set({}, { header: { alg: 'HS256' } }), 'invalid_key', 'its signature algorithm is not accepted'],
    ['a key identifier that is no text', () => bench.set({}, { header: { kid: 7 } }), 'invalid_request', 'its key identifier is no text'],
    ['the key of somebody else', () => bench.set({}, { key: keys.attacker }), 'invalid_key', 'no key of its issuer has made its signature'],
    [
      'another payload than was signed',
      () => {
        const [header = '', , signed = ''] = bench.set().split('.')
        return [header, bench.set().split('.')[1], signed].join('.')
      },
      'invalid_key',
      'no key of its issuer has made its signature',
    ],
    [
      'an issuer that nobody has allowed',
      () => bench.set({ iss: 'https://evil.example' }),
      'invalid_issuer',
      'its "iss" is no transmitter of ours',
    ],
    ['no issuer', () => bench.set({ iss: undefined }), 'invalid_issuer', 'its "iss" is no transmitter of ours'],
    ['an issuer in a list', () => bench.set({ iss: [issuer] }), 'invalid_issuer', 'its "iss" is no transmitter of ours'],
    ['another audience', () => bench.set({ aud: 'https://other.example' }), 'invalid_audience', 'its "aud" does not name us'],
    ['our client id for an audience', () => bench.set({ aud: 'rs-client' }), 'invalid_audience', 'its "aud" does not name us'],
    ['no audience', () => bench.set({ aud: undefined }), 'invalid_audience', 'its "aud" does not name us'],
    ['an audience that is no text beside ours', () => bench.set({ aud: [audience, 7] }), 'invalid_audience', 'its "aud" does not name us'],
    ['no time', () => bench.set({ iat: undefined }), 'invalid_request', 'its "iat" is missing, no number, or lies ahead'],
    ['a time ahead', () => bench.set({ iat: bench.seconds + 11 }), 'invalid_request', 'its "iat" is missing, no number, or lies ahead'],
    ['a time in text', () => bench.set({ iat: '1' }), 'invalid_request', 'its "iat" is missing, no number, or lies ahead'],
    ['no identifier', () => bench.set({ jti: undefined }), 'invalid_request', 'its "jti" is missing, or no text'],
    ['an empty identifier', () => bench.set({ jti: '' }), 'invalid_request', 'its "jti" is missing, or no text'],
    ['an exp', () => bench.set({ exp: bench.seconds + 60 }), 'invalid_request', 'it has an "exp"'],
    ['a sub', () => bench.set({ sub: 'user-1' }), 'invalid_request', 'it has a "sub"'],
    ['a toe in text', () => bench.set({ toe: 'now' }), 'invalid_request', 'its "toe" is no number'],
    ['no events', () => bench.set({ events: undefined }), 'invalid_request', 'its "events" is missing, empty, or no object'],
    ['an empty set of events', () => bench.set({ events: {} }), 'invalid_request', 'its "events" is missing, empty, or no object'],
    ['events in a list', () => bench.set({ events: [] }), 'invalid_request', 'its "events" is missing, empty, or no object'],
    [
      'an event that is no object',
      () => bench.set({ events: { [`${caep}session-revoked`]: true } }),
      'invalid_request',
      'an event in it is no object',
    ],
    [
      'a time of the event in text',
      () => bench.set(event('session-revoked', { event_timestamp: '1' })),
      'invalid_request',
      'its "event_timestamp" is no number',
    ],
    [
      'a time of the event before all times',
      () => bench.set(event('session-revoked', { event_timestamp: -1 })),
      'invalid_request',
      'an identifier in it is too long, or a time is negative',
    ],
    ['no subject', () => bench.set({ sub_id: undefined }), 'invalid_request', 'its "sub_id" is missing, or no subject identifier'],
    [
      'a subject without a format',
      () => bench.set({ sub_id: { iss: issuer, sub: 'user-1' } }),
      'invalid_request',
      'its "sub_id" is missing, or no subject identifier',
    ],
    [
      'a subject of more than 1024 characters',
      () => bench.set({ sub_id: { ...user, sub: 'x'.repeat(1025) } }),
      'invalid_request',
      'an identifier in it is too long, or a time is negative',
    ],
  ])(
    'with %s is refused, in words that say what is wrong, and changes nothing [RS-03] [RS-04] [RS-06] [RS-11] [RS-14]',
    async (_name, make, err, description) => {
      const server = bench.makeSignalled()
      const { push } = sender(server)
      expect(await outcomeOf(server)).toBe('granted')
      expect(await push(make())).toEqual(eventRefusal(err, description))
      expect(server.stats()).toMatchObject({ marks: 0 })
      expect(await outcomeOf(server)).toBe('granted')
      expect(server.stats().calls).toBe(1)
    },
  )

  it.each([
    ['in a list of audiences', () => bench.set({ aud: ['https://other.example', audience] })],
    ['with a type in full', () => bench.set({}, { header: { typ: 'application/SecEvent+JWT' } })],
    ['without a key identifier', () => bench.set({}, { header: { kid: undefined } })],
    ['a moment ahead of our clock', () => bench.set({ iat: bench.seconds + 10 })],
  ])('may come %s', async (_name, make) => {
    bench.says()
    expect(await sender(bench.makeSignalled()).push(make())).toEqual(accepted)
  })

  it('may be signed with a key that is given, by any asymmetric algorithm', async () => {
    const server = bench.makeSignalled({
      transmitters: [{ issuer, audience: [audience, 'urn:us'], keys: [jwk(keys.rsa), jwk(keys.ed25519)] }],
    })
    const { push } = sender(server)
    for (const [alg, key] of [
      ['RS256', keys.rsa],
      ['PS512', keys.rsa],
      ['EdDSA', keys.ed25519],
    ] as const) {
      expect(await push(bench.set({ aud: 'urn:us' }, { header: { alg, kid: undefined }, key }))).toEqual(accepted)
    }
    expect(bench.as.calls).toEqual([])
  })

  it('is believed of no other transmitter than the one whose key has signed it [RS-04]', async () => {
    const other = 'https://other.example'
    const server = bench.makeSignalled({
      transmitters: [
        { issuer, audience, keys: [jwk(keys.as1)] },
        { issuer: other, audience, keys: [jwk(keys.as2)] },
      ],
    })
    const { push } = sender(server)
    const refused = eventRefusal('invalid_key', 'no key of its issuer has made its signature')
    expect(await push(bench.set({ iss: other }, { header: { kid: undefined } }))).toEqual(refused)
    expect(await push(bench.set({ iss: other }, { header: { kid: undefined }, key: keys.as2 }))).toEqual(accepted)
  })

  it('needs what its transmitter shows in Authorization, before it is read [RS-12]', async () => {
    const transmitter = { issuer, audience, jwksUri: `${bench.as.origin}/jwks`, authorization: 'Bearer CANARY-push-secret' }
    const server = bench.makeSignalled({ transmitters: [transmitter] })
    const { push } = sender(server)
    const refused = eventRefusal('authentication_failed', 'the transmitter has not authenticated')
    for (const authorization of [
      undefined,
      '',
      'Bearer',
      'Bearer CANARY-push-secre',
      'Bearer CANARY-push-secret!',
      'bearer CANARY-push-secret',
      'Bearer CANARY-push-secret, Bearer CANARY-push-secret',
    ]) {
      expect(await push('whatever', authorization === undefined ? {} : { authorization })).toEqual(refused)
    }
    const { receive } = sender(server)
    const header = (name: string): readonly string[] => (name === 'authorization' ? ['Bearer CANARY-push-secret', 'Bearer other'] : [])
    expect(await receive({ method: 'POST', url: '/events', header, body: bench.set(), native: undefined })).toEqual(refused)
    expect(bench.as.calls).toEqual([])
    expect(await push(bench.set(), { authorization: 'Bearer CANARY-push-secret' })).toEqual(accepted)
    expect(inspect([server, bench.events], { depth: 9 }) + JSON.stringify([server, bench.events])).not.toContain('CANARY')
  })

  it('of one transmitter is not taken with the Authorization of another', async () => {
    const server = bench.makeSignalled({
      transmitters: [
        { issuer, audience, keys: [jwk(keys.as1)], authorization: 'one' },
        { issuer: 'https://other.example', audience, keys: [jwk(keys.as2)] },
      ],
    })
    const refused = eventRefusal('authentication_failed', 'its transmitter has not authenticated')
    const set = bench.set({}, { header: { kid: undefined } })
    expect(await sender(server).push(set)).toEqual(refused)
    expect(await sender(server).push(set, { authorization: 'one' })).toEqual(accepted)
  })

  it.each([
    [{ 'content-type': 'application/json' }],
    [{ 'content-type': 'application/jwt' }],
    [{ 'content-type': 'application/secevent+jwt, application/secevent+jwt' }],
    [{ 'content-type': '' }],
  ])('needs its media type, not %j [RS-09]', async (headers) => {
    const refused = eventRefusal('invalid_request', 'its media type is not application/secevent+jwt')
    expect(await sender(bench.makeSignalled()).push(bench.set(), headers)).toEqual(refused)
  })

  it('may have parameters behind its media type', async () => {
    bench.says()
    expect(await sender(bench.makeSignalled()).push(bench.set(), { 'content-type': 'Application/SecEvent+JWT; charset=utf-8' })).toEqual(
      accepted,
    )
  })

  it.each(['GET', 'PUT', 'DELETE'])('does not come by %s', async (method) => {
    const { receive } = sender(bench.makeSignalled())
    const request = { method, url: '/events?x=1', header: () => [], native: undefined }
    expect(await receive(request)).toEqual({ status: 405, headers: [noStore, ['Allow', 'POST']], content: '' })
  })

  it('of more than 64 KiB is not read, nor verified [RS-12]', async () => {
    const server = bench.makeSignalled()
    const { push, send } = sender(server)
    const tooLarge = { status: 413, headers: [noStore], content: '' }
    const set = bench.set({ padding: 'x'.repeat(65_536) })
    expect(await push(set)).toEqual(tooLarge)
    expect(await push(set, { 'content-length': '65537' })).toEqual(tooLarge)
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(10_000)) })
    const init = { body: endless, duplex: 'half', headers: { 'content-type': 'application/secevent+jwt' } } as RequestInit
    expect(await send('/events', undefined, init)).toEqual(tooLarge)
    expect(bench.as.calls).toEqual([])
  })

  it('is not acknowledged while the keys cannot be had, and is when it comes again', async () => {
    const server = bench.makeSignalled({}, { timeoutMs: 100 })
    const { push } = sender(server)
    const set = bench.set()
    bench.as.behave(silence)
    expect(await push(set)).toEqual({ status: 503, headers: [noStore, ['Retry-After', '5']], content: '' })
    expect(bench.events).toMatchObject([{ type: 'warning' }, { type: 'warning' }, { type: 'fault', code: 'ENDPOINT_TIMEOUT' }].slice(-1))
    bench.clock += 30_000
    bench.says()
    expect(await push(set)).toEqual(accepted)
    expect(server.stats().marks).toBe(1)
  })

  it('asks for keys once for a flood of tokens by keys that nobody knows, and none of them changes anything [RS-12]', async () => {
    const server = bench.makeSignalled()
    const { push } = sender(server)
    await push(bench.set())
    bench.as.forgetCalls()
    const flood = await Promise.all(
      Array.from({ length: 200 }, (_, at) => push(bench.set({}, { key: keys.attacker, header: { kid: `k-${at}` } }))),
    )
    expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([400, 503]))
    expect(bench.as.calls.map(({ url }) => url)).toEqual(['/jwks'])
    expect(server.stats().marks).toBe(1)
    expect(await push(bench.set({}, { key: keys.as1 }))).toEqual(accepted)
  })

  it('is known by the keys that its transmitter has taken into use since', async () => {
    const server = bench.makeSignalled()
    const { push } = sender(server)
    bench.as.behave(as1)
    expect(await push(bench.set())).toEqual(accepted)
    bench.as.behave(keySet(jwk(keys.as2, { kid: 'as-2' })))
    expect(await push(bench.set({}, { key: keys.as2, header: { kid: 'as-2' } }))).toEqual(accepted)
  })

  it('is read where the application has parsed it before', async () => {
    const server = bench.makeSignalled()
    bench.says()
    const { receive } = sender(server)
    const header = (name: string): readonly string[] => (name === 'content-type' ? ['application/secevent+jwt'] : [])
    const of = (body: unknown) => receive({ method: 'POST', url: '/events', header, body, native: undefined })
    expect(await of(bench.set())).toEqual(accepted)
    expect(await of(Buffer.from(bench.set()))).toEqual(accepted)
    expect(await of('x'.repeat(65_537))).toMatchObject({ status: 413 })
    expect(await of({ parsed: 'by others' })).toMatchObject({ status: 413 })
    const told = (name: string): readonly string[] => (name === 'content-length' ? ['100'] : header(name))
    expect(await receive({ method: 'POST', url: '/events', header: told, body: { parsed: 'by others' }, native: undefined })).toEqual(
      eventRefusal('invalid_request', 'its content cannot be read: it is incomplete, or others have read it'),
    )
  })
})

describe('the receiver of signals', () => {
  it('looks at its own paths only', () => {
    const { receive } = sender(bench.makeSignalled({ webhook: { secrets: ['a-secret-of-more-than-24-bytes'] } }))
    const look = (url: string): unknown => receive({ method: 'POST', url, header: () => [], native: undefined })
    for (const url of [
      '/',
      '/event',
      '/events/',
      '/events/x',
      '/api/events',
      '/Events',
      '/webhook',
      '//events',
      'http://api.example/events',
    ])
      expect(look(url)).toBeUndefined()
    for (const url of ['/events', '/events?a=b', '/backchannel-logout']) expect(look(url)).toBeInstanceOf(Promise)
  })

  it('answers where it is told to', () => {
    const { receive } = sender(bench.makeSignalled({ webhook: { secrets: ['a-secret-of-more-than-24-bytes'] } }), {
      events: '/ssf',
      webhook: '/hook',
    })
    const look = (url: string): boolean => receive({ method: 'POST', url, header: () => [], native: undefined }) !== undefined
    expect(['/ssf', '/events', '/backchannel-logout', '/hook'].map(look)).toEqual([true, false, true, true])
  })

  it.each<[string, () => unknown, string]>([
    [
      'a resource server without the option',
      () => sender(bench.make()),
      'securityEvents() takes a resource server that was made by createResourceServer() with the option "revocation"',
    ],
    [
      'something else',
      () => sender({} as never),
      'securityEvents() takes a resource server that was made by createResourceServer() with the option "revocation"',
    ],
    [
      'nothing to receive',
      () => sender(bench.make({ revocation: {} })),
      'securityEvents(): nothing can be received: "revocation.transmitters", or a path for "webhook", is needed',
    ],
    [
      'paths without anybody to send there',
      () => sender(bench.make({ revocation: {} }), { events: '/e', logout: '/l', webhook: '/w' }),
      'securityEvents(): "events" needs "revocation.transmitters"; "logout" needs "revocation.transmitters"; "webhook" needs "revocation.webhook"',
    ],
    [
      'no paths',
      () => sender(bench.makeSignalled(), { events: 'events', logout: '/x?y' }),
      'securityEvents(): "events" must be a path that begins with "/", got a string; "logout" must be a path that begins with "/", got a string',
    ],
    [
      'one path for two',
      () => sender(bench.makeSignalled(), { events: '/same', logout: '/same' }),
      'securityEvents(): "logout" must be a path of its own',
    ],
    [
      'a misspelt name',
      () => sender(bench.makeSignalled(), { event: '/e' } as never),
      'securityEvents(): unknown option "event": did you mean "events"?',
    ],
    [
      'a missing variable',
      () => sender(bench.makeSignalled(), { events: undefined } as never),
      'securityEvents(): "events" is undefined: is an environment variable missing?',
    ],
  ])('is not made of %s', (_name, make, message) => {
    expect(make).toThrow(new TypeError(message))
  })
})

it('signs in these tests as the standard has it', () => {
  const [header = '', payload = '', signed = ''] = bench.set().split('.')
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'ES256', typ: 'secevent+jwt', kid: 'as-1' })
  expect(signed).toHaveLength(signature('ES256', `${header}.${payload}`, keys.as1).length)
  expect(encode(Buffer.from(payload, 'base64url'))).toBe(payload)
})
