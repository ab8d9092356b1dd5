import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { parseChallenges } from '@oauth-introspect/testkit'
import fc from 'fast-check'
import { type GivenReason, type Refused, refuse } from '../src/challenge.ts'

const api = { realm: 'api' }

const bare = 'Bearer realm="api"'
const invalidRequest =
  'Bearer realm="api", error="invalid_request", error_description="the request must present exactly one access token, in one way"'
const invalidToken = 'Bearer realm="api", error="invalid_token", error_description="the access token is not valid for this resource"'
const insufficientScope =
  'Bearer realm="api", error="insufficient_scope", error_description="the access token does not have the scope that this request needs", scope="read write"'

const headersOf = (refused: Refused, name: string): string[] =>
  refused.headers.filter(([known]) => known === name).map(([, value]) => value)

const aboutTheToken: readonly GivenReason[] = [
  'token_malformed',
  'token_inactive',
  'token_expired',
  'token_not_yet_valid',
  'token_too_old',
  'issuer_mismatch',
  'audience_mismatch',
  'client_not_allowed',
  'token_type_refused',
  'claims_invalid',
  'binding_unproved',
]
const aboutUs = { authorization_server_unavailable: 503, authorization_server_rejected_us: 500, overloaded: 503 } as const
const reasons: readonly GivenReason[] = [
  'token_missing',
  'scheme_unsupported',
  'request_malformed',
  ...aboutTheToken,
  'scope_insufficient',
  'authorization_server_unavailable',
  'authorization_server_rejected_us',
  'overloaded',
]
const detail = { scope: 'read write', retryAfterSeconds: undefined }

describe('a refusal', () => {
  test.each(['token_missing', 'scheme_unsupported'] as const)(
    'for want of a token has a challenge without error information: %s [CH-01] [CH-02] [CH-03] [CH-11]',
    (reason) => {
      expect(refuse(reason, api, detail)).toStrictEqual({
        outcome: 'refused',
        status: 401,
        headers: [
          ['Cache-Control', 'no-store'],
          ['WWW-Authenticate', bare],
        ],
        body: {},
        reason,
      })
    },
  )

  test('of a malformed request is a 400 invalid_request [ER-01] [CH-10]', () => {
    expect(refuse('request_malformed', api, detail)).toStrictEqual({
      outcome: 'refused',
      status: 400,
      headers: [
        ['Cache-Control', 'no-store'],
        ['WWW-Authenticate', invalidRequest],
      ],
      body: { error: 'invalid_request', error_description: 'the request must present exactly one access token, in one way' },
      reason: 'request_malformed',
    })
  })

  test.each(aboutTheToken)(
    'of a token says one and the same, whatever is wrong with it: %s [CH-01] [CH-02] [CH-10] [ER-02] [ER-11]',
    (reason) => {
      expect(refuse(reason, api, detail)).toStrictEqual({
        outcome: 'refused',
        status: 401,
        headers: [
          ['Cache-Control', 'no-store'],
          ['WWW-Authenticate', invalidToken],
        ],
        body: { error: 'invalid_token', error_description: 'the access token is not valid for this resource' },
        reason,
      })
    },
  )

  test('for want of scope is a 403 that names all that is needed [CH-01] [CH-13] [ER-03] [SC-04] [SC-12]', () => {
    expect(refuse('scope_insufficient', api, detail)).toStrictEqual({
      outcome: 'refused',
      status: 403,
      headers: [
        ['Cache-Control', 'no-store'],
        ['WWW-Authenticate', insufficientScope],
      ],
      body: { error: 'insufficient_scope', error_description: 'the access token does not have the scope that this request needs' },
      reason: 'scope_insufficient',
    })
  })

  test.each(Object.entries(aboutUs) as [keyof typeof aboutUs, 500 | 503][])(
    'for a fault of our side has no challenge and no error: %s [ER-12] [ER-14]',
    (reason, status) => {
      expect(refuse(reason, api, detail)).toStrictEqual({
        outcome: 'refused',
        status,
        headers: [['Cache-Control', 'no-store']],
        body: {},
        reason,
      })
    },
  )

  test('tells when to come again, where that is known [ER-12]', () => {
    const told = refuse('authorization_server_unavailable', api, { retryAfterSeconds: 7 })
    expect(told.headers).toStrictEqual([
      ['Cache-Control', 'no-store'],
      ['Retry-After', '7'],
    ])
    expect(headersOf(refuse('authorization_server_unavailable', api), 'Retry-After')).toStrictEqual([])
  })

  test('lets scripts of other origins read its challenge, where that is switched on, whatever its reason', () => {
    const exposed = [['Access-Control-Expose-Headers', 'WWW-Authenticate, DPoP-Nonce']]
    const exposedBy = ({ headers }: Refused): unknown => headers.filter(([name]) => name.startsWith('Access-Control'))
    for (const reason of reasons) {
      expect(exposedBy(refuse(reason, { ...api, exposed: true }, detail))).toStrictEqual(exposed)
      expect(exposedBy(refuse(reason, { ...api, exposed: false }, detail))).toStrictEqual([])
      expect(exposedBy(refuse(reason, api, detail))).toStrictEqual([])
    }
  })

  test.each(reasons)('has a body that says what its challenge says: %s', (reason) => {
    const refused = refuse(reason, api, detail)
    const parameters = parseChallenges(headersOf(refused, 'WWW-Authenticate')).flatMap((challenge) => challenge.parameters)
    expect(refused.body).toStrictEqual(Object.fromEntries(parameters.filter(([name]) => name.startsWith('error'))))
  })

  test.each(reasons)('keeps its cause for the operator and tells the caller nothing of it: %s [CH-26]', (reason) => {
    const cause = new Error('CANARY')
    const refused = refuse(reason, api, { ...detail, cause })
    expect(refused.cause).toBe(cause)
    expect(inspect([refused.headers, refused.body], { showHidden: true })).not.toContain('CANARY')
    expect('cause' in refuse(reason, api, detail)).toBe(false)
  })

  test('cannot be changed, for it may be shared', () => {
    const refused = refuse('token_inactive', api)
    for (const part of [refused, refused.headers, refused.body]) expect(Object.isFrozen(part)).toBe(true)
  })
})

describe('a challenge', () => {
  test('quotes the realm, with nothing escaped but quotes and backslashes [CH-06] [CH-07]', () => {
    const refused = refuse('token_missing', { realm: 'a"b\\c, d=e (f)' })
    expect(headersOf(refused, 'WWW-Authenticate')).toStrictEqual(['Bearer realm="a\\"b\\\\c, d=e (f)"'])
    expect(headersOf(refuse('token_missing', { realm: '' }), 'WWW-Authenticate')).toStrictEqual(['Bearer realm=""'])
  })

  const realm = fc.string({ unit: fc.constantFrom(...Array.from({ length: 95 }, (_, at) => String.fromCharCode(0x20 + at))) })
  const letters = Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at)).filter((letter) => !'"\\'.includes(letter))
  const scope = fc
    .array(fc.string({ unit: fc.constantFrom(...letters), minLength: 1 }), { minLength: 1, maxLength: 4 })
    .map((scopes) => scopes.join(' '))

  test('always parses back to what went in, each parameter once [CH-04] [CH-05] [CH-07]', () => {
    fc.assert(
      fc.property(fc.constantFrom(...reasons), realm, scope, (reason, given, needed) => {
        const refused = refuse(reason, { realm: given }, { scope: needed })
        const challenges = parseChallenges(headersOf(refused, 'WWW-Authenticate'))
        if (refused.status >= 500) return expect(challenges).toStrictEqual([])
        const parameters = [
          ['realm', given],
          ...Object.entries(refused.body),
          ...(reason === 'scope_insufficient' ? [['scope', needed]] : []),
        ]
        return expect(challenges).toStrictEqual([{ scheme: 'Bearer', parameters }])
      }),
    )
  })

  test('has only the characters that its values may have [CH-08]', () => {
    for (const reason of reasons) {
      for (const text of Object.values(refuse(reason, api, detail).body)) expect(text).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    }
  })
})
