/**
 * Revocations that arrive through an adapter, over sockets, and what they end.
 *
 * @module
 */
import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createResourceServer, friendlyOAuth2, type ResourceServer, type RevocationMark } from '@oauth-introspect/core'
import { createDevServer } from '@oauth-introspect/dev-server'
import { byPath, findClosedPort, json } from '../authorization-server.ts'
import { makeSecurityEventToken } from '../catalogue/event-tokens.ts'
import { keySet } from '../catalogue/keys.ts'
import type { Received } from '../send.ts'
import { type AdapterUnderTest, type Bench, goodReply, type Link, setUpBench } from './bench.ts'

const issuer = 'https://as.example'
const audience = 'https://api.example'
const secret = 'a-secret-of-more-than-24-bytes'
const paths = { webhook: '/revoked' }

/** What arrives, and what does not. */
export function describeRevoking(adapter: AdapterUnderTest): void {
  const bench = setUpBench(adapter)
  const opened: { close(): Promise<void> }[] = []
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()))
  })

  /** Serves a guarded route behind a receiver of signals. */
  async function receive(revocation: object = {}, before: readonly Link[] = []): Promise<ResourceServer<unknown>> {
    bench.as.behave(byPath({ '/introspect': json(goodReply(bench, { iat: bench.seconds() - 60 })), '/jwks': json(keySet('')) }))
    const transmitters = [{ issuer, audience, jwksUri: `${bench.as.origin}/jwks` }]
    const server = createResourceServer(bench.options({ revocation: { transmitters, webhook: { secrets: [secret] }, ...revocation } }))
    opened.push(server)
    await bench.serve([{ path: '*', chain: [...before, { endpoint: 'securityEvents', of: [server, paths] }, { introspect: [server] }] }])
    return server
  }

  const push = (set: string, type = 'application/secevent+jwt'): Promise<Received> =>
    bench.send({ method: 'POST', path: '/events', headers: [['Content-Type', type]], body: set })
  const event = (more: object = {}): string => makeSecurityEventToken(more, bench.seconds())

  describe('revocation', () => {
    it('by a security event ends a token that is remembered, and that the server keeps active [RS-08] [RS-10] [RS-18] [RS-25]', async () => {
      await receive()
      expect((await bench.ask('tok')).status).toBe(200)
      const received = await push(event())
      expect({ status: received.status, body: received.body }).toEqual({ status: 202, body: '' })
      expect(received.header('cache-control')).toBe('no-store')
      expect((await bench.ask('tok')).status).toBe(401)
      expect((await bench.ask('another')).status).toBe(401)
    })

    it('by a forged event is refused, and changes nothing [RS-04] [RS-11]', async () => {
      await receive()
      const received = await push(event({ sign: 'attacker' }))
      expect({ status: received.status, json: received.json }).toEqual({
        status: 400,
        json: { err: 'invalid_key', description: 'no key of its issuer has made its signature' },
      })
      expect(['content-type', 'content-language', 'cache-control'].map((name) => received.lines(name))).toEqual([
        ['application/json'],
        ['en'],
        ['no-store'],
      ])
      expect((await bench.ask('tok')).status).toBe(200)
    })

    it('by a signed webhook ends a token', async () => {
      await receive()
      const body = JSON.stringify({ marks: [{ issuer, subject: 'user-1' }] })
      const signature = createHmac('sha256', secret).update(`m-1.${bench.seconds()}.${body}`).digest('base64')
      const signed: [string, string][] = [
        ['webhook-id', 'm-1'],
        ['webhook-timestamp', String(bench.seconds())],
      ]
      const send = (made: string): Promise<Received> =>
        bench.send({ method: 'POST', path: '/revoked', headers: [...signed, ['webhook-signature', `v1,${made}`]], body })
      expect((await send(signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')))).status).toBe(400)
      expect((await bench.ask('tok')).status).toBe(200)
      expect((await send(signature)).status).toBe(202)
      expect((await bench.ask('tok')).status).toBe(401)
    })

    it('is not acknowledged when it could not be handed on, and is in force here', async () => {
      const bus = {
        publish: (_mark: RevocationMark): Promise<void> => Promise.reject(new Error('CANARY')),
        subscribe: (): Promise<() => Promise<void>> => Promise.resolve(() => Promise.resolve()),
      }
      await receive({ bus })
      const received = await push(event())
      expect({ status: received.status, body: received.body, retryAfter: received.header('retry-after') }).toEqual({
        status: 503,
        body: '',
        retryAfter: '5',
      })
      expect((await bench.ask('tok')).status).toBe(401)
    })

    it('of more than 64 KiB is not read; the next is taken [RS-12]', async () => {
      await receive()
      expect((await push('x'.repeat(65_537))).status).toBe(413)
      expect((await push(event())).status).toBe(202)
    })

    it('comes to its own paths only, by POST; everything else goes on', async () => {
      await receive()
      const got = await bench.send({ path: '/events' })
      expect({ status: got.status, allow: got.header('allow') }).toEqual({ status: 405, allow: 'POST' })
      for (const path of ['/', '/event', '/events/1', '/Events']) expect((await bench.ask('tok', { path })).status).toBe(200)
      expect((await bench.send({ method: 'POST', path: '/events/1' })).status).toBe(401)
    })

    it('is not received for a resource server that was not told of any', () => {
      const server = createResourceServer(bench.options())
      opened.push(server)
      const serve = async (): Promise<unknown> => adapter.serve([{ path: '*', chain: [{ endpoint: 'securityEvents', of: [server] }] }])
      return expect(serve()).rejects.toThrow('with the option "revocation"')
    })
  })

  describe('back-channel logout', () => {
    it.each<[string, readonly Link[]]>([
      ['read by nobody before', []],
      ['parsed by the application', [{ parses: 'form' }]],
    ])('of Friendly OAuth2 Server ends a token that its introspection still calls active; %s [RS-21] [RS-23]', async (_name, before) => {
      const port = await findClosedPort()
      const baseUrl = `http://127.0.0.1:${port}`
      const transmitters = [{ issuer: baseUrl, audience, jwksUri: `${baseUrl}/oauth2/jwks.json` }]
      const preset = friendlyOAuth2({ baseUrl, clientId: 'app', clientSecret: 'app-secret' })
      const revocation = { transmitters, maxTokenLifetimeSeconds: 3600 }
      const server = createResourceServer({ ...preset, audience: null, now: () => bench.clock, revocation })
      opened.push(server)
      const application = await bench.serve([
        { path: '*', chain: [...before, { endpoint: 'securityEvents', of: [server] }, { introspect: [server] }] },
      ])
      const friendly = await startFriendly(bench, port, `${application.origin}/backchannel-logout`)
      opened.push(friendly)
      const [token, other] = [await friendly.signIn(), await friendly.signIn()]
      expect((await bench.ask(token)).status).toBe(200)

      bench.clock += 500
      expect(await friendly.logOut()).toEqual({ tokensRevoked: 0, clientsTold: 1 })
      expect(await friendly.introspect(token)).toMatchObject({ active: true })
      // Remembered or never seen before, now and as long as it lives.
      expect([(await bench.ask(token)).status, (await bench.ask(other)).status]).toEqual([401, 401])
      bench.clock += 3_590_000
      expect([(await bench.ask(token)).status, (await bench.ask(other)).status]).toEqual([401, 401])
      // The user may come back.
      expect((await bench.ask(await friendly.signIn())).status).toBe(200)
    })
  })
}

interface Friendly {
  signIn(): Promise<string>
  logOut(): Promise<unknown>
  introspect(token: string): Promise<unknown>
  close(): Promise<void>
}

const user = { username: 'admin@example.com', password: 'admin' }

/** A server that tells of logouts, and leaves it at that. */
async function startFriendly(bench: Bench, port: number, uri: string): Promise<Friendly> {
  const friendly = { port, logoutEndsTokens: false, backchannelLogoutUris: { app: uri } }
  const server = await createDevServer({ dialects: { friendly }, now: () => bench.clock })
  const { tokenEndpoint, introspectionEndpoint, logOut } = server.dialect('friendly')
  const ask = async (url: string, parameters: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>> => {
    const headers = { authorization: `Basic ${Buffer.from('app:app-secret').toString('base64')}` }
    const response = await fetch(`${url}?${new URLSearchParams(parameters).toString()}`, { method: 'POST', headers })
    return (await response.json()) as Readonly<Record<string, unknown>>
  }
  return {
    signIn: async () => String((await ask(tokenEndpoint, { grant_type: 'password', ...user }))['access_token']),
    logOut: () => logOut(user.username),
    introspect: (token) => ask(introspectionEndpoint, { token }),
    close: () => server.close(),
  }
}
