import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { bearerToken } from '../src/client-authentication/bearer-token.ts'
import type { ClientAuthentication } from '../src/client-authentication/client-authentication.ts'
import { clientSecretBasic } from '../src/client-authentication/client-secret-basic.ts'
import { clientSecretPost } from '../src/client-authentication/client-secret-post.ts'
import { IntrospectionError } from '../src/errors.ts'
import { createEventSink, type IntrospectEvent } from '../src/events.ts'
import { createIntrospectionClient, type IntrospectionClient, type IntrospectionClientParts } from '../src/introspection-client.ts'
import type { ReplyRules } from '../src/introspection-response.ts'
import type { Connection, Deadline, HttpFailure, HttpReply, HttpRequest } from '../src/runtime/runtime.ts'

type Outcome = HttpReply | HttpFailure
type Fault = HttpFailure['failure']

const token = 'CANARY-token-9f3b6c2d81e4'
const replyOf = (status: number, headers: Readonly<Record<string, string>> = {}): HttpReply => ({
  status,
  header: (name) => ({ 'content-type': 'application/json', ...headers })[name],
  body: new TextEncoder().encode('{"active":true}'),
})

/** A connection that gives these outcomes one after the other, the last one for ever, and what it was given. */
function scripted(...outcomes: readonly [Outcome, ...Outcome[]]): {
  connection: Connection
  requests: HttpRequest[]
  deadlines: Deadline[]
} {
  const requests: HttpRequest[] = []
  const deadlines: Deadline[] = []
  const connection: Connection = {
    exchange(request, { deadline }) {
      requests.push(request)
      deadlines.push(deadline)
      return Promise.resolve(outcomes[Math.min(requests.length, outcomes.length) - 1] ?? outcomes[0])
    },
    close: () => Promise.resolve(),
  }
  return { connection, requests, deadlines }
}

function makeClient(more: Partial<IntrospectionClientParts> = {}): IntrospectionClient {
  return createIntrospectionClient({
    endpoint: new URL('https://as.example/introspect'),
    authorizationServer: 'https://as.example',
    clientAuthentication: clientSecretBasic('rs-client', 'CANARY-secret'),
    connection: scripted(replyOf(200)).connection,
    timeoutMs: 2000,
    maxResponseBytes: 1000,
    retries: 1,
    maxConcurrentCalls: 256,
    replyRules: { scopeSeparator: ' ', inactiveErrors: ['unsupported_token_type'], missingActive: 'refuse' },
    events: createEventSink(undefined, () => 0),
    now: () => 0,
    ...more,
  })
}

describe('the identity of a client', () => {
  const replyRules: ReplyRules = { scopeSeparator: ' ', inactiveErrors: ['unsupported_token_type'], missingActive: 'refuse' }
  const others: readonly (readonly [what: string, parts: Partial<IntrospectionClientParts>])[] = [
    ['another endpoint', { endpoint: new URL('https://as.example/other') }],
    ['another query', { endpoint: new URL('https://as.example/introspect?tenant=1') }],
    ['another origin', { endpoint: new URL('https://as2.example/introspect') }],
    ['another client', { clientAuthentication: clientSecretBasic('other', 'CANARY-secret') }],
    ['another method', { clientAuthentication: clientSecretPost('rs-client', 'CANARY-secret') }],
    ['another separator of scopes', { replyRules: { ...replyRules, scopeSeparator: ',' } }],
    [
      'more errors that are about the token',
      { replyRules: { ...replyRules, inactiveErrors: ['unsupported_token_type', 'invalid_token'] } },
    ],
    ['another meaning of a missing activity', { replyRules: { ...replyRules, missingActive: 'checkToken' } }],
    ['no errors that are about the token', { replyRules: { ...replyRules, inactiveErrors: [] } }],
  ]

  it('is the same for the same parts', () => {
    expect(makeClient().identity).toBe(makeClient({ timeoutMs: 1, retries: 0 }).identity)
  })

  it.each(others)('differs with %s [CA-04]', (_what, parts) => {
    expect(makeClient(parts).identity).not.toBe(makeClient().identity)
  })

  it('does not mix up parts that read the same when they are put together', () => {
    const made = (method: string, identity: string): unknown =>
      makeClient({ clientAuthentication: { method, identity, credentials: () => ({}) } }).identity
    expect(made('ab', 'c')).not.toBe(made('a', 'bc'))
    expect(made('a', '1:b')).not.toBe(made('a1:', 'b'))
  })

  it('holds no secret', () => {
    const clients = [
      makeClient(),
      ...others.map(([, parts]) => makeClient(parts)),
      makeClient({ clientAuthentication: bearerToken('CANARY-ours') }),
    ]
    const identities = JSON.stringify(clients.map(({ identity }) => identity))
    expect(identities).toContain('rs-client')
    expect(identities).not.toMatch(/CANARY/)
  })
})

describe('an attempt', () => {
  const unreachable: HttpFailure = { failure: 'ENDPOINT_UNREACHABLE', replied: false, systemCode: 'ECONNRESET' }

  it.each<[string, Outcome, number]>([
    ['nothing that was lost before a byte of the reply', unreachable, 2],
    ['what was lost after a byte of the reply', { ...unreachable, replied: true }, 1],
    ['what came too late', { failure: 'ENDPOINT_TIMEOUT', replied: false }, 1],
    ['what was too large', { failure: 'RESPONSE_TOO_LARGE', replied: false }, 1],
    ['what cannot be decoded', { failure: 'RESPONSE_NOT_CONFORM', replied: false }, 1],
    ['status 200', replyOf(200), 1],
    ['status 400', replyOf(400), 1],
    ['status 429', replyOf(429), 1],
    ['status 500', replyOf(500), 1],
    ['status 502 with Retry-After', replyOf(502, { 'retry-after': '1' }), 1],
    ['status 503 with Retry-After', replyOf(503, { 'retry-after': 'soon' }), 1],
  ])('is made once or twice [IR-21]: %s', async (_what, outcome, attempts) => {
    const { connection, requests } = scripted(outcome)
    await Promise.allSettled([makeClient({ connection }).introspect(token)])
    expect(requests).toHaveLength(attempts)
  })

  it('stands under the one deadline of all, and brings credentials of its own', async () => {
    const { connection, requests, deadlines } = scripted(unreachable, replyOf(503), replyOf(200))
    let made = 0
    const clientAuthentication: ClientAuthentication = {
      method: 'x',
      identity: '',
      credentials: () => Promise.resolve({ headers: { authorization: `X ${++made}` }, form: { assertion: `A${made}` } }),
    }
    await makeClient({ connection, clientAuthentication, retries: 5 }).introspect('tok')
    expect(new Set(deadlines).size).toBe(1)
    expect(requests.map(({ headers, body }) => [headers['authorization'], body])).toEqual(
      [1, 2, 3].map((n) => [`X ${n}`, `token=tok&token_type_hint=access_token&assertion=A${n}`]),
    )
  })

  it('is not made again when the deadline has passed meanwhile', async () => {
    const requests: unknown[] = []
    const connection: Connection = {
      exchange: (request, { deadline }) =>
        new Promise((resolve) => {
          requests.push(request)
          deadline.whenExpired(() => {
            resolve(unreachable)
          })
        }),
      close: () => Promise.resolve(),
    }
    await expect(makeClient({ connection, timeoutMs: 10, retries: 5 }).introspect(token)).rejects.toMatchObject({
      code: 'ENDPOINT_UNREACHABLE',
    })
    expect(requests).toHaveLength(1)
  })

  it('is not made when the credentials do not come before the deadline', async () => {
    const { connection, requests } = scripted(replyOf(200))
    const never: ClientAuthentication = { method: 'x', identity: '', credentials: () => new Promise(() => undefined) }
    await expect(makeClient({ connection, clientAuthentication: never, timeoutMs: 10 }).introspect(token)).rejects.toMatchObject({
      code: 'ENDPOINT_TIMEOUT',
    })
    expect(requests).toEqual([])
  })

  it('hands on what the application throws over its credentials, and makes room again', async () => {
    const failure = new Error('no token to be had')
    const throws: ClientAuthentication = {
      method: 'x',
      identity: '',
      credentials: () => {
        throw failure
      },
    }
    const rejects: ClientAuthentication = { method: 'x', identity: '', credentials: () => Promise.reject(failure) }
    for (const clientAuthentication of [throws, rejects]) {
      const client = makeClient({ clientAuthentication, maxConcurrentCalls: 1 })
      await expect(client.introspect(token)).rejects.toBe(failure)
      await expect(client.introspect(token)).rejects.toBe(failure)
    }
  })

  it('leaves no timer behind that would keep the process alive', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
    const before = timers()
    const { connection } = scripted(replyOf(200))
    const pending = makeClient({ connection, timeoutMs: 60_000 }).introspect(token)
    expect(timers()).toBe(before + 1)
    await pending
    await Promise.allSettled([makeClient({ connection: scripted(unreachable).connection, timeoutMs: 60_000 }).introspect(token)])
    expect(timers()).toBe(before)
  })

  it('is told of with its duration by the clock given', async () => {
    const events: IntrospectEvent[] = []
    let clock = 100
    const { connection } = scripted({ ...replyOf(200) })
    const slow: Connection = {
      ...connection,
      exchange(request, limits) {
        clock += 35
        return connection.exchange(request, limits)
      },
    }
    await makeClient({
      connection: slow,
      now: () => clock,
      events: createEventSink(
        (event) => events.push(event),
        () => clock,
      ),
    }).introspect(token)
    expect(events).toEqual([
      { type: 'introspected', authorizationServer: 'https://as.example', status: 200, durationMs: 35, attempt: 1, at: 135 },
    ])
  })
})

describe('an error', () => {
  it.each<[Fault, string, string]>([
    [
      'ENDPOINT_UNREACHABLE',
      'ECONNREFUSED',
      'the introspection endpoint cannot be reached: ECONNREFUSED (see docs/errors/ENDPOINT_UNREACHABLE.md)',
    ],
    ['ENDPOINT_TIMEOUT', '', 'the introspection endpoint did not answer within 2000 ms (see docs/errors/ENDPOINT_TIMEOUT.md)'],
    ['RESPONSE_TOO_LARGE', '', 'the introspection reply is larger than 1000 bytes (see docs/errors/RESPONSE_TOO_LARGE.md)'],
    ['RESPONSE_NOT_CONFORM', '', 'the introspection reply cannot be decoded (see docs/errors/RESPONSE_NOT_CONFORM.md)'],
  ])('says in constant words what is the matter: %s', async (failure, systemCode, message) => {
    const { connection } = scripted({ failure, replied: true, ...(systemCode === '' ? {} : { systemCode }) })
    const error: unknown = await makeClient({ connection })
      .introspect(token)
      .catch((thrown: unknown) => thrown)
    expect(IntrospectionError.is(error)).toBe(true)
    expect(error).toMatchObject({ name: 'IntrospectionError', code: failure, message })
    expect(inspect(error)).not.toContain('CANARY')
  })
})
