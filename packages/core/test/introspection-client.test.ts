import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  type AuthorizationServer,
  after,
  type Behaviour,
  bytes,
  json,
  raw,
  reset,
  silence,
  startAuthorizationServer,
} from '@oauth-introspect/testkit'
import { clientSecretBasic } from '../src/client-authentication/client-secret-basic.ts'
import { IntrospectionError } from '../src/errors.ts'
import { createEventSink, type IntrospectEvent } from '../src/events.ts'
import { createIntrospectionClient, type IntrospectionClient, type IntrospectionClientParts } from '../src/introspection-client.ts'
import { connectByFetch } from '../src/runtime/fetch-connection.ts'
import { runtime } from '../src/runtime/node.ts'
import type { Connection } from '../src/runtime/runtime.ts'

const token = 'CANARY-token-9f3b6c2d81e4'
const said = 'CANARY-said-by-the-server'
const at = Date.parse('2026-11-21T12:00:00Z')

const nobody: Connection = { exchange: () => Promise.reject(new Error('not to be asked')), close: () => Promise.resolve() }

function makeClient(more: Partial<IntrospectionClientParts>): IntrospectionClient {
  return createIntrospectionClient({
    endpoint: new URL('https://as.example/introspect'),
    authorizationServer: 'https://as.example',
    clientAuthentication: clientSecretBasic('rs-client', 'secret'),
    connection: nobody,
    timeoutMs: 2000,
    maxResponseBytes: 1000,
    retries: 1,
    maxConcurrentCalls: 256,
    replyRules: { scopeSeparator: ' ', inactiveErrors: ['unsupported_token_type'], missingActive: 'refuse' },
    events: createEventSink(undefined, () => at),
    now: () => at,
    ...more,
  })
}

/** What an introspection fails with. */
async function failure(client: IntrospectionClient): Promise<IntrospectionError> {
  const thrown: unknown = await client.introspect(token).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!IntrospectionError.is(thrown)) throw new Error(`expected an IntrospectionError, not ${inspect(thrown)}`)
  return thrown
}

const typed = { 'content-type': 'application/json' }
const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'

const faults: readonly (readonly [situation: string, reply: Behaviour, code: string, calls: number, retryAfter?: number])[] = [
  ['a reset before the reply', reset, 'ENDPOINT_UNREACHABLE', 2],
  ['a reset within the reply', bytes(`${head}content-length: 100\r\n\r\n{`, 'reset'), 'ENDPOINT_UNREACHABLE', 1],
  ['a truncated reply [RV-15]', bytes(`${head}content-length: 100\r\n\r\n{"active":true}`, 'end'), 'ENDPOINT_UNREACHABLE', 1],
  ['JSON that is cut', raw(`{"active":true,"x":"${said}`, 200, typed), 'RESPONSE_NOT_CONFORM', 1],
  ['HTML', raw(`<html>${said}</html>`, 200, { 'content-type': 'text/html' }), 'RESPONSE_NOT_CONFORM', 1],
  ['JSON under the name of HTML [RV-01]', raw('{"active":true}', 200, { 'content-type': 'text/html' }), 'RESPONSE_NOT_CONFORM', 1],
  [
    'JSON in another charset',
    raw('{"active":true}', 200, { 'content-type': 'application/json; charset=latin1' }),
    'RESPONSE_NOT_CONFORM',
    1,
  ],
  ['an encoding unknown', raw('{"active":true}', 200, { ...typed, 'content-encoding': 'rot13' }), 'RESPONSE_NOT_CONFORM', 1],
  ['a huge reply [RV-34]', json({ active: true, x: 'a'.repeat(1000) }), 'RESPONSE_TOO_LARGE', 1],
  [
    'a gzip bomb [RV-34]',
    raw(gzipSync(JSON.stringify({ active: true, x: 'a'.repeat(10_000_000) })), 200, { ...typed, 'content-encoding': 'gzip' }),
    'RESPONSE_TOO_LARGE',
    1,
  ],
  ['status 204', raw('', 204), 'RESPONSE_NOT_CONFORM', 1],
  ...[301, 302, 303, 307, 308].map(
    (status) =>
      [
        `a redirect by ${status} [IR-06] [IR-20]`,
        json({ active: true }, status, { location: '/elsewhere' }),
        'RESPONSE_NOT_CONFORM',
        1,
      ] as const,
  ),
  ['status 400', json({ error: 'invalid_request', error_description: said }, 400), 'REQUEST_REJECTED', 1],
  ['status 401 [RV-08]', json({ error: 'invalid_client', error_description: said }, 401), 'CLIENT_REJECTED', 1],
  ['status 403', raw(said, 403), 'REQUEST_REJECTED', 1],
  ['status 404', raw(said, 404), 'REQUEST_REJECTED', 1],
  ['status 405', raw(said, 405), 'REQUEST_REJECTED', 1],
  ['status 429', raw(said, 429), 'ENDPOINT_UNAVAILABLE', 1],
  ['status 429 with Retry-After [IR-22]', raw('', 429, { 'retry-after': '7' }), 'ENDPOINT_UNAVAILABLE', 1, 7],
  ['status 500', raw(said, 500), 'ENDPOINT_UNAVAILABLE', 1],
  ['status 502', raw(said, 502), 'ENDPOINT_UNAVAILABLE', 2],
  ['status 503', raw(said, 503), 'ENDPOINT_UNAVAILABLE', 2],
  ['status 504', raw(said, 504), 'ENDPOINT_UNAVAILABLE', 2],
  ['status 503 with Retry-After [IR-22]', raw('', 503, { 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT' }), 'ENDPOINT_UNAVAILABLE', 1, 30],
]

describe.each<[string, () => Connection]>([
  ['undici', () => runtime.connect({ maxConnections: 16, connectTimeoutMs: 1000 })],
  ['the global fetch', () => connectByFetch(fetch)],
])('an introspection client by %s', (_name, connect) => {
  let as: AuthorizationServer
  let connection: Connection
  let events: IntrospectEvent[]

  const client = (more: Partial<IntrospectionClientParts> = {}): IntrospectionClient =>
    makeClient({
      endpoint: new URL(as.introspectionEndpoint),
      connection,
      events: createEventSink(
        (event) => events.push(event),
        () => at,
      ),
      ...more,
    })

  beforeEach(async () => {
    as = await startAuthorizationServer()
    connection = connect()
    events = []
  })
  afterEach(async () => {
    await Promise.all([connection.close(), as.close()])
  })

  it('asks by a form over POST, the query of the endpoint kept, the token not in the URL [IR-01] [IR-02] [IR-04]', async () => {
    as.behave(json({ active: true, sub: 'user-1' }))
    const endpoint = new URL(`${as.introspectionEndpoint}?tenant=a`)
    expect(await client({ endpoint }).introspect('tok+/=&x')).toMatchObject({ active: true, sub: 'user-1' })
    expect(as.calls).toMatchObject([
      {
        method: 'POST',
        url: '/introspect?tenant=a',
        body: 'token=tok%2B%2F%3D%26x&token_type_hint=access_token',
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      },
    ])
  })

  it.each(faults)(
    'fails with a code and no word of the server, and asks again only where nothing is lost, on %s',
    async (...[, reply, code, calls, retryAfter]) => {
      as.behave(reply)
      const error = await failure(client())
      expect({ code: error.code, retryAfter: error.retryAfterSeconds, calls: as.calls.length }).toEqual({ code, retryAfter, calls })
      expect(as.calls.every(({ url }) => url === '/introspect')).toBe(true)
      const printed = inspect([error, events], { depth: 9 }) + JSON.stringify([error, events])
      for (const canary of [token, said, 'secret']) expect(printed).not.toContain(canary)
    },
  )

  it('calls a token inactive where the error of a 400 is about the token', async () => {
    as.behave(json({ error: 'unsupported_token_type' }, 400))
    expect(await client().introspect(token)).toEqual({ active: false })
  })

  it('takes the answer to the second question, and tells of both', async () => {
    as.behave(raw('', 503), json({ active: true }))
    expect(await client().introspect(token)).toMatchObject({ active: true })
    expect(events).toEqual([
      { type: 'introspected', authorizationServer: 'https://as.example', status: 503, durationMs: 0, attempt: 1, at },
      { type: 'introspected', authorizationServer: 'https://as.example', status: 200, durationMs: 0, attempt: 2, at },
    ])
  })

  it.each([0, 1, 3])('asks again %i times at most [IR-21]', async (retries) => {
    as.behave(reset)
    expect((await failure(client({ retries }))).code).toBe('ENDPOINT_UNREACHABLE')
    expect(as.calls).toHaveLength(retries + 1)
    expect(events.map((event) => event.type === 'introspected' && [event.status, event.attempt])).toEqual(
      Array.from({ length: retries + 1 }, (_, n) => [0, n + 1]),
    )
  })

  it('gives up on a silent server at the deadline, and asks it no more', async () => {
    as.behave(silence)
    const error = await failure(client({ timeoutMs: 30, retries: 5 }))
    expect(error.code).toBe('ENDPOINT_TIMEOUT')
    expect(error.message).toContain('within 30 ms')
    expect(as.calls).toHaveLength(1)
  })

  it('gives up on a server that is silent to the second question', async () => {
    as.behave(raw('', 503), silence)
    expect((await failure(client({ timeoutMs: 300, retries: 5 }))).code).toBe('ENDPOINT_TIMEOUT')
    expect(as.calls).toHaveLength(2)
  })

  it('has no more than so many questions under way, and room again after each, whatever became of it [LG-07]', async () => {
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    as.behave(after(released, json({ active: true })), after(released, raw('', 500)), json({ active: true }))
    const bounded = client({ maxConcurrentCalls: 2, retries: 0 })
    const slow = [bounded.introspect('one'), bounded.introspect('two')]
    const overloaded = await failure(bounded)
    expect({ code: overloaded.code, retryAfter: overloaded.retryAfterSeconds }).toEqual({ code: 'OVERLOADED', retryAfter: undefined })
    release()
    expect((await Promise.allSettled(slow)).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const next = await Promise.all([bounded.introspect('three'), bounded.introspect('four')])
    expect(next).toMatchObject([{ active: true }, { active: true }])
    expect(as.calls).toHaveLength(4)
  })
})
