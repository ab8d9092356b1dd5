/** A resource server that hears of revocations, and those who tell it. */
import { randomUUID } from 'node:crypto'
import { beforeEach } from '@jest/globals'
import { json } from '@oauth-introspect/testkit'
import { type ResourceServer, webRequest } from '../../src/index.ts'
import { createSignalReceiver, type SecurityEventPaths, type SignalAnswer } from '../../src/revocation/security-events.ts'
import { bearer, type ServerBench, setUpServer } from '../server-bench.ts'
import { as1, issuer, sign } from '../signed-bench.ts'

export const audience = 'https://api.example'
export const caep = 'https://schemas.openid.net/secevent/caep/event-type/'
export const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'
export const webhookSecret = 'a-secret-of-more-than-24-bytes'

type Signing = NonNullable<Parameters<typeof sign>[1]>

export interface SignalBench extends ServerBench {
  /** What the introspection endpoint says of any token. */
  says(more?: object): void
  readonly seconds: number
  makeSignalled(revocation?: object, more?: object): ResourceServer<unknown>
  /** A session-revoked event about user-1. */
  set(claims?: object, signing?: Signing): string
  logoutToken(claims?: object, signing?: Signing): string
}

export function setUpSignals(): SignalBench {
  const bench = setUpServer() as SignalBench
  Object.defineProperty(bench, 'seconds', { get: () => bench.clock / 1000 })
  bench.says = (more = {}) => {
    const reply = json(bench.good({ iss: issuer, iat: bench.seconds - 60, ...more }))
    bench.as.behave((call, response) => {
      ;(call.url === '/jwks' ? as1 : reply)(call, response)
    })
  }
  bench.makeSignalled = (revocation = {}, more = {}) =>
    bench.make({
      revocation: { transmitters: [{ issuer, audience, jwksUri: `${bench.as.origin}/jwks` }], ...revocation },
      ...more,
    })
  bench.set = (claims = {}, signing = {}) => {
    const members = {
      ...{ iss: issuer, aud: audience, iat: bench.seconds, jti: randomUUID() },
      sub_id: { format: 'iss_sub', iss: issuer, sub: 'user-1' },
      events: { [`${caep}session-revoked`]: { event_timestamp: bench.seconds } },
      ...claims,
    }
    return sign(withoutUndefined(members), { ...signing, header: { typ: 'secevent+jwt', ...signing.header } })
  }
  bench.logoutToken = (claims = {}, signing = {}) => {
    const members = {
      ...{ iss: issuer, aud: 'rs-client', iat: bench.seconds, exp: bench.seconds + 120, jti: randomUUID(), sub: 'user-1', sid: 's-1' },
      events: { [logoutEvent]: {} },
      ...claims,
    }
    return sign(withoutUndefined(members), { ...signing, header: { typ: 'logout+jwt', ...signing.header } })
  }
  beforeEach(() => {
    bench.says()
  })
  return bench
}

/** Claims given as `undefined` are left out. */
function withoutUndefined(members: object): object {
  return JSON.parse(JSON.stringify(members)) as object
}

/** Sends to a receiver of signals. */
export function sender(server: ResourceServer<unknown>, paths?: SecurityEventPaths) {
  const receive = createSignalReceiver(server, paths)
  const send = async (path: string, body: string | Uint8Array<ArrayBuffer> | undefined, init: RequestInit): Promise<SignalAnswer> => {
    const answer = receive(
      webRequest(new Request(`https://api.example${path}`, { method: 'POST', ...(body === undefined ? {} : { body }), ...init })),
    )
    if (answer === undefined) throw new Error(`${path} is not answered`)
    return answer
  }
  return {
    receive,
    push: (set: string, headers: Readonly<Record<string, string>> = {}): Promise<SignalAnswer> =>
      send('/events', set, { headers: { 'content-type': 'application/secevent+jwt', accept: 'application/json', ...headers } }),
    logout: (token: string): Promise<SignalAnswer> =>
      send('/backchannel-logout', new URLSearchParams({ logout_token: token }).toString(), {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    send,
  }
}

/** What becomes of a request with a token. */
export async function outcomeOf(server: ResourceServer<unknown>, token?: string): Promise<string> {
  const outcome = await server.authorize(bearer(token))
  return outcome.outcome === 'refused' ? `${outcome.status} ${outcome.reason}` : outcome.outcome
}

export const accepted: SignalAnswer = { status: 202, headers: [['Cache-Control', 'no-store']], content: '' }

/** The answer of RFC 8935 §2.3. */
export function eventRefusal(err: string, description: string): SignalAnswer {
  return {
    status: 400,
    headers: [
      ['Cache-Control', 'no-store'],
      ['Content-Type', 'application/json'],
      ['Content-Language', 'en'],
    ],
    content: JSON.stringify({ err, description }),
  }
}
