import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ActiveIntrospection } from '../src/introspection-response.ts'
import { combine, findUnmet, type Needs, noNeeds, type StandingRules } from '../src/requirements.ts'
import type { ScopeRule } from '../src/scope.ts'

const now = 1_800_000_000
const nowMs = now * 1000

type Level = Omit<Needs, 'scope'>

const introspection = (members: Partial<ActiveIntrospection> = {}): ActiveIntrospection => ({
  active: true,
  scope: [],
  aud: [],
  client_id: undefined,
  username: undefined,
  token_type: undefined,
  sub: undefined,
  iss: undefined,
  exp: undefined,
  iat: undefined,
  nbf: undefined,
  bound: false,
  claims: { active: true },
  ...members,
})
const level = (members: Partial<Level> = {}): Level => ({
  scopes: [],
  audiences: [],
  clients: [],
  maxTokenAgeSeconds: Infinity,
  maxAnswerAgeMs: Infinity,
  ...members,
})
const rules: StandingRules = {
  issuer: undefined,
  scopeMatching: 'exact',
  requireExpiry: false,
  requireSubject: false,
  requireIssuer: false,
  clockToleranceSeconds: 10,
  expiryToleranceSeconds: 0,
}

interface Case {
  readonly rules?: Partial<StandingRules>
  readonly fresh?: boolean
  readonly claimsValid?: boolean
  readonly at?: number
}

function judge(members: Partial<ActiveIntrospection>, needs: Partial<Level> = {}, more: Case = {}): string {
  const judged = { introspection: introspection(members), claimsValid: more.claimsValid ?? true, fresh: more.fresh ?? true }
  return findUnmet(judged, combine(level(needs)), { ...rules, ...more.rules }, more.at ?? nowMs) ?? 'met'
}

test('a bare active token meets no requirement but none [RV-05]', () => {
  expect(judge({})).toBe('met')
  expect(findUnmet({ introspection: introspection(), claimsValid: true, fresh: false }, noNeeds, rules, nowMs)).toBeUndefined()
  expect(judge({}, { audiences: [['a']] })).toBe('audience_mismatch')
  expect(judge({}, { clients: [['a']] })).toBe('client_not_allowed')
  expect(judge({}, { scopes: [[['a']]] })).toBe('scope_insufficient')
  expect(judge({}, { maxTokenAgeSeconds: 1e9 })).toBe('token_too_old')
  expect(judge({}, {}, { rules: { requireExpiry: true } })).toBe('token_expired')
  expect(judge({}, {}, { rules: { requireSubject: true } })).toBe('claims_invalid')
  expect(judge({}, {}, { rules: { requireIssuer: true } })).toBe('issuer_mismatch')
  expect(judge({ iss: '' }, {}, { rules: { requireIssuer: true } })).toBe('issuer_mismatch')
})

describe('time', () => {
  test.each<[string, number, Case, string]>([
    ['a second ahead', now + 1, {}, 'met'],
    ['now', now, {}, 'token_expired'],
    ['a second ago', now - 1, {}, 'token_expired'],
    ['negative', -1, {}, 'token_expired'],
    ['zero', 0, {}, 'token_expired'],
    ['ahead by part of a second', now + 1, { at: nowMs + 999 }, 'met'],
    ['reached to the millisecond', now + 1, { at: nowMs + 1000 }, 'token_expired'],
    ['within the tolerance, of a fresh answer', now - 4, { rules: { expiryToleranceSeconds: 5 } }, 'met'],
    ['at the end of the tolerance', now - 5, { rules: { expiryToleranceSeconds: 5 } }, 'token_expired'],
    ['within the tolerance, of a remembered answer', now - 4, { fresh: false, rules: { expiryToleranceSeconds: 5 } }, 'token_expired'],
    ['now, of a remembered answer', now, { fresh: false, rules: { expiryToleranceSeconds: 5 } }, 'token_expired'],
    ['past, whatever the clock tolerance', now, { rules: { clockToleranceSeconds: 300 } }, 'token_expired'],
    ['there and required', now + 1, { rules: { requireExpiry: true } }, 'met'],
  ])('exp %s [TC-04]', (_what, exp, more, expected) => {
    expect(judge({ exp }, {}, more)).toBe(expected)
  })

  test.each<[string, number, string]>([
    ['past', now - 1, 'met'],
    ['now', now, 'met'],
    ['5 seconds ahead', now + 5, 'met'],
    ['10 seconds ahead, the whole tolerance', now + 10, 'met'],
    ['11 seconds ahead', now + 11, 'token_not_yet_valid'],
    ['61 seconds ahead', now + 61, 'token_not_yet_valid'],
    ['an hour ahead', now + 3600, 'token_not_yet_valid'],
  ])('nbf and iat %s [TC-06] [TC-08]', (_what, time, expected) => {
    expect(judge({ nbf: time })).toBe(expected)
    expect(judge({ iat: time })).toBe(expected)
    expect(judge({ nbf: time }, {}, { fresh: false })).toBe(expected)
  })

  test('by a clock that gives no number no token is good', () => {
    expect(judge({ exp: now + 1 }, {}, { at: NaN })).toBe('token_expired')
    expect(judge({ exp: now + 1 }, {}, { at: NaN, fresh: false })).toBe('token_expired')
    expect(judge({}, {}, { at: NaN })).toBe('token_not_yet_valid')
    expect(judge({ nbf: now - 1 }, {}, { at: NaN })).toBe('token_not_yet_valid')
  })

  test('the tolerance for nbf and iat is the one given', () => {
    expect(judge({ nbf: now + 1 }, {}, { rules: { clockToleranceSeconds: 0 } })).toBe('token_not_yet_valid')
    expect(judge({ iat: now + 30 }, {}, { rules: { clockToleranceSeconds: 30 } })).toBe('met')
  })

  test('age counts from iat, up to and with the greatest age; without iat a token is too old [TC-07]', () => {
    expect(judge({ iat: now - 60 }, { maxTokenAgeSeconds: 60 })).toBe('met')
    expect(judge({ iat: now - 60 }, { maxTokenAgeSeconds: 60 }, { at: nowMs + 999 })).toBe('met')
    expect(judge({ iat: now - 61 }, { maxTokenAgeSeconds: 60 })).toBe('token_too_old')
    expect(judge({ iat: now }, { maxTokenAgeSeconds: 0 })).toBe('met')
    expect(judge({ iat: now - 1 }, { maxTokenAgeSeconds: 0 })).toBe('token_too_old')
    expect(judge({ exp: now + 60 }, { maxTokenAgeSeconds: 60 })).toBe('token_too_old')
    expect(judge({ iat: 0 })).toBe('met')
  })
})

describe('identity', () => {
  const issuer = 'https://as.example'

  const otherIssuers = ['', `${issuer}/`, 'https://AS.example', 'https://\u0430s.example', `${issuer}:443`, 'https://evil.example']
  test.each(otherIssuers)('iss %p is not the configured one, character by character [TC-17]', (iss) => {
    expect(judge({ iss }, {}, { rules: { issuer } })).toBe('issuer_mismatch')
    expect(judge({ iss })).toBe('met')
  })

  test('an issuer may be unknown, unless it is required', () => {
    expect(judge({ iss: issuer }, {}, { rules: { issuer, requireIssuer: true } })).toBe('met')
    expect(judge({}, {}, { rules: { issuer } })).toBe('met')
    expect(judge({}, {}, { rules: { issuer, requireIssuer: true } })).toBe('issuer_mismatch')
  })

  const api = 'https://api.example'
  const audiences = [[api, 'https://api2.example']]
  test.each([[[api]], [['https://other.example', api]], [['https://api2.example']]])(
    'aud %j has an accepted audience in it [TC-09] [TC-11]',
    (aud) => {
      expect(judge({ aud }, { audiences })).toBe('met')
    },
  )

  const otherAudiences = [
    'https://other.example',
    `${api}/`,
    'HTTPS://api.example',
    'https://api.exampl\u0435',
    `https://a.example ${api}`,
    'rs-client',
  ]
  test.each(otherAudiences)('aud %p is none of the accepted ones, character by character [TC-09] [TC-10] [TC-17]', (audience) => {
    expect(judge({ aud: [audience] }, { audiences })).toBe('audience_mismatch')
    expect(judge({ aud: ['x', audience] }, { audiences })).toBe('audience_mismatch')
  })

  test('of each level one audience must be there, and each must allow the client', () => {
    const both = { audiences: [['a', 'b'], ['c']], clients: [['x', 'y'], ['y']] }
    expect(judge({ aud: ['b', 'c'], client_id: 'y' }, both)).toBe('met')
    expect(judge({ aud: ['a', 'b'], client_id: 'y' }, both)).toBe('audience_mismatch')
    expect(judge({ aud: ['c'], client_id: 'y' }, both)).toBe('audience_mismatch')
    expect(judge({ aud: ['b', 'c'], client_id: 'x' }, both)).toBe('client_not_allowed')
    expect(judge({ aud: ['b', 'c'] }, both)).toBe('client_not_allowed')
    expect(judge({ aud: ['b', 'c'], client_id: 'Y' }, both)).toBe('client_not_allowed')
  })

  test('a client or a user name is not taken for the subject', () => {
    const requireSubject = { rules: { requireSubject: true } }
    expect(judge({ client_id: 'c', username: 'u' }, {}, requireSubject)).toBe('claims_invalid')
    expect(judge({ sub: '' }, {}, requireSubject)).toBe('claims_invalid')
    expect(judge({ sub: 's' }, {}, requireSubject)).toBe('met')
  })
})

describe('kind of token', () => {
  const accessTokens = [undefined, 'Bearer', 'bearer', 'BEARER', 'access_token', 'urn:ietf:params:oauth:token-type:access_token']
  test.each(accessTokens)('token_type %p is an access token, whatever the case [TC-18]', (token_type) => {
    expect(judge({ token_type })).toBe('met')
  })

  test.each([
    ['not understood [TC-19]', ['DPoP', 'mac', 'MAC', 'pop', 'urn:x:pop', '', 'Bearer ', 'bearer,mac', 'constructor']],
    ['not usable here [TC-21]', ['N_A', 'n_a']],
    ['of another kind [TC-20]', ['refresh_token', 'Refresh_Token', 'id_token', 'urn:ietf:params:oauth:token-type:refresh_token']],
  ])('a token_type is refused that is %s', (_what, types) => {
    expect(types.filter((token_type) => judge({ token_type }) !== 'token_type_refused')).toStrictEqual([])
  })

  const otherUses = [
    ...['Refresh', 'refresh', 'refresh_token', 'Offline', 'ID', 'id', 'id_token', 'logout'],
    ...['logout+jwt', 'secevent+jwt', 'application/secevent+jwt', 'Application/Logout+JWT', 'dpop+jwt', 'statuslist+jwt', 'xat+jwt'],
    ...[['refresh'], ['Bearer', 'id']],
  ]
  test.each(otherUses)('typ and token_use %j open nothing [TC-20]', (use) => {
    expect(judge({ claims: { typ: use } })).toBe('token_type_refused')
    expect(judge({ claims: { token_use: use } })).toBe('token_type_refused')
    expect(judge({ token_type: 'Bearer', claims: { typ: 'Bearer', token_use: use } })).toBe('token_type_refused')
  })

  const noUses = [undefined, null, 'Bearer', 'access', 'at+jwt', 'application/at+jwt', 'JWT', 1, ['Bearer', 1], {}]
  test.each(noUses)('typ and token_use %j say nothing against a token', (use) => {
    expect(judge({ claims: { typ: use, token_use: use } })).toBe('met')
  })

  test('a bound token is refused, its possession proves nothing [TC-24]', () => {
    expect(judge({ bound: true })).toBe('binding_unproved')
    expect(judge({ bound: true, token_type: 'Bearer' })).toBe('binding_unproved')
  })

  test('what the schema refused is refused', () => {
    expect(judge({ sub: 's' }, {}, { claimsValid: false })).toBe('claims_invalid')
  })

  test('what stands inside act and may_act neither takes nor gives anything [TC-46] [TC-47]', () => {
    const inner = { exp: 1, nbf: now + 9999, aud: 'https://api.example', scope: 'admin', client_id: 'c', iss: 'x', act: { exp: 1 } }
    const claims = { act: inner, may_act: inner }
    expect(judge({ claims })).toBe('met')
    expect(judge({ claims }, { scopes: [[['admin']]] })).toBe('scope_insufficient')
    expect(judge({ claims }, { audiences: [['https://api.example']] })).toBe('audience_mismatch')
    expect(judge({ claims }, { clients: [['c']] })).toBe('client_not_allowed')
  })
})

test('the first requirement that is not met answers: time, issuer, audience, client, type, binding, claims, scope [TC-01, TC-02]', () => {
  const needs = { audiences: [['a']], clients: [['c']], scopes: [[['read']]], maxTokenAgeSeconds: 60 }
  const more: Case = { rules: { issuer: 'i', requireSubject: true }, claimsValid: true }
  const steps: [Partial<ActiveIntrospection>, string][] = [
    [{ exp: now, nbf: now + 99, iat: now - 99, iss: 'x', token_type: 'mac', bound: true }, 'token_expired'],
    [{ exp: now + 60 }, 'token_not_yet_valid'],
    [{ nbf: now }, 'token_too_old'],
    [{ iat: now }, 'issuer_mismatch'],
    [{ iss: 'i' }, 'audience_mismatch'],
    [{ aud: ['a'] }, 'client_not_allowed'],
    [{ client_id: 'c' }, 'token_type_refused'],
    [{ token_type: 'Bearer' }, 'binding_unproved'],
    [{ bound: false }, 'claims_invalid'],
    [{ sub: 's' }, 'scope_insufficient'],
    [{ scope: ['read'] }, 'met'],
  ]
  let members: Partial<ActiveIntrospection> = {}
  const answers = steps.map(([mended]) => judge((members = { ...members, ...mended }), needs, more))
  expect(answers).toStrictEqual(steps.map(([, reason]) => reason))
})

describe('levels', () => {
  test('are put together: lists one after the other, the smaller ages, each scope once', () => {
    const server = level({ scopes: [[['b', 'a']]], audiences: [['x']], clients: [['c', 'd']], maxTokenAgeSeconds: 60, maxAnswerAgeMs: 9 })
    const route = level({ scopes: [[['a'], ['c']]], audiences: [['y']], clients: [['d']], maxTokenAgeSeconds: 30, maxAnswerAgeMs: 10 })
    expect(combine(server, route)).toStrictEqual({
      scopes: [[['b', 'a']], [['a'], ['c']]],
      audiences: [['x'], ['y']],
      clients: [['c', 'd'], ['d']],
      maxTokenAgeSeconds: 30,
      maxAnswerAgeMs: 9,
      scope: 'b a c',
    })
  })

  test('are none at all when there are none', () => {
    expect(noNeeds).toStrictEqual({ ...level(), scope: '' })
  })

  test('only tighten: a token meets two together just when it meets each', () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const names = fc.array(name, { maxLength: 3 })
    const rule: fc.Arbitrary<ScopeRule> = fc.array(names, { minLength: 1, maxLength: 2 })
    const anyLevel = fc.record({
      scopes: fc.array(rule, { maxLength: 2 }),
      audiences: fc.array(names, { maxLength: 2 }),
      clients: fc.array(names, { maxLength: 2 }),
      maxTokenAgeSeconds: fc.constantFrom(0, 60, Infinity),
      maxAnswerAgeMs: fc.constant(Infinity),
    })
    const client_id = fc.option(name, { nil: undefined })
    const anyToken = fc.record({ scope: names, aud: names, client_id, iat: fc.constantFrom(undefined, now, now - 30) })
    fc.assert(
      fc.property(anyToken, anyLevel, anyLevel, (token, one, other) => {
        const judged = { introspection: introspection(token), claimsValid: true, fresh: true }
        const meets = (...levels: Level[]): boolean => findUnmet(judged, combine(...levels), rules, nowMs) === undefined
        expect(meets(one, other)).toBe(meets(one) && meets(other))
      }),
    )
  })
})
