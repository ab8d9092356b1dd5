import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { type AuthSource, GrantedAuth } from '../src/auth-info.ts'
import type { ActiveIntrospection } from '../src/introspection-response.ts'

const token = 'CANARY-token-0123456789'
const claims = Object.freeze({ active: true, act: Object.freeze({ sub: 'actor', act: Object.freeze({ sub: 'before' }) }) })

const bare: ActiveIntrospection = {
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
}
const full: ActiveIntrospection = {
  ...bare,
  scope: Object.freeze(['read', 'write']),
  aud: Object.freeze(['https://api.example']),
  client_id: 'client-1',
  username: 'jane',
  token_type: 'Bearer',
  sub: 'user-1',
  iss: 'https://as.example',
  exp: 20,
  iat: 10,
  nbf: 11,
  claims,
}

const hold = (): AbortSignal => new AbortController().signal

function grant(introspection: ActiveIntrospection, grants: AuthSource<string>['grants'] = () => false): GrantedAuth<string> {
  const answer = { introspection, claims: introspection.claims, sentAt: 12_345 }
  return new GrantedAuth({ answer, authorizationServer: 'https://as.example', stale: false, grants, hold }, token, 'STANDING')
}

const toldOf = (auth: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(auth).filter(([, value]) => value !== undefined))

describe('an auth', () => {
  test('says what the authorization server said', () => {
    const auth = grant(full)
    expect(toldOf(auth)).toStrictEqual({
      clientId: 'client-1',
      subject: 'user-1',
      username: 'jane',
      scopes: ['read', 'write'],
      audience: ['https://api.example'],
      issuer: 'https://as.example',
      authorizationServer: 'https://as.example',
      expiresAt: 20,
      issuedAt: 10,
      tokenType: 'Bearer',
      actor: { sub: 'actor', act: { sub: 'before' } },
      claims,
      answeredAt: 12_345,
      stale: false,
    })
    expect(auth.claims).toBe(claims)
    expect(auth.scopes).toBe(full.scope)
  })

  test('fills nothing in that the server did not say', () => {
    expect(toldOf(grant(bare))).toStrictEqual({
      scopes: [],
      audience: [],
      authorizationServer: 'https://as.example',
      claims: { active: true },
      answeredAt: 12_345,
      stale: false,
    })
    expect(grant({ ...bare, client_id: 'c', username: 'u' }).subject).toBeUndefined()
  })

  test('has no member for what the server did not say', () => {
    const optional = ['clientId', 'subject', 'username', 'issuer', 'expiresAt', 'issuedAt', 'tokenType', 'actor']
    const auth = grant(bare)
    expect(optional.filter((name) => name in auth)).toStrictEqual([])
  })

  test('keeps what is falsy but said', () => {
    const said = { ...bare, client_id: '', sub: '', username: '', iss: '', exp: 0, iat: 0, token_type: '', claims: { act: null } }
    const told = { clientId: '', subject: '', username: '', issuer: '', expiresAt: 0, issuedAt: 0, tokenType: '', actor: null }
    expect(toldOf(grant(said))).toMatchObject(told)
  })

  test('has the claims that a schema made, and the actor that the server named', () => {
    const answer = { introspection: full, claims: { tenant: 't' }, sentAt: 1 }
    const auth = new GrantedAuth({ answer, authorizationServer: 'a', stale: true, grants: () => true, hold }, token, 'STANDING')
    expect(auth.claims).toBe(answer.claims)
    expect(auth.actor).toBe(claims.act)
  })
})

describe('the token', () => {
  test('can be read', () => {
    expect(grant(full).token).toBe(token)
  })

  test('is shown by nothing that prints or copies [LG-01]', () => {
    const auth = grant(full)
    const shown = [
      inspect(auth, { depth: 9, showHidden: true, getters: false }),
      inspect({ request: { auth } }, { depth: 9 }),
      JSON.stringify(auth),
      JSON.stringify(Object.assign({}, auth)),
      inspect(structuredClone(Object.assign({}, auth)), { depth: 9 }),
      Object.entries(auth).join(),
      Reflect.ownKeys(auth)
        .map((key) => String(Reflect.get(auth, key)))
        .join(),
    ]
    for (const text of shown) {
      expect(text).not.toContain('CANARY')
      expect(text).not.toContain('STANDING')
    }
  })
})

describe('signal', () => {
  test('is made when it is first read, once, of what the request was measured by, and is not shown', () => {
    const held: unknown[] = []
    const answer = { introspection: full, claims: {}, sentAt: 1 }
    const holdHere = (standing: string): AbortSignal => {
      held.push(standing)
      return hold()
    }
    const auth = new GrantedAuth({ answer, authorizationServer: 'a', stale: true, grants: () => true, hold: holdHere }, token, 'STANDING')
    expect([Object.keys(auth).includes('signal'), held]).toEqual([false, []])
    const { signal } = auth
    expect(auth.signal).toBe(signal)
    expect(held).toEqual(['STANDING'])
  })
})

describe('hasScope', () => {
  test('asks the matching of the resource server about all of them at once', () => {
    const asked: unknown[] = []
    const auth = grant(full, (granted, scopes) => {
      asked.push([granted, scopes])
      return scopes.every((scope) => granted.includes(scope))
    })
    expect(auth.hasScope('read')).toBe(true)
    expect(auth.hasScope('read', 'admin')).toBe(false)
    expect(asked).toStrictEqual([
      [full.scope, ['read']],
      [full.scope, ['read', 'admin']],
    ])
  })
})

describe('what is kept with an auth', () => {
  test('is known of one of ours only', () => {
    const auth = grant(full)
    expect(GrantedAuth.standingOf(auth)).toBe('STANDING')
    const others = [
      undefined,
      null,
      'auth',
      1,
      {},
      Object.assign({}, auth),
      Object.create(auth),
      new Proxy(auth, {}),
      Object.create(GrantedAuth.prototype),
    ]
    for (const other of others) expect(GrantedAuth.standingOf(other)).toBeUndefined()
  })
})
