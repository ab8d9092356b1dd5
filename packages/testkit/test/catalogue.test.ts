import { describe, expect, it } from '@jest/globals'
import type { AuthInfo, IntrospectEvent } from '@oauth-introspect/core'
import type { IntrospectionCall } from '../src/authorization-server.ts'
import { compareAnswers } from '../src/catalogue/answers.ts'
import { type Happened, judge } from '../src/catalogue/expectations.ts'
import { judgeInvariants } from '../src/catalogue/invariants.ts'
import { judgeMustNot } from '../src/catalogue/must-not.ts'
import type { Observed } from '../src/catalogue/observed.ts'
import { fillRow } from '../src/catalogue/placeholders.ts'
import { readRow, readRows } from '../src/catalogue/read-rows.ts'
import type { Expected, Row, Step } from '../src/catalogue/row.ts'
import type { Answer } from '../src/catalogue/wire.ts'

const token = 'CANARY-x-1'
const clientSecret = 'SECRET-x-1'
const challenge = 'Bearer realm="api", error="invalid_token", error_description="no"'

const refusal: Answer = answer(401, [
  ['WWW-Authenticate', challenge],
  ['Cache-Control', 'no-store'],
  ['Content-Type', 'application/json'],
])
const expected: Expected = {
  status: 401,
  error: 'invalid_token',
  challenge: { schemes: ['Bearer'], require: ['realm', 'error'], forbid: ['scope'] },
  handler_called: false,
  upstream_calls: 1,
}

function answer(status: number, headers: Answer['headers'], body = '{"error":"invalid_token","error_description":"no"}'): Answer {
  const text = `HTTP/1.1 ${status} X\r\n${headers.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n${body}`
  return { status, headers, body, text, milliseconds: 1 }
}

function call(
  url = '/introspect',
  form: Readonly<Record<string, string>> = { token },
  headers: IntrospectionCall['headers'] = {},
): IntrospectionCall {
  return { method: 'POST', url, headers, rawHeaders: [], body: '', form: new URLSearchParams(form) }
}

const row = (as: Step = { kind: 'json' }): Row => readRow({ id: 'X-1', what: 'x', profile: 'default', request: {}, as, expected: {} })

const happened = (more: Partial<Happened> = {}): Happened => ({
  row: row(),
  expected,
  answers: [refusal],
  calls: [call()],
  handled: [],
  ...more,
})

const observed = (more: Partial<Observed> = {}): Observed => ({
  happened: happened(),
  ...{ token, clientSecret, protection: { options: { requiredScopes: ['read'] } } },
  ...{ calls: [call()], strays: [], elsewhere: [], events: [], errors: [], output: [], shown: [], lookups: [], store: new Map() },
  ...{ prototypeClean: true, blockedMs: 0, grownBytes: 0 },
  ...more,
})

const answered = (status: number, headers: Answer['headers'], body?: string): Partial<Observed> => ({
  happened: happened({ answers: [answer(status, headers, body)] }),
})

const wanting = (more: Expected): Partial<Happened> => ({ expected: { ...expected, ...more } })

const granted = { auth: { claims: { sub: 'user-1' } } as unknown as AuthInfo, body: undefined }
const event = (more: object): IntrospectEvent => ({ type: 'refused', at: 0, ...more }) as unknown as IntrospectEvent

describe('the judge of the catalogue', () => {
  it('is content with what is expected', () => {
    expect([...judge(happened()), ...judgeInvariants(observed()), ...judgeMustNot(observed())]).toEqual([])
    expect(judge(happened({ expected: { ...expected, status: 400, status_any: [401] } }))).toEqual([])
  })

  it.each<[string, Partial<Happened>]>([
    ['another status', wanting({ status: 403 })],
    ['other statuses in turn', wanting({ statuses: [200, 401] })],
    ['another error', wanting({ error: 'invalid_request' })],
    ['an error where there must be none', wanting({ error: null })],
    ['no error where there must be one', { answers: [answer(401, [['WWW-Authenticate', 'Bearer realm="api"']])] }],
    ['a challenge that lacks a parameter', wanting({ challenge: { schemes: ['Bearer'], require: ['scope'] } })],
    ['a challenge with a parameter too many', wanting({ challenge: { schemes: ['Bearer'], forbid: ['realm'] } })],
    ['a scheme too few', wanting({ challenge: { schemes: ['Bearer', 'DPoP'] } })],
    ['a scheme too many', wanting({ challenge: { schemes: [] } })],
    ['another value', wanting({ challenge_value: { realm: 'other' } })],
    ['another scope', wanting({ challenge_scope: 'read' })],
    ['another text', wanting({ raw_challenge: 'Bearer realm="api"' })],
    ['other whole challenges', wanting({ challenges: [{ scheme: 'Bearer', params: { realm: 'api' } }] })],
    ['a handler that ran', { handled: [granted] }],
    ['a handler that did not run', wanting({ handler_called: true })],
    ['other claims', { ...wanting({ handler_called: true, claims: { sub: 'user-2' } }), handled: [granted] }],
    ['claims of an anonymous request', { ...wanting({ handler_called: true, claims: null }), handled: [granted] }],
    ['a body that is used up', { ...wanting({ handler_called: true, body_still_readable: true }), handled: [granted] }],
    ['a call too many', { calls: [call(), call()] }],
    ['a call too few', wanting({ upstream_calls: { min: 2, max: 3 } })],
    ['a call where there must be none', { row: row({ kind: 'must_not_be_called' }) }],
    ['another form', wanting({ upstream_form: { token: 'other' } })],
    ['another method', wanting({ upstream: { method: 'GET' } })],
    [
      'two client authentications',
      { ...wanting({ upstream: { auth_methods: 1 } }), calls: [call('/', { client_secret: 'x' }, { authorization: 'x' })] },
    ],
    ['a missing header', wanting({ response_headers: { vary: 'present' } })],
    ['a header that must not be there', wanting({ response_headers: { 'cache-control': 'absent' } })],
    ['another media type', wanting({ content_type: 'text/html' })],
    ['another body', wanting({ json: { error: 'x' } })],
    ['a member of the body', wanting({ json_absent: ['error'] })],
    ['a body at all', wanting({ no_body: true })],
    ['a long wait', { ...wanting({ max_ms: 50 }), answers: [{ ...refusal, milliseconds: 51 }] }],
    [
      'a long Retry-After',
      {
        ...wanting({ status: 503, retry_after: '<=7 or absent', error: null, challenge: null }),
        answers: [answer(503, [['Retry-After', '8']])],
      },
    ],
  ])('complains of %s', (_what, more) => {
    expect(judge(happened(more))).not.toEqual([])
  })

  it.each<[string, Partial<Observed>]>([
    ['the token in an answer', answered(401, [...refusal.headers, ['X-Debug', token]])],
    ['the token in an event', { events: [event({ note: `it was ${token}` })] }],
    ['the token in the output', { output: [token] }],
    ['the token in an error', { errors: [new Error('x', { cause: token })] }],
    ['the token in what inspect shows', { shown: [token] }],
    ['the token in a URL', { calls: [call(`/introspect?token=${token}`)] }],
    ['the client secret in an event', { events: [event({ clientSecret })] }],
    ['the Basic credentials in the output', { output: [btoa(`rs-client:${clientSecret}`)] }],
    ['a 401 without a challenge', answered(401, [['Cache-Control', 'no-store']], '{}')],
    [
      'a challenge that is not well-formed',
      answered(
        401,
        [
          ['WWW-Authenticate', 'Bearer realm="a", realm="b"'],
          ['Cache-Control', 'no-store'],
        ],
        '{}',
      ),
    ],
    [
      'characters that a scope must not have',
      answered(
        403,
        [
          ['WWW-Authenticate', 'Bearer scope="a\\"b"'],
          ['Cache-Control', 'no-store'],
        ],
        '{}',
      ),
    ],
    ['letters beyond ASCII', answered(401, [...refusal.headers, ['X-Name', 'é']])],
    ['a refusal that may be stored', answered(401, [['WWW-Authenticate', challenge]])],
    ['a fault with a challenge', answered(503, refusal.headers)],
    ['a body that is no JSON', answered(401, refusal.headers, 'no')],
    ['a body that says something else', answered(401, refusal.headers, '{"error":"invalid_request"}')],
    ['a request to another path', { strays: [call('/v2/introspect')] }],
    ['a request to another host', { elsewhere: [call()] }],
    ['another host that is looked up', { lookups: ['evil.example'] }],
    [
      'words of the authorization server',
      { happened: happened({ row: row({ kind: 'raw', status: 400, body_raw: '{"error":"realm"}' }) }) },
    ],
    ['a polluted prototype', { prototypeClean: false }],
    ['no answer', answered(0, [], '')],
  ])('complains in every row of %s', (_what, more) => {
    expect(judgeInvariants(observed(more))).not.toEqual([])
  })

  const but = (fact: string, more: Partial<Observed> = {}): Observed =>
    observed({ ...more, happened: happened({ ...more.happened, ...wanting({ must_not: [fact] }) }) })

  it.each<[string, Observed]>([
    ['an error in the challenge', but('www_authenticate_error')],
    ['a call', but('upstream_call')],
    ['a header of the client', but('upstream_header:cookie', { happened: happened({ calls: [call('/', {}, { cookie: 'x' })] }) })],
    ['a handler that ran', but('handler_called', { happened: happened({ handled: [granted] }) })],
    ['a status', but('status:401')],
    ['a header', but('header:cache-control=no-store')],
    ['a blocked event loop', but('event_loop_blocked', { blockedMs: 51 })],
    ['memory', but('memory_over:2MiB', { grownBytes: 2 ** 21 + 1 })],
    ['a line of the log that is forged', but('log_line_injected', { output: ['user\n2026-01-01 INFO forged'] })],
    ['personal data', but('pii_in_log', { events: [event({ username: 'jdoe' })] })],
    ['many lines', observed({ ...{ happened: happened(wanting({ log_lines_max: 1 })) }, output: ['a', 'b'] })],
    ['a token in the store', observed({ happened: happened(wanting({ store_must_not_contain: token })), store: new Map([[token, '']]) })],
  ])('complains of what must not be: %s', (_what, seen) => {
    expect(judgeMustNot(seen)).not.toEqual([])
  })

  it('complains of adapters that differ, and of rows that no longer run', () => {
    const committed = { 'X-1': { status: 401 }, 'X-2': { status: 200 } }
    expect(compareAnswers({ 'X-1': { status: 401 } }, committed, [])).toEqual([])
    expect(compareAnswers({ 'X-1': { status: 400 } }, committed, [])).toHaveLength(1)
    expect(compareAnswers({ 'X-3': { status: 401 } }, committed, [])).toHaveLength(1)
    expect(compareAnswers({}, committed, ['X-2'])).toHaveLength(1)
  })
})

describe('the reader of the catalogue', () => {
  it('reads every row, and knows every placeholder', () => {
    const rows = readRows().map((one) => fillRow(one, { token, start: 0 }))
    expect(rows.length).toBeGreaterThan(400)
    for (const one of rows) expect(() => judgeMustNot(observed({ happened: happened({ row: one, expected: one.expected }) }))).not.toThrow()
  })

  it('takes no row that expects what nothing judges', () => {
    expect(() => readRow({ id: 'X', what: 'x', profile: 'default', request: {}, expected: { colour: 'red' } })).toThrow(
      /"colour", which nothing judges/,
    )
    expect(() => judgeMustNot(but('be_red'))).toThrow(/nothing judges must_not/)
    expect(() => fillRow(readRow({ id: 'X', what: '{{colour}}', profile: 'x', request: {}, expected: {} }), { token, start: 0 })).toThrow(
      /not known/,
    )
  })

  const but = (fact: string): Observed => observed({ happened: happened({ expected: { must_not: [fact] } }) })
})
