import { describe, expect, it } from '@jest/globals'
import type { ActiveAnswer } from '../../src/cache/answer.ts'
import { Remembered } from '../../src/cache/remembered.ts'
import { SharedValues } from '../../src/cache/shared-values.ts'
import { type MissingActive, readIntrospection } from '../../src/introspection-response.ts'

const values = new SharedValues()
const share = (value: unknown): unknown => values.share(value)

function answer(members: object, more: Partial<ActiveAnswer> = {}, missingActive: MissingActive = 'refuse'): ActiveAnswer {
  const rules = { scopeSeparator: ' ', inactiveErrors: [], missingActive, share }
  const introspection = readIntrospection(structuredClone({ active: true, ...members }), 'token-of-at-least-sixteen', rules)
  if (!introspection.active) throw new Error('expected an active token')
  return { active: true, introspection, claims: introspection.claims, invalidPaths: undefined, sentAt: 5, freshForMs: undefined, ...more }
}

const room = (): Remembered => new Remembered({ maxEntries: 10, inactiveMaxEntries: 10 })
const full = {
  ...{ scope: 'read write', aud: ['a', 'b'], client_id: 'c', username: 'u', token_type: 'Bearer', sub: 's', iss: 'i', jti: 'j' },
  ...{ exp: 20.5, iat: 10.5, nbf: 11.5, cnf: { jkt: 'x' }, nested: { roles: ['r'] } },
}

describe('an answer in memory', () => {
  it.each([
    ['of all members', answer(full)],
    ['of no members', answer({})],
    ['of members that are null', answer({ client_id: null, username: null, sub: null, exp: null, scope: null })],
    ['that may be kept for so long', answer(full, { freshForMs: 0 })],
    ['that a schema has read', answer(full, { claims: { tenant: 'a' } })],
    ['that a schema has refused', answer(full, { claims: undefined, invalidPaths: ['tenant'] })],
    ['that names its user as Spring does', answer({ active: undefined, user_name: 'jane' }, {}, 'checkToken')],
    ['that names its user twice', answer({ active: undefined, user_name: 'jane', username: 'joe' }, {}, 'checkToken')],
  ])('is unfolded to what it was: one %s', (_what, given) => {
    const remembered = room()
    remembered.keep('digest', given, 7)
    expect(remembered.get('digest')).toEqual({ answer: given, sentAfter: 7, usedBefore: false })
    expect((remembered.get('digest')?.answer as ActiveAnswer).introspection.claims).toBe(given.introspection.claims)
  })

  it('shares with others what it has in common with them, and nothing else', () => {
    const remembered = room()
    const answers = [answer(full, { freshForMs: 1 }), answer(full), answer({ ...full, sub: 'other' }), answer({ ...full, scope: 'read' })]
    for (const [at, given] of answers.entries()) remembered.keep(String(at), given, 0)
    const found = answers.map((_, at) => remembered.get(String(at))?.answer as ActiveAnswer)
    expect(found).toEqual(answers)
    const [first, second] = found.map(({ introspection }) => introspection)
    expect(second?.scope).toBe(first?.scope)
    expect(second?.claims['aud']).toBe(first?.aud)
    expect(second?.claims).not.toBe(first?.claims)
    for (const list of [first?.scope, first?.aud, first?.claims['aud'], first?.claims['nested']]) expect(Object.isFrozen(list)).toBe(true)
  })

  it('that says inactive is that and when, in a room of its own', () => {
    const remembered = room()
    remembered.keep('a', { active: false, sentAt: 3, freshForMs: 5 }, 1)
    remembered.keep('b', { active: false, sentAt: 4 }, 2)
    expect(remembered.get('a')).toEqual({ answer: { active: false, sentAt: 3, freshForMs: 5 }, sentAfter: 1, usedBefore: false })
    expect(remembered.get('b')).toEqual({ answer: { active: false, sentAt: 4 }, sentAfter: 2, usedBefore: false })
    expect([remembered.entries, remembered.inactiveEntries]).toEqual([0, 2])
    remembered.keep('a', answer({}), 0)
    expect([remembered.entries, remembered.inactiveEntries]).toEqual([1, 1])
    remembered.forget('a')
    remembered.forget('b')
    expect([remembered.entries, remembered.inactiveEntries, remembered.get('a')]).toEqual([0, 0, undefined])
  })
})
