import { describe, expect, it } from '@jest/globals'
import { readSubject, type SubjectRules } from '../../src/revocation/subject-identifier.ts'

const issuer = 'https://as.example'
const other = 'https://other.example'
const rules: SubjectRules = { issuer, maybeSession: true, critical: [] }

const user = { format: 'iss_sub', iss: other, sub: 'user-1' }
const email = { format: 'email', email: 'user@example.com' }
const session = { format: 'opaque', id: 's-1' }

describe('a subject', () => {
  it.each<[object, object[]]>([
    [user, [{ issuer: other, subject: 'user-1' }]],
    // A name, by which introspection may know nobody: the server knows whose tokens these are.
    [{ format: 'email', email: 'user@example.com' }, [{ issuer, subject: 'user@example.com' }, { issuer }]],
    [{ format: 'phone_number', phone_number: '+12065550100' }, [{ issuer, subject: '+12065550100' }, { issuer }]],
    [{ format: 'account', uri: 'acct:user@example.com' }, [{ issuer, subject: 'acct:user@example.com' }, { issuer }]],
    [{ format: 'did', url: 'did:example:1' }, [{ issuer, subject: 'did:example:1' }, { issuer }]],
    [{ format: 'uri', uri: 'https://user.example/' }, [{ issuer, subject: 'https://user.example/' }, { issuer }]],
    [{ format: 'jwt_id', iss: other, jti: 'j-1' }, [{ issuer: other, jti: 'j-1' }]],
    // Of a user or of a session: nothing says which.
    [
      { format: 'opaque', id: 'x' },
      [
        { issuer, subject: 'x' },
        { issuer, session: 'x' },
      ],
    ],
    [
      { format: 'aliases', identifiers: [user, { format: 'email', email: 'user@example.com' }] },
      [
        { issuer: other, subject: 'user-1' },
        { issuer, subject: 'user@example.com' },
      ],
    ],
    // Nothing that introspection has a word for: all tokens of the issuer.
    [{ format: 'saml_assertion_id', issuer: other, assertion_id: 'x' }, [{ issuer }]],
    [{ format: 'later', whatever: 1 }, [{ issuer }]],
    [{ format: 'toString' }, [{ issuer }]],
  ])('%j is %j [RS-15]', (subject, names) => {
    expect(readSubject(subject, rules)).toEqual(names)
  })

  it('that is opaque is no session where sessions are not the matter', () => {
    expect(readSubject({ format: 'opaque', id: 'x' }, { ...rules, maybeSession: false })).toEqual([{ issuer, subject: 'x' }])
  })

  it.each<[object, object[]]>([
    [{ user }, [{ issuer: other, subject: 'user-1' }]],
    [{ session }, [{ issuer, session: 's-1' }]],
    [{ session: { format: 'iss_sub', iss: other, sub: 's-1' } }, [{ issuer: other, session: 's-1' }]],
    [{ user: email }, [{ issuer, subject: 'user@example.com' }, { issuer }]],
    [
      { user: email, session },
      [
        { issuer, subject: 'user@example.com', session: 's-1' },
        { issuer, session: 's-1' },
      ],
    ],
    [{ user, session }, [{ issuer: other, subject: 'user-1', session: 's-1' }]],
    [{ user, application: { format: 'opaque', id: 'client-1' } }, [{ issuer: other, subject: 'user-1', client: 'client-1' }]],
    [{ user, tenant: { format: 'opaque', id: 't-1' } }, [{ issuer: other, subject: 'user-1' }]],
    [{ user, device: { format: 'later' }, unheard_of: {} }, [{ issuer: other, subject: 'user-1' }]],
    [{ device: { format: 'opaque', id: 'd-1' } }, [{ issuer }]],
    [{ user: { format: 'later' } }, [{ issuer }]],
    [
      { user: { format: 'aliases', identifiers: [user, session] }, session },
      [
        { issuer: other, subject: 'user-1', session: 's-1' },
        { issuer, subject: 's-1', session: 's-1' },
      ],
    ],
  ])('made of %j is %j [RS-15] [RS-16]', (members, names) => {
    expect(readSubject({ format: 'complex', ...members }, rules)).toEqual(names)
  })

  it('with more names than are worth telling apart is all tokens of the issuer', () => {
    const many = { format: 'aliases', identifiers: Array.from({ length: 5 }, (_, at) => ({ format: 'opaque', id: `x-${at}` })) }
    expect(readSubject({ format: 'complex', user: many, session: many }, rules)).toEqual([{ issuer }])
  })

  it.each<[object, readonly string[], object[]]>([
    [{ user, device: { format: 'opaque', id: 'd-1' } }, ['device'], []],
    [{ user: { format: 'later' } }, ['user'], []],
    [{ user, device: { format: 'opaque', id: 'd-1' } }, ['tenant'], [{ issuer: other, subject: 'user-1' }]],
    [{ user, session }, ['user', 'session'], [{ issuer: other, subject: 'user-1', session: 's-1' }]],
  ])('made of %j, where %j must be understood, is %j [RS-15]', (members, critical, names) => {
    expect(readSubject({ format: 'complex', ...members }, { ...rules, critical })).toEqual(names)
  })

  it.each([
    ...[undefined, null, 'user-1', [], {}, { format: '' }, { format: 7 }],
    ...[
      { format: 'iss_sub', sub: 'user-1' },
      { format: 'iss_sub', iss: issuer },
      { format: 'iss_sub', iss: issuer, sub: '' },
    ],
    ...[{ format: 'opaque' }, { format: 'opaque', id: 7 }, { format: 'email', id: 'x' }, { format: 'jwt_id', jti: 'x' }],
    ...[{ format: 'aliases' }, { format: 'aliases', identifiers: [] }, { format: 'aliases', identifiers: ['x'] }],
    { format: 'aliases', identifiers: [{ format: 'aliases', identifiers: [user] }] },
    { format: 'aliases', identifiers: Array.from({ length: 17 }, () => user) },
    ...[
      { format: 'complex' },
      { format: 'complex', user: 'user-1' },
      { format: 'complex', user: {} },
      { format: 'complex', user, session: [] },
    ],
  ])('is not %j', (subject) => {
    expect(readSubject(subject, rules)).toBeUndefined()
  })
})
