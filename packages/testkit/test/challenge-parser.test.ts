import { describe, expect, it } from '@jest/globals'
import { parseChallenges } from '../src/challenge-parser.ts'

describe('the challenge parser', () => {
  it.each<[string, string, readonly (readonly [string, readonly (readonly [string, string])[]])[]]>([
    ['a scheme alone', 'Negotiate', [['Negotiate', []]]],
    ['a quoted value', 'Bearer realm="api"', [['Bearer', [['realm', 'api']]]]],
    ['an empty quoted value', 'Bearer realm=""', [['Bearer', [['realm', '']]]]],
    ['a bare value', 'Bearer max_age=5', [['Bearer', [['max_age', '5']]]]],
    ['escapes', 'Bearer realm="a\\"b\\\\c\\d"', [['Bearer', [['realm', 'a"b\\cd']]]]],
    ['commas, equals signs and schemes within quotes', 'Bearer realm="a, Basic x=y"', [['Bearer', [['realm', 'a, Basic x=y']]]]],
    [
      'space around commas and equals signs',
      'Bearer a = "1" ,\tb="2"',
      [
        [
          'Bearer',
          [
            ['a', '1'],
            ['b', '2'],
          ],
        ],
      ],
    ],
    ['names in any case', 'Bearer Realm="x"', [['Bearer', [['realm', 'x']]]]],
    ['several spaces after the scheme', 'Bearer   a="1"', [['Bearer', [['a', '1']]]]],
    [
      'several challenges in one line',
      'Basic realm="earlier", Bearer realm="api", error="invalid_token", DPoP algs="ES256"',
      [
        ['Basic', [['realm', 'earlier']]],
        [
          'Bearer',
          [
            ['realm', 'api'],
            ['error', 'invalid_token'],
          ],
        ],
        ['DPoP', [['algs', 'ES256']]],
      ],
    ],
    [
      'a scheme alone before another',
      'Negotiate, Bearer realm="api"',
      [
        ['Negotiate', []],
        ['Bearer', [['realm', 'api']]],
      ],
    ],
    [
      'the same name in two challenges',
      'A x="1", B x="2"',
      [
        ['A', [['x', '1']]],
        ['B', [['x', '2']]],
      ],
    ],
  ])('reads %s', (_what, line, challenges) => {
    expect(parseChallenges([line])).toEqual(challenges.map(([scheme, parameters]) => ({ scheme, parameters })))
  })

  it('reads lines one after the other, and nothing of none', () => {
    expect(parseChallenges(['A x="1"', 'B']).map(({ scheme }) => scheme)).toEqual(['A', 'B'])
    expect(parseChallenges([])).toEqual([])
  })

  it.each([
    ['an empty line', ''],
    ['a parameter without a scheme', 'realm="api"'],
    ['a comma before all', ', Bearer'],
    ['a comma after all', 'Bearer realm="api",'],
    ['two commas', 'Bearer realm="api",, error="x"'],
    ['a space before the scheme', ' Bearer'],
    ['a space after all', 'Bearer realm="api" '],
    ['a tab after the scheme', 'Bearer\trealm="api"'],
    ['a quote without end', 'Bearer realm="api'],
    ['a backslash without more', 'Bearer realm="api\\"'],
    ['text after a quoted value', 'Bearer realm="api"x'],
    ['two parameters without a comma', 'Bearer realm="api" error="x"'],
    ['a parameter without a value', 'Bearer realm='],
    ['a parameter without a name', 'Bearer ="api"'],
    ['single quotes around a space', "Bearer realm='a b'"],
    ['letters beyond ASCII', 'Bearer realm="ä"'],
    ['a control character', 'Bearer realm="a\u0001b"'],
    ['a line break', 'Bearer realm="a\r\nb"'],
    ['the same name twice', 'Bearer realm="a", realm="b"'],
    ['the same name twice in another case', 'Bearer realm="a", REALM="b"'],
    ['a token in place of parameters', 'Bearer abc'],
    ['a slash in a bare value', 'Bearer error_uri=https://x.example'],
  ])('throws on %s', (_what, line) => {
    expect(() => parseChallenges([line])).toThrow(SyntaxError)
  })
})
