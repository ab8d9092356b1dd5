import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { grantsAll, listScopes, meets, readScopes, type ScopeMatching, type ScopeRule, splitScope } from '../src/scope.ts'

const shape = 'a string, a list of strings or { anyOf: [...] }'
const characters = 'scopes of the characters that RFC 6749 §3.3 allows'

describe('required scopes', () => {
  test.each<[unknown, ScopeRule]>([
    ['read', [['read']]],
    ['read write', [['read', 'write']]],
    ['  read   write ', [['read', 'write']]],
    [['read', 'write'], [['read', 'write']]],
    [['read write', 'admin'], [['read', 'write', 'admin']]],
    [['read', 'read read'], [['read']]],
    [[], [[]]],
    [{ anyOf: ['read', 'admin'] }, [['read'], ['admin']]],
    [{ anyOf: ['read write', 'admin'] }, [['read', 'write'], ['admin']]],
    [Object.freeze(['a']), [['a']]],
  ])('%j are read as %j: all of an alternative, one of the alternatives', (scopes, rule) => {
    expect(readScopes(scopes)).toStrictEqual({ rule })
  })

  test.each<[unknown, string]>([
    [undefined, shape],
    [null, shape],
    [1, shape],
    [true, shape],
    [() => ['read'], shape],
    [{}, shape],
    [{ allOf: ['read'] }, shape],
    [{ anyOf: 'read' }, shape],
    [{ anyOf: undefined }, shape],
    [{ anyOf: ['read'], allOf: ['write'] }, shape],
    [new Set(['read']), shape],
    [{ anyOf: [] }, 'an "anyOf" with at least one item'],
    [[1], 'scopes that are strings'],
    [['read', undefined], 'scopes that are strings'],
    [['read', ['write']], 'scopes that are strings'],
    [{ anyOf: ['read', null] }, 'scopes that are strings'],
    ['', 'scopes that are not empty'],
    ['  ', 'scopes that are not empty'],
    [['read', ''], 'scopes that are not empty'],
    [{ anyOf: ['read', ''] }, 'scopes that are not empty'],
  ])('%p are refused: what is expected is %s', (scopes, fault) => {
    expect(readScopes(scopes)).toStrictEqual({ fault })
  })

  test('hold every character of a scope-token and no other [SC-01] [CH-08]', () => {
    for (let code = 0; code <= 0x17f; code++) {
      const scope = `a${String.fromCharCode(code)}b`
      const allowed = code === 0x21 || (code >= 0x23 && code <= 0x5b) || (code >= 0x5d && code <= 0x7e)
      const expected = code === 0x20 ? { rule: [['a', 'b']] } : allowed ? { rule: [[scope]] } : { fault: characters }
      expect([code, readScopes(scope)]).toStrictEqual([code, expected])
    }
    expect(readScopes('read\nwrite')).toStrictEqual({ fault: characters })
    expect(readScopes({ anyOf: ['read', 'wr"ite'] })).toStrictEqual({ fault: characters })
  })
})

describe('matching', () => {
  test.each<[ScopeMatching & string, string[], string, boolean]>([
    ['exact', ['read'], 'read', true],
    ['exact', ['write', 'read'], 'read', true],
    ['exact', [], 'read', false],
    ['exact', ['Read'], 'read', false],
    ['exact', ['read:all'], 'read', false],
    ['exact', ['readonly'], 'read', false],
    ['exact', ['rea'], 'read', false],
    ['exact', ['re\u0430d'], 'read', false],
    ['exact', ['read write'], 'read', false],
    ['exact', ['a'], 'a.b', false],
    ['exact', ['*'], 'read', false],
    ['hierarchic', ['a'], 'a', true],
    ['hierarchic', ['a'], 'a.b', true],
    ['hierarchic', ['a'], 'a.b.c', true],
    ['hierarchic', ['a.b'], 'a.b.c', true],
    ['hierarchic', ['a.b'], 'a', false],
    ['hierarchic', ['a.b'], 'a.c', false],
    ['hierarchic', ['a'], 'ab', false],
    ['hierarchic', ['a'], 'a:b', false],
    ['hierarchic', ['A'], 'a.b', false],
    ['hierarchic', ['*'], 'a', false],
    ['wildcard', ['a.b'], 'a.b', true],
    ['wildcard', ['*'], 'a', true],
    ['wildcard', ['*'], 'a.b.c', true],
    ['wildcard', ['a.*'], 'a.b', true],
    ['wildcard', ['a.*'], 'a.b.c', true],
    ['wildcard', ['a.*.c'], 'a.b.c', true],
    ['wildcard', ['*.b'], 'a.b', true],
    ['wildcard', ['a.*'], 'a', false],
    ['wildcard', ['a.*'], 'b.a', false],
    ['wildcard', ['a.*'], 'a.', false],
    ['wildcard', ['a.*.c'], 'a..c', false],
    ['wildcard', ['a.*.c'], 'a.b.b.c', false],
    ['wildcard', ['*.b'], 'a.a.b', false],
    ['wildcard', ['a*'], 'ab', false],
    ['wildcard', ['a.b*'], 'a.bc', false],
    ['wildcard', ['a'], 'a.b', false],
    ['wildcard', ['a.b'], 'a', false],
    ['wildcard', ['a.b'], 'a.*', false],
    ['wildcard', ['A.*'], 'a.b', false],
  ])('%s: %j held against "%s" is %p [SC-06]', (matching, granted, required, expected) => {
    expect(grantsAll(granted, [required], matching)).toBe(expected)
  })

  test('by a function asks it once for each required scope, with everything that is granted [SC-06]', () => {
    const asked: unknown[] = []
    const impliesRead = (granted: readonly string[], required: string): boolean => {
      asked.push([granted, required])
      return granted.includes(required) || (required === 'read' && granted.includes('write'))
    }
    expect(grantsAll(['write', 'x'], ['write', 'read'], impliesRead)).toBe(true)
    expect(asked).toStrictEqual([
      [['write', 'x'], 'write'],
      [['write', 'x'], 'read'],
    ])
    expect(grantsAll(['read'], ['read', 'write'], impliesRead)).toBe(false)
  })

  test.each([1, 'yes', {}, Promise.resolve(true), undefined, null, false])('by a function grants nothing for %p', (answer) => {
    const careless = (() => answer) as unknown as (granted: readonly string[], required: string) => boolean
    expect(grantsAll(['read'], ['read'], careless)).toBe(false)
  })

  test('by a function that throws throws', () => {
    const broken = (): boolean => {
      throw new RangeError('broken')
    }
    expect(() => grantsAll(['read'], ['read'], broken)).toThrow(new RangeError('broken'))
  })
})

describe('a rule', () => {
  test.each<[string[], ScopeRule, boolean]>([
    [['read'], [['read']], true],
    [['read'], [['read', 'write']], false],
    [['write', 'read'], [['read', 'write']], true],
    [['admin'], [['read', 'write'], ['admin']], true],
    [['read', 'write'], [['read', 'write'], ['admin']], true],
    [['read'], [['read', 'write'], ['admin']], false],
    [[], [[]], true],
    [[], [['read']], false],
    [['read'], [], false],
  ])('is met or not: %j against %j is %p', (granted, rule, expected) => {
    expect(meets(granted, rule, 'exact')).toBe(expected)
  })

  test.each<[ScopeRule[], string]>([
    [[], ''],
    [[[[]]], ''],
    [[[['b', 'a']], [['a', 'c']]], 'b a c'],
    [[[['read', 'write'], ['admin']]], 'read write admin'],
  ])('is told in a challenge with everything that is needed, each scope once: %j gives "%s" [CH-13]', (rules, scope) => {
    expect(listScopes(rules)).toBe(scope)
  })
})

describe('laws', () => {
  const segment = fc.constantFrom('a', 'b', 'read')
  const scope = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('.'))
  const scopes = fc.array(scope, { maxLength: 4 })
  const matching = fc.constantFrom<ScopeMatching>('exact', 'hierarchic', 'wildcard', (granted, required) => granted.includes(required))

  test('order and repetition are irrelevant [SC-01]', () => {
    fc.assert(
      fc.property(scopes, scopes, matching, (granted, required, by) => {
        const expected = grantsAll(granted, required, by)
        expect(grantsAll([...granted, ...granted].reverse(), [...required, ...required].reverse(), by)).toBe(expected)
      }),
    )
  })

  test('more granted never grants less, more required never grants more, and what is granted grants itself', () => {
    fc.assert(
      fc.property(scopes, scopes, scopes, matching, (granted, required, more, by) => {
        expect(grantsAll(granted, granted, by)).toBe(true)
        if (grantsAll(granted, required, by)) expect(grantsAll([...granted, ...more], required, by)).toBe(true)
        else expect(grantsAll(granted, [...required, ...more], by)).toBe(false)
      }),
    )
  })

  test('what exact matching grants, every other matching grants', () => {
    fc.assert(
      fc.property(scopes, scopes, matching, (granted, required, by) => {
        if (grantsAll(granted, required, 'exact')) expect(grantsAll(granted, required, by)).toBe(true)
      }),
    )
  })

  test('whatever is given is read as a rule that reads back the same, or refused in constant words', () => {
    const faults = [shape, characters, 'an "anyOf" with at least one item', 'scopes that are strings', 'scopes that are not empty']
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(fc.string()), fc.anything()), (given) => {
        const read = readScopes(given)
        if ('fault' in read) expect(faults).toContain(read.fault)
        else if (read.rule[0]?.length !== 0) expect(readScopes({ anyOf: read.rule.map((all) => all.join(' ')) })).toStrictEqual(read)
      }),
    )
  })
})

test.each([
  ['a', ['a']],
  ['a b', ['a', 'b']],
  ['  read:a   write ', ['read:a', 'write']],
  ['', ['']],
  ['  ', ['  ']],
])('a text %j has the scopes %j', (text, scopes) => {
  expect(splitScope(text)).toStrictEqual(scopes)
})
