import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { readStoredAnswer, type StoredAnswer, writeStoredAnswer } from '../../src/cache/stored-answer.ts'
import { readIntrospection } from '../../src/introspection-response.ts'

const token = 'CANARY-token-9f3b6c2d81e4'
const rules = { scopeSeparator: ' ', inactiveErrors: [], missingActive: 'refuse' } as const
const now = 1_700_000_000_000

function write(members: Record<string, unknown>, sentAt = now): string | undefined {
  const introspection = readIntrospection(members, token, rules)
  if (!introspection.active) throw new Error('expected an active token')
  return writeStoredAnswer({ active: true, introspection, sentAt }, token)
}

const read = (text: string | undefined, at = now): StoredAnswer | undefined => readStoredAnswer(text ?? '', at)

describe('a stored answer', () => {
  it('is what the authorization server said and when it was asked, and reads as the reply did [CA-06]', () => {
    const reply = { active: true, scope: 'read write', exp: 1_700_000_300, aud: ['a'], cnf: { jkt: 'x' }, nested: { list: [1, null] } }
    const text = write(structuredClone(reply), now - 5000)
    expect(text).toBe(JSON.stringify({ version: 1, sentAt: now - 5000, active: true, members: reply }))
    const stored = read(text)
    expect(stored).toEqual({ active: true, members: reply, sentAt: now - 5000 })
    if (stored?.active !== true) return
    expect(readIntrospection(stored.members, token, rules)).toEqual(readIntrospection(structuredClone(reply), token, rules))
  })

  it('has with it for how long the authorization server lets it be kept, where that is said', () => {
    const text = writeStoredAnswer({ active: true, introspection: { claims: { sub: 'u' } }, sentAt: now, freshForMs: 5000 }, token)
    expect(read(text)).toEqual({ active: true, members: { sub: 'u' }, sentAt: now, freshForMs: 5000 })
  })

  it('may be that a token is not active', () => {
    const text = writeStoredAnswer({ active: false, sentAt: now }, token)
    expect(text).toBe(`{"version":1,"sentAt":${now},"active":false}`)
    expect(read(text)).toEqual({ active: false, sentAt: now })
  })

  it('never holds the token [CA-06] [CA-07]', () => {
    const text = write({ active: true, access_token: token, note: `it was ${token}`, list: [token], [token]: 1, sub: 'user-1' })
    expect(text).toContain('user-1')
    expect(text).not.toContain(token)
  })

  it.each(['short', 'a"b\\c', 'ä', '€'])('is none where the token is too short to be taken out of the reply, and is in it: %j', (short) => {
    for (const members of [{ echoed: short }, { note: `x${short}x` }, { [short]: 1 }, { deep: [{ a: short }] }]) {
      const claims = { active: true, ...members }
      expect(writeStoredAnswer({ active: true, introspection: { claims }, sentAt: now }, short)).toBeUndefined()
    }
    expect(writeStoredAnswer({ active: true, introspection: { claims: { sub: 'u' } }, sentAt: now }, short)).toBeDefined()
  })

  it('is what was said, whatever it was', () => {
    const members = fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(members, fc.nat(now), (claims, sentAt) => {
        const plain = JSON.parse(JSON.stringify(claims)) as Record<string, unknown>
        const text = writeStoredAnswer({ active: true, introspection: { claims: plain }, sentAt }, token)
        expect(read(text)).toEqual({ active: true, members: plain, sentAt })
      }),
    )
  })
})

describe('what is no stored answer', () => {
  const good = { version: 1, sentAt: now, active: true, members: { sub: 'user-1' } }

  it('is read when nothing is wrong with it', () => {
    expect(read(JSON.stringify(good))).toEqual({ active: true, members: { sub: 'user-1' }, sentAt: now })
  })

  it.each([
    ...['', ' ', 'null', 'true', '1', '"active"', '[]', '{', `[${JSON.stringify(good)}]`, `${JSON.stringify(good)}x`],
    ...[undefined, null, 0, 2, '1', true].map((version) => JSON.stringify({ ...good, version })),
    ...[undefined, null, now + 1, -1, '1', String(now), true, {}].map((sentAt) => JSON.stringify({ ...good, sentAt })),
    ...[null, -1, '1', true, {}].map((freshForMs) => JSON.stringify({ ...good, freshForMs })),
    ...[undefined, null, 1, 'true', {}].map((active) => JSON.stringify({ ...good, active })),
    ...[undefined, null, 1, 'text', [], true].map((members) => JSON.stringify({ ...good, members })),
    JSON.stringify({ ...good, active: false }),
    JSON.stringify({ ...good, claims: {} }),
    JSON.stringify(good).replace('"active":true', '"active":false,"active":true'),
    JSON.stringify(good).replace('"user-1"', '"user-1","sub":"user-2"'),
    JSON.stringify(good).replace(String(now), '1e400'),
    JSON.stringify(good).replace(String(now), 'NaN'),
    `{"__proto__":${JSON.stringify(good)}}`,
    JSON.stringify(good).replace('{"version"', '{"__proto__":{},"version"'),
    `{"version":1,"sentAt":1,"active":true,"members":${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}}`,
  ])('is a miss: %s', (text) => {
    expect(read(text)).toBeUndefined()
  })

  it('was asked for in the future, by the clock of whoever reads it', () => {
    expect(read(JSON.stringify(good), now - 1)).toBeUndefined()
    expect(read(JSON.stringify(good), now)).toBeDefined()
  })
})
