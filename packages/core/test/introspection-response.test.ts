import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { IntrospectionError } from '../src/errors.ts'
import { readIntrospectionReply } from '../src/introspection-reply.ts'
import { type Claims, describeActive, type IntrospectionResponse, type ReplyRules } from '../src/introspection-response.ts'
import type { HttpReply } from '../src/runtime/runtime.ts'

const token = 'a-token-of-our-test-0123456789'
const now = 1_798_761_600_000
const strings = ['client_id', 'username', 'token_type', 'sub', 'iss']
const times = ['exp', 'iat', 'nbf']
const rules: ReplyRules = { scopeSeparator: ' ', inactiveErrors: ['unsupported_token_type'], missingActive: 'refuse' }

interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly rules?: Partial<ReplyRules>
  readonly token?: string
}

/** Reads a reply whose content is given as text, or as what its JSON stands for. */
function read(content: unknown, more: Reply = {}): IntrospectionResponse {
  const headers: Readonly<Record<string, string>> = more.headers ?? { 'content-type': 'application/json' }
  const body = new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content))
  const reply: HttpReply = { status: more.status ?? 200, header: (name) => headers[name], body }
  return readIntrospectionReply(reply, more.token ?? token, { ...rules, ...more.rules }, now)
}

const members = (given: Record<string, unknown>, more?: Reply): IntrospectionResponse => read({ active: true, ...given }, more)

function faultOf(act: () => unknown): IntrospectionError {
  try {
    act()
  } catch (error) {
    if (IntrospectionError.is(error)) return error
    throw error
  }
  throw new Error('expected an IntrospectionError')
}

const useless = (what: string): unknown =>
  expect.objectContaining({
    code: 'RESPONSE_NOT_CONFORM',
    message: `the introspection reply cannot be used: ${what} (see docs/errors/RESPONSE_NOT_CONFORM.md)`,
  })

describe('active', () => {
  test('false is all that is known, whatever else the server says [RV-04]', () => {
    expect(read({ active: false })).toStrictEqual({ active: false })
    expect(read({ active: false, scope: 'read', sub: 'u', exp: 'x', cnf: 1 })).toStrictEqual({ active: false })
  })

  test('true alone leaves everything else unknown [RV-02] [RV-05]', () => {
    const unknown = Object.fromEntries([...strings, ...times].map((name) => [name, undefined]))
    expect(read({ active: true })).toStrictEqual({ active: true, scope: [], aud: [], ...unknown, bound: false, claims: { active: true } })
  })

  test.each(['true', 'false', 'yes', '', 1, 0, null, [], [true], {}, { active: true }])('as %j is no boolean [RV-02]', (active) => {
    expect(() => read({ active, scope: 'read' })).toThrow(useless('"active" is not a boolean'))
  })

  test.each([{}, { scope: 'read', sub: 'u' }, { Active: true }, { ACTIVE: true }, { 'active ': true }, { error: 'invalid_token' }])(
    'is missing in %j: names are case-sensitive [RV-02] [RV-03]',
    (content) => {
      expect(() => read(content)).toThrow(useless('"active" is not a boolean'))
    },
  )

  test('in a prototype is not there', () => {
    expect(() => read('{"__proto__":{"active":true}}')).toThrow(useless('"active" is not a boolean'))
  })
})

describe('a reply that cannot be used', () => {
  test.each([
    '',
    'text/html',
    'text/json',
    'application/json5',
    'application/json, application/json',
    'application/token-introspection+jwt',
    'application/json; charset=iso-8859-1',
    'application/json;charset="utf-16"',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; charset=utf-8-x',
  ])('is no JSON by its media type %j, nor without one [RV-01]', (type) => {
    for (const headers of [{ 'content-type': type }, {}]) {
      expect(() => read({ active: true }, { headers })).toThrow(useless('its media type is not application/json'))
    }
  })

  const types = [
    'application/json',
    'Application/JSON',
    ' application/json ; charset=UTF-8',
    'application/json;charset="utf-8"',
    'application/json; x=y',
    'application/json; x-charset=utf-16',
  ]
  test.each(types)('is not one of type %j [RV-01]', (type) => {
    expect(read({ active: false }, { headers: { 'content-type': type } })).toStrictEqual({ active: false })
  })

  test.each([
    ['[{"active":true}]', 'it is not a JSON object'],
    ['{"active":true', 'it is not JSON'],
    ['{"active":false,"active":true}', 'a member stands in it twice'],
    ['{"active":false,"\\u0061ctive":true}', 'a member stands in it twice'],
    [`{"active":true,"x":${'['.repeat(2000)}${']'.repeat(2000)}}`, 'it is nested too deeply'],
  ])('is no object that can be relied on: %.40j [RV-11]', (text, fault) => {
    expect(() => read(text)).toThrow(useless(fault))
  })

  const statuses = [100, 199, 201, 202, 203, 204, 206, 299, 300, 301, 302, 303, 304, 307, 308, 399, 600, 999]
  test.each(statuses)('has status %i [RV-01]', (status) => {
    expect(() => read({ active: true }, { status })).toThrow(useless(`its status is ${status}`))
  })
})

describe('a reply without "active"', () => {
  const rules = { missingActive: 'checkToken' } as const

  test.each([{ client_id: 'c' }, { user_name: 'n' }, { username: 'n' }, { sub: 's' }])(
    'is an active token where check_token is spoken, if it names somebody: %j',
    (said) => {
      expect(read(said, { rules })).toMatchObject({ active: true, claims: said })
      expect(() => read(said)).toThrow(useless('"active" is not a boolean'))
    },
  )

  test.each([
    {},
    { exp: 1, scope: 'read', aud: 'api' },
    { client_id: '' },
    { client_id: 7 },
    { client_id: 'c', error: 'invalid_token' },
    { client_id: 'c', error: null },
    { client_id: 'c', active: null },
    { client_id: 'c', active: 'true' },
    { client_id: 'c', active: 1 },
  ])('is unusable all the same: %j', (said) => {
    expect(() => read(said, { rules })).toThrow(useless('"active" is not a boolean'))
  })

  test('has the user where check_token has it', () => {
    expect(read({ user_name: 'n' }, { rules })).toHaveProperty('username', 'n')
    expect(read({ user_name: 'n', username: 'u' }, { rules })).toHaveProperty('username', 'u')
    expect(read({ active: true, user_name: 'n' })).toHaveProperty('username', undefined)
  })

  test('changes nothing for replies with it', () => {
    expect(read({ active: false, client_id: 'c' }, { rules })).toStrictEqual({ active: false })
    expect(read({ active: true }, { rules })).toMatchObject({ active: true })
  })
})

describe('an error reply', () => {
  test('401 is about our credentials, whatever it says [RV-08]', () => {
    for (const content of ['', { error: 'unsupported_token_type' }, { active: false }]) {
      const fault = faultOf(() => read(content, { status: 401 }))
      expect(fault.code).toBe('CLIENT_REJECTED')
      expect(fault.message).toBe('the authorization server refused our client credentials (see docs/errors/CLIENT_REJECTED.md)')
    }
  })

  const refusals = [400, 402, 403, 404, 405, 406, 407, 409, 410, 413, 415, 431, 499]
  test.each(refusals)('%i is about our request, never an inactive token [RV-09] [RV-10]', (status) => {
    const fault = faultOf(() => read({ active: false, error: 'invalid_request' }, { status, headers: { 'retry-after': '7' } }))
    expect(fault.code).toBe('REQUEST_REJECTED')
    expect(fault.message).toBe(`the authorization server refused our request with status ${status} (see docs/errors/REQUEST_REJECTED.md)`)
    expect(fault.retryAfterSeconds).toBeUndefined()
  })

  test.each([408, 429, 500, 501, 502, 503, 504, 599])('%i is trouble that passes, until the time it names [IR-22]', (status) => {
    const fault = faultOf(() => read({ active: true }, { status, headers: { 'retry-after': '7' } }))
    expect(fault.code).toBe('ENDPOINT_UNAVAILABLE')
    expect(fault.message).toBe(`the introspection endpoint answered with status ${status} (see docs/errors/ENDPOINT_UNAVAILABLE.md)`)
    expect(fault.retryAfterSeconds).toBe(7)
    expect(faultOf(() => read('', { status, headers: {} })).retryAfterSeconds).toBeUndefined()
    const date = { 'retry-after': 'Fri, 01 Jan 2027 00:01:00 GMT' }
    expect(faultOf(() => read('', { status, headers: date })).retryAfterSeconds).toBe(60)
  })

  test('400 is about the token where its error is one of those named', () => {
    const inactiveErrors = ['unsupported_token_type', 'invalid_token']
    expect(read({ error: 'unsupported_token_type' }, { status: 400 })).toStrictEqual({ active: false })
    expect(read({ error: 'invalid_token', active: true }, { status: 400, rules: { inactiveErrors } })).toStrictEqual({ active: false })
  })

  test('of any status is, where the option says so', () => {
    const anyStatus = { rules: { errorsAtAnyStatus: true } }
    const content = { error: 'unsupported_token_type', active: true }
    for (const status of [200, 400, 500]) expect(read(content, { status, ...anyStatus })).toStrictEqual({ active: false })
    expect(read(content, { rules: { errorsAtAnyStatus: false } })).toMatchObject({ active: true })
    expect(read({ error: 'another', active: true }, anyStatus)).toMatchObject({ active: true })
  })

  test.each<[string, unknown, Reply]>([
    ['another code', { error: 'invalid_token' }, {}],
    ['the code in another case', { error: 'Unsupported_Token_Type' }, {}],
    ['the code in a list', { error: ['unsupported_token_type'] }, {}],
    ['no code', {}, {}],
    ['no JSON', 'unsupported_token_type', {}],
    ['two codes', '{"error":"x","error":"unsupported_token_type"}', {}],
    ['another media type', { error: 'unsupported_token_type' }, { headers: { 'content-type': 'text/plain' } }],
    ['no code named', { error: 'unsupported_token_type' }, { rules: { inactiveErrors: [] } }],
    ['another status', { error: 'unsupported_token_type' }, { status: 403 }],
  ])('with %s is about our request', (_what, content, more) => {
    expect(faultOf(() => read(content, { status: 400, ...more })).code).toBe('REQUEST_REJECTED')
  })
})

describe('members', () => {
  test('that are read keep what the server says', () => {
    const said = { client_id: 'c', username: 'n', token_type: 'Bearer', sub: 's', iss: 'https://as.example', exp: 3, iat: 1, nbf: 2 }
    expect(members(said)).toMatchObject(said)
  })

  test.each(strings)('"%s" is a string or unknown [RV-06]', (name) => {
    expect(members({ [name]: '' })).toHaveProperty(name, '')
    expect(members({ [name]: null })).toHaveProperty(name, undefined)
    for (const value of [1, 0, true, false, ['Bearer'], {}]) {
      expect(() => members({ [name]: value })).toThrow(useless(`"${name}" is not a string`))
    }
  })

  test.each(times)('"%s" is a number of seconds, rounded down, or unknown [RV-06] [RV-14] [TC-05] [TC-07]', (name) => {
    const numbers = { '0': 0, '-0': -0, '-1': -1, '1.9': 1, '-1.5': -2, '1e-7': 0, '1800000000000': 18e11, '9007199254740993': 2 ** 53 }
    for (const [text, time] of Object.entries(numbers)) {
      expect(read(`{"active":true,"${name}":${text}}`)).toHaveProperty(name, time)
    }
    expect(members({ [name]: null })).toHaveProperty(name, undefined)
    for (const text of ['1e400', '-1e400', '"1800000000"', '"yesterday"', 'true', '[1]', '{}']) {
      expect(() => read(`{"active":true,"${name}":${text}}`)).toThrow(useless(`"${name}" is not a number of seconds`))
    }
  })

  test.each<[unknown, string[]]>([
    ['read write', ['read', 'write']],
    ['  read   write ', ['read', 'write']],
    ['read read', ['read']],
    ['', []],
    [null, []],
    ['read\nwrite', ['read\nwrite']],
    ['read\twrite', ['read\twrite']],
    ['read,write', ['read,write']],
    [
      ['read', 'write', ''],
      ['read', 'write'],
    ],
    [['read write', 1, null, ['admin']], ['read write']],
  ])('"scope" %j is %j [SC-01] [SC-02]', (scope, expected) => {
    expect(members({ scope })).toHaveProperty('scope', expected)
    expect(members({ scp: scope })).toHaveProperty('scope', expected)
  })

  test('"scope" is split where the option says, and read before "scp"', () => {
    expect(members({ scope: 'read,write admin' }, { rules: { scopeSeparator: ',' } })).toHaveProperty('scope', ['read', 'write admin'])
    expect(members({ scope: 'read', scp: 'admin' })).toHaveProperty('scope', ['read'])
    expect(members({ scope: '', scp: 'admin' })).toHaveProperty('scope', [])
  })

  test.each([1, true, false, {}, { read: true }])('"scope" %j is of no use [RV-06]', (scope) => {
    expect(() => members({ scope })).toThrow(useless('"scope" is neither a string nor a list'))
  })

  test.each<[unknown, string[]]>([
    ['https://api.example', ['https://api.example']],
    ['https://a.example https://b.example', ['https://a.example https://b.example']],
    [
      ['a', 'b', 1],
      ['a', 'b'],
    ],
    [[null, ['b'], {}, 'a'], ['a']],
    [[], []],
    [null, []],
    [1, []],
    [{ 'https://api.example': true }, []],
  ])('"aud" %j names %j [TC-09]', (aud, expected) => {
    expect(members({ aud })).toHaveProperty('aud', expected)
  })

  test.each([{ jkt: 'x' }, { 'x5t#S256': 'x' }, { kid: '1' }, { jkt: 123 }, {}])('"cnf" %j binds the token', (cnf) => {
    expect(members({ cnf })).toHaveProperty('bound', true)
  })

  test.each([null, 'x', '', 1, 0, true, false, [], [{ jkt: 'x' }]])('"cnf" %j is of no use', (cnf) => {
    expect(() => members({ cnf })).toThrow(useless('"cnf" is not an object'))
  })

  test('that are not known are kept, and not interpreted [RV-07]', () => {
    const claims = { active: true, extension_field: ['x', { y: null }], constructor: 'c', toString: 1, act: { sub: 'a' } }
    expect(read(claims)).toHaveProperty('claims', claims)
  })
})

test('no fault tells anything of the token or of what the server said', () => {
  const said = { error: token, error_description: 'CANARY', active: 'CANARY', [token]: 'CANARY' }
  const replies = [200, 204, 302, 400, 401, 403, 429, 503].map((status) => () => read(said, { status }))
  const wrong = ['sub', 'exp', 'scope', 'cnf'].map((name) => () => members({ [name]: [{ CANARY: token }], scope: { CANARY: token } }))
  for (const act of [...replies, ...wrong, () => read(`CANARY ${token}`)]) {
    const fault = faultOf(act)
    const told = [fault.message, String(fault.stack), inspect(fault, { showHidden: true, depth: 9 }), JSON.stringify(fault)].join('\n')
    expect(told).not.toContain('CANARY')
    expect(told).not.toContain(token)
    expect(fault.cause).toBeUndefined()
  }
})

describe('claims', () => {
  const claimsOf = (content: unknown, more?: Reply): unknown => {
    const response = read(content, more)
    return response.active ? response.claims : undefined
  }

  test('hold the token nowhere, neither in names nor in values', () => {
    const deep = { list: [1, `${token}.`, [token]], more: { raw: token, [`x${token}x`]: {}, kept: 'a-token-of-our-test' } }
    const content = { active: true, token, jti: `urn:${token}`, [token]: 1, scope: ['read', token], deep }
    const cleaned = { list: [1, null, [null]], more: { kept: 'a-token-of-our-test' } }
    expect(claimsOf(content)).toStrictEqual({ active: true, scope: ['read', null], deep: cleaned })
    expect(JSON.stringify(read(content))).not.toContain(token)
    expect(claimsOf({ active: true, one: { list: [[token], 1] }, two: [2] })).toStrictEqual({
      active: true,
      one: { list: [[null], 1] },
      two: [2],
    })
  })

  test('are shared where they are equal, but not looked up where no two tokens have the same', () => {
    const looked: unknown[] = []
    const share = (value: unknown): unknown => {
      looked.push(value)
      return value
    }
    const own = { sub: 'a', username: 'b', jti: 'c', sid: 'd' }
    expect(members({ ...own, client_id: 'e', aud: ['f'] }, { rules: { share } })).toMatchObject({ claims: own })
    expect(looked).toEqual(expect.arrayContaining(['e', 'f', ['f']]))
    for (const value of Object.values(own)) expect(looked).not.toContain(value)
  })

  test('are described again as they were the first time', () => {
    const claims: Claims = { active: true, username: 'u', client_id: 'c' }
    expect(describeActive(claims, { scope: ['a'], aud: [] })).toStrictEqual(
      expect.objectContaining({ username: 'u', client_id: 'c', scope: ['a'], claims }),
    )
  })

  test('hold words that happen to be a short token, up to 15 characters', () => {
    expect(claimsOf({ active: true, a: 'x'.repeat(15) }, { token: 'x'.repeat(15) })).toStrictEqual({ active: true, a: 'x'.repeat(15) })
    expect(claimsOf({ active: true, a: 'x'.repeat(16) }, { token: 'x'.repeat(16) })).toStrictEqual({ active: true })
  })

  test('are frozen through and through', () => {
    const response = members({ scope: 'a', aud: ['b'], deep: { list: [{ x: [] }] } })
    const seen = (value: unknown): unknown[] =>
      typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(seen)] : []
    const parts = Object.values(response).flatMap(seen)
    expect(parts).toHaveLength(8)
    expect(parts.filter((part) => !Object.isFrozen(part))).toStrictEqual([])
  })

  test('have no "__proto__" of their own, at any depth, and leave prototypes alone', () => {
    const claims = claimsOf('{"active":true,"__proto__":{"scope":"admin"},"a":[{"__proto__":{"x":1},"b":1}]}')
    expect(claims).toStrictEqual({ active: true, a: [{ b: 1 }] })
    expect(JSON.stringify(claims)).toBe('{"active":true,"a":[{"b":1}]}')
    expect(Object.assign({}, claims)).not.toHaveProperty('scope')
    expect({}).not.toHaveProperty('scope')
  })

  test('hold the token nowhere, but what is read of them is judged before the token is taken out', () => {
    expect(() => members({ cnf: `x${token}` })).toThrow(useless('"cnf" is not an object'))
    for (const name of ['token_type', 'iss']) expect(() => members({ [name]: token })).toThrow(useless(`"${name}" is the token`))
    for (const name of times) expect(() => members({ [name]: token })).toThrow(useless(`"${name}" is not a number of seconds`))
  })
})

describe('any reply', () => {
  const known = [...strings, ...times, 'active', 'scope', 'scp', 'aud', 'cnf', 'error', 'user_name', 'typ', '__proto__']
  const member = fc.oneof(fc.jsonValue(), fc.boolean(), fc.constant(token), fc.constantFrom('read', 'unsupported_token_type'))
  const object = fc.dictionary(fc.oneof(fc.constantFrom(...known), fc.string()), member).map((said) => JSON.stringify(said))
  const content = fc.oneof(
    object,
    fc.json(),
    fc.string(),
    fc.uint8Array().map((bytes) => new TextDecoder('latin1').decode(bytes)),
  )
  const status = fc.oneof(fc.constant(200), fc.constant(400), fc.integer({ min: 100, max: 999 }))
  const missingActive = fc.constantFrom('refuse' as const, 'checkToken' as const)

  test('is an answer or an error of ours, and active only by 200 and its own word [RV-02]', () => {
    fc.assert(
      fc.property(content, status, missingActive, (text, code, meaning) => {
        let answer: IntrospectionResponse
        try {
          answer = read(text, { status: code, rules: { missingActive: meaning } })
        } catch (error) {
          expect(IntrospectionError.is(error)).toBe(true)
          expect(inspect(error, { depth: 9 })).not.toContain(token)
          return
        }
        const said = JSON.parse(text) as Readonly<Record<string, unknown>>
        if (!answer.active) expect(code === 200 ? said['active'] : said['error']).toBe(code === 200 ? false : 'unsupported_token_type')
        else {
          expect(code).toBe(200)
          expect(said['active'] === true || (meaning === 'checkToken' && said['active'] === undefined)).toBe(true)
          expect(JSON.stringify(answer)).not.toContain(token)
          expect(isFrozen(answer.claims)).toBe(true)
        }
      }),
    )
  })

  const isFrozen = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen))
})
