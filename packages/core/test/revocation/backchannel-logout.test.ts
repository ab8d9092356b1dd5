import { describe, expect, it } from '@jest/globals'
import { silence } from '@oauth-introspect/testkit'
import { keys, sign } from '../signed-bench.ts'
import { caep, logoutEvent, outcomeOf, sender, setUpSignals } from './signal-bench.ts'

const bench = setUpSignals()
const done = { status: 200, headers: [['Cache-Control', 'no-store']], content: '' }
const refused = (description: string): object => ({
  status: 400,
  headers: [
    ['Cache-Control', 'no-store'],
    ['Content-Type', 'application/json'],
  ],
  content: JSON.stringify({ error: 'invalid_request', error_description: description }),
})

describe('a logout token', () => {
  it('is answered with 200, and ends the tokens of the user that are not newer [RS-21] [RS-23]', async () => {
    const server = bench.makeSignalled()
    const { logout } = sender(server)
    expect(await outcomeOf(server)).toBe('granted')
    expect(await logout(bench.logoutToken())).toEqual(done)
    expect(await outcomeOf(server)).toBe('401 token_inactive')
    bench.says({ iat: bench.seconds + 1 })
    bench.clock += 5000
    expect(await outcomeOf(server, 'a-token-of-the-next-session')).toBe('granted')
  })

  it.each([
    [{ sid: undefined }, {}, '401 token_inactive'],
    [{ sid: undefined }, { sid: 's-2' }, '401 token_inactive'],
    [{ sub: undefined }, { sid: 's-1' }, '401 token_inactive'],
    [{ sub: undefined }, { sid: 's-2' }, 'granted'],
    [{}, { sid: 's-2' }, 'granted'],
    [{}, { sid: 's-1', sub: 'user-2' }, 'granted'],
    [{}, { iss: 'https://other.example' }, 'granted'],
  ])('with %j is about a token with %j: %s [RS-16]', async (claims, members, outcome) => {
    const server = bench.makeSignalled()
    bench.says(members)
    expect(await sender(server).logout(bench.logoutToken(claims))).toEqual(done)
    expect(await outcomeOf(server)).toBe(outcome)
  })

  it.each<[string, () => string]>([
    ['by the audience that security events have', () => bench.logoutToken({ aud: 'https://api.example' })],
    ['to several', () => bench.logoutToken({ aud: ['other-client', 'rs-client'] })],
    ['without a type', () => bench.logoutToken({}, { header: { typ: undefined } })],
    ['of the type JWT', () => bench.logoutToken({}, { header: { typ: 'JWT' } })],
    ['with its type in full', () => bench.logoutToken({}, { header: { typ: 'application/logout+jwt' } })],
    ['with more events than that', () => bench.logoutToken({ events: { [logoutEvent]: {}, 'https://example.com/other': {} } })],
  ])('may come %s [RS-24]', async (_name, make) => {
    expect(await sender(bench.makeSignalled()).logout(make())).toEqual(done)
  })

  it.each<[string, () => string, string]>([
    ['no JWT', () => 'nonsense', 'it is not a signed JWT'],
    ['no signature', () => bench.logoutToken({}, { header: { alg: 'none' } }), 'its signature algorithm is not accepted'],
    ['a shared secret', () => bench.logoutToken({}, { header: { alg: 'HS256' } }), 'its signature algorithm is not accepted'],
    ['the key of somebody else', () => bench.logoutToken({}, { key: keys.attacker }), 'no key of its issuer has made its signature'],
    ['the type of a security event', () => bench.logoutToken({}, { header: { typ: 'secevent+jwt' } }), 'its type is another'],
    ['the type of an access token', () => bench.logoutToken({}, { header: { typ: 'at+jwt' } }), 'its type is another'],
    ['a type that is no text', () => bench.logoutToken({}, { header: { typ: 7 } }), 'its type is another'],
    ['another issuer', () => bench.logoutToken({ iss: 'https://evil.example' }), 'its "iss" is no transmitter of ours'],
    ['another audience', () => bench.logoutToken({ aud: 'other-client' }), 'its "aud" does not name us'],
    ['no audience', () => bench.logoutToken({ aud: undefined }), 'its "aud" does not name us'],
    ['no iat', () => bench.logoutToken({ iat: undefined }), 'its "iat" is missing, no number, or lies ahead'],
    ['an iat ahead', () => bench.logoutToken({ iat: bench.seconds + 11 }), 'its "iat" is missing, no number, or lies ahead'],
    ['no exp', () => bench.logoutToken({ exp: undefined }), 'its "exp" is missing, no number, or has passed'],
    ['a past exp', () => bench.logoutToken({ exp: bench.seconds }), 'its "exp" is missing, no number, or has passed'],
    ['an exp in text', () => bench.logoutToken({ exp: '9999999999' }), 'its "exp" is missing, no number, or has passed'],
    ['no jti', () => bench.logoutToken({ jti: undefined }), 'its "jti" is missing, or no text'],
    ['neither sub nor sid', () => bench.logoutToken({ sub: undefined, sid: undefined }), 'it has neither "sub" nor "sid"'],
    ['a sub that is no text', () => bench.logoutToken({ sub: 7 }), 'its "sub" or "sid" is no text'],
    ['an empty sid', () => bench.logoutToken({ sid: '' }), 'its "sub" or "sid" is no text'],
    [
      'a sub of more than 1024 characters',
      () => bench.logoutToken({ sub: 'x'.repeat(1025) }),
      'an identifier in it is too long, or a time is negative',
    ],
    ['no events', () => bench.logoutToken({ events: undefined }), 'its "events" do not say that it is a logout'],
    [
      'an event that is no object',
      () => bench.logoutToken({ events: { [logoutEvent]: 'x' } }),
      'its "events" do not say that it is a logout',
    ],
    ['an event in a list', () => bench.logoutToken({ events: { [logoutEvent]: [] } }), 'its "events" do not say that it is a logout'],
    [
      'another event',
      () => bench.logoutToken({ events: { [`${caep}session-revoked`]: {} } }),
      'its "events" do not say that it is a logout',
    ],
    ['a nonce, as an ID token has', () => bench.logoutToken({ nonce: 'n' }), 'it has a "nonce"'],
    ['a nonce that is null', () => bench.logoutToken({ nonce: null }), 'it has a "nonce"'],
    ['a payload that is no object', () => sign({}, { header: { typ: 'logout+jwt' }, payload: '[]' }), 'it is not a signed JWT'],
    [
      'bytes that are not UTF-8',
      () => sign({}, { header: { typ: 'logout+jwt' }, payload: new Uint8Array([0xff, 0xfe]) }),
      'it is not a signed JWT',
    ],
  ])('with %s is refused, and changes nothing [RS-22] [RS-23]', async (_name, make, description) => {
    const server = bench.makeSignalled()
    expect(await sender(server).logout(make())).toEqual(refused(description))
    expect(server.stats().marks).toBe(0)
    expect(await outcomeOf(server)).toBe('granted')
  })

  it('is used once [RS-22]', async () => {
    const server = bench.makeSignalled()
    const { logout } = sender(server)
    const token = bench.logoutToken()
    expect(await logout(token)).toEqual(done)
    expect(await logout(token)).toEqual(refused('its "jti" has been used'))
    expect(bench.events.filter(({ type }) => type === 'revoked')).toHaveLength(1)
  })

  it('comes by POST, as the one parameter of its name in a form [RS-21]', async () => {
    const server = bench.makeSignalled()
    const { send, receive } = sender(server)
    const token = bench.logoutToken()
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const one = refused('there must be one "logout_token"')
    expect(await send('/backchannel-logout', `logout_token=${token}&logout_token=${token}`, { headers: form })).toEqual(one)
    expect(await send('/backchannel-logout', `token=${token}`, { headers: form })).toEqual(one)
    expect(await send('/backchannel-logout', '', { headers: form })).toEqual(one)
    expect(await send(`/backchannel-logout?logout_token=${token}`, '', { headers: form })).toEqual(one)
    const type = refused('its media type is not application/x-www-form-urlencoded')
    expect(
      await send('/backchannel-logout', JSON.stringify({ logout_token: token }), { headers: { 'content-type': 'application/json' } }),
    ).toEqual(type)
    expect(await send('/backchannel-logout', `x=${'x'.repeat(65_536)}`, { headers: form })).toMatchObject({ status: 413 })
    const request = { method: 'GET', url: `/backchannel-logout?logout_token=${token}`, header: () => [], native: undefined }
    expect(await receive(request)).toMatchObject({ status: 405 })
    expect(server.stats().marks).toBe(0)
    expect(await send('/backchannel-logout', `state=1&logout_token=${token}`, { headers: form })).toEqual(done)
  })

  it('is read where the application has parsed the form', async () => {
    const { receive } = sender(bench.makeSignalled())
    const header = (name: string): readonly string[] => (name === 'content-type' ? ['application/x-www-form-urlencoded'] : [])
    const of = (body: unknown) => receive({ method: 'POST', url: '/backchannel-logout', header, body, native: undefined })
    expect(await of({ logout_token: bench.logoutToken() })).toEqual(done)
    expect(await of(new URLSearchParams({ logout_token: bench.logoutToken() }))).toEqual(done)
    expect(await of(`logout_token=${bench.logoutToken()}`)).toEqual(done)
    expect(await of(Buffer.from(`logout_token=${bench.logoutToken()}`))).toEqual(done)
    expect(await of({ logout_token: [bench.logoutToken(), 'x'] })).toEqual(refused('there must be one "logout_token"'))
  })

  it('is not acknowledged while the keys of its issuer cannot be had', async () => {
    const { logout } = sender(bench.makeSignalled({}, { timeoutMs: 100 }))
    bench.as.behave(silence)
    expect(await logout(bench.logoutToken())).toMatchObject({ status: 503 })
  })

  it('passes for no security event, nor one of these for it', async () => {
    const server = bench.makeSignalled()
    const { push, logout } = sender(server)
    expect(await push(bench.logoutToken({ aud: 'https://api.example' }))).toMatchObject({ status: 400 })
    expect(await logout(bench.set({ aud: 'rs-client' }))).toMatchObject({ status: 400 })
    expect(server.stats().marks).toBe(0)
  })
})
