import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readJsonObject } from '../src/strict-json.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (text: string): ReturnType<typeof readJsonObject> => readJsonObject(encode(text))
const bytes = (...values: (number | string)[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => (typeof value === 'string' ? [...encode(value)] : [value])))

const twice = { fault: 'a member stands in it twice' }

describe('bytes and text', () => {
  test('reads an object as JSON.parse does', () => {
    const text = ' {"active":true,"n":[1,-0.5e3,null],"o":{"s":"a\\u00e9\\n"}}\r\n\t'
    expect(read(text)).toStrictEqual({ members: JSON.parse(text) as unknown })
  })

  test('ignores a byte order mark before the object [RV-12]', () => {
    expect(readJsonObject(bytes(0xef, 0xbb, 0xbf, '{"active":true}'))).toStrictEqual({ members: { active: true } })
  })

  test.each([
    ['a byte that starts nothing', bytes('{"sub":"a', 0xff, 0xfe, '"}')],
    ['a character that is cut off', bytes('{"sub":"', 0xc3, '"}')],
    ['an overlong slash', bytes('{"sub":"', 0xc0, 0xaf, '"}')],
    ['an encoded surrogate', bytes('{"sub":"', 0xed, 0xa0, 0x80, '"}')],
    ['Latin-1', bytes('{"sub":"', 0xe9, '"}')],
    ['UTF-16 with its byte order mark', bytes(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00)],
  ])('refuses what is not UTF-8: %s [RV-12]', (_what, body) => {
    expect(readJsonObject(body)).toStrictEqual({ fault: 'it is not UTF-8' })
    expect(read('{"next":1}')).toStrictEqual({ members: { next: 1 } })
  })

  test.each([
    '',
    ' ',
    '{',
    '{"a":1',
    "{'active':true}",
    '{"active":true,}',
    '{active:true}',
    '{"active":true} x',
    '{"active":true}{}',
    '{"a":NaN}',
    '{"a":01}',
    '{"a":"\n"}',
    '{"a":"\\x41"}',
    '// {}',
    '\u{feff}\u{feff}{}',
    '{\0"\0a\0"\0:\x001\0}\0',
    'token=CANARY',
    '<html></html>',
  ])('refuses what is not JSON: %j', (text) => {
    expect(read(text)).toStrictEqual({ fault: 'it is not JSON' })
  })

  test.each(['[{"active":true}]', '[]', 'null', 'true', '1', '"active"'])('refuses JSON that is no object: %s [RV-01]', (text) => {
    expect(read(text)).toStrictEqual({ fault: 'it is not a JSON object' })
  })
})

describe('members that stand twice', () => {
  test.each([
    '{"active":true,"active":false}',
    '{"active":false,"active":true}',
    '{"active":true,"active":true}',
    '{"a":1,"b":2,"c":3,"a":4}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"a":{"b":1,"b":2}}',
    '{"a":[0,{"b":1,"c":[],"b":2}]}',
    '{"a":{"x":1},"b":[1,2],"a":2}',
    '{"a":[{}],"b":"}","a":2}',
    '{"a":"\\"","a":2}',
    '{"a":"\\\\","a":2}',
    '{ "a" : "x, \\"a\\":" , "a" :2}',
  ])('refuses %s [RV-11]', (text) => {
    expect(read(text)).toStrictEqual(twice)
  })

  test.each([
    '{"\\u0061ctive":false,"active":true}',
    '{"active":false,"activ\\u0065":true}',
    '{"a/b":1,"a\\/b":2}',
    '{"\\"":1,"\\u0022":2}',
    '{"\\\\":1,"\\u005C":2}',
    '{"é":1,"\\u00E9":2}',
    '{"😀":1,"\\ud83d\\ude00":2}',
  ])('compares names after unescaping: %s [RV-11] [RV-13]', (text) => {
    expect(read(text)).toStrictEqual(twice)
  })

  test.each([
    '{"a":"a","b":"a"}',
    '{"a":["a","a"],"b":"b"}',
    '{"a":{"a":{"a":1}}}',
    '{"x":[{"a":1},{"a":2}],"y":{"a":3}}',
    '{"a":"\\",\\"a\\":1"}',
    '{"a":"{","b":"["}',
    '{"active":1,"Active":2,"active ":3}',
    '{"\\u0061b":1,"\\\\u0061b":2}',
    '{"é":1,"e\\u0301":2}',
  ])('accepts %s, where no name is there twice in one object [RV-13]', (text) => {
    expect(read(text)).toStrictEqual({ members: JSON.parse(text) as unknown })
  })
})

describe('depth', () => {
  const tooDeep = 'it is nested too deeply'
  const nest = (open: string, close: string, depth: number): string => `{"x":${open.repeat(depth - 1)}0${close.repeat(depth - 1)}}`

  test.each([
    ['lists', '[', ']'],
    ['objects', '{"x":', '}'],
  ])('takes %s 1024 deep and no deeper', (_what, open, close) => {
    // Only the words are compared: to print so deep an object takes minutes.
    const faultAt = (depth: number): string => {
      const result = read(nest(open, close, depth))
      return 'fault' in result ? result.fault : 'none'
    }
    expect([1023, 1024, 1025, 100_000].map(faultAt)).toStrictEqual(['none', 'none', tooDeep, tooDeep])
  })

  test('does not take many neighbours for depth', () => {
    expect(read(`{"x":[${'[],{},'.repeat(3000)}0]}`)).toHaveProperty('members')
  })

  test('does not take brackets in a text for depth', () => {
    expect(read(`{"x":"${'['.repeat(3000)}"}`)).toHaveProperty('members')
  })
})

/** A document that is written out by hand, so that it can say what JSON.stringify cannot: a name twice, a name with needless escapes. */
type Tree = { readonly text: string } | { readonly items: readonly Tree[] } | ObjectTree
interface ObjectTree {
  readonly members: readonly (readonly [name: string, escaped: boolean, member: Tree])[]
}

const unicode = (text: string): string => text.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

function write(tree: Tree, space: string): string {
  if ('text' in tree) return tree.text
  if ('items' in tree) return `[${space}${tree.items.map((item) => write(item, space)).join(`${space},${space}`)}${space}]`
  const members = tree.members.map(([name, escaped, member]) => {
    return `${escaped ? `"${unicode(name)}"` : JSON.stringify(name)}${space}:${space}${write(member, space)}`
  })
  return `{${space}${members.join(`${space},${space}`)}${space}}`
}

function saysTwice(tree: Tree): boolean {
  if ('text' in tree) return false
  if ('items' in tree) return tree.items.some(saysTwice)
  return new Set(tree.members.map(([name]) => name)).size < tree.members.length || tree.members.some(([, , member]) => saysTwice(member))
}

describe('any document', () => {
  const { object } = fc.letrec<{ tree: Tree; object: ObjectTree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue().map((value) => ({ text: JSON.stringify(value) })),
      fc.array(tie('tree'), { maxLength: 4 }).map((items) => ({ items })),
      tie('object'),
    ),
    object: fc
      .array(fc.tuple(fc.oneof(fc.constantFrom('a', 'b', '"', '\\', '{', '😀'), fc.string()), fc.boolean(), tie('tree')), { maxLength: 4 })
      .map((members) => ({ members })),
  }))

  test('is what JSON.parse makes of it, or refused because a member stands in it twice [RV-11]', () => {
    fc.assert(
      fc.property(object, fc.constantFrom('', ' ', '\n\t'), (tree, space) => {
        const text = write(tree, space)
        expect(read(text)).toStrictEqual(saysTwice(tree) ? twice : { members: JSON.parse(text) as unknown })
      }),
    )
  })

  test('is refused in words that hold nothing of it', () => {
    const words = ['it is not UTF-8', 'it is not JSON', 'it is not a JSON object', 'it is nested too deeply', twice.fault]
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.string().map(encode), fc.json().map(encode)), (body) => {
        const result = readJsonObject(body)
        if ('fault' in result) expect(words).toContain(result.fault)
        else expect(result.members).toBeInstanceOf(Object)
      }),
    )
  })
})

describe('strings in it', () => {
  test.each(['"\\\\"', '"\\""', '"\\\\\\""', '"x\\\\\\\\"', '""', '"\\"b\\":1"', '"{[,"'])('end where they end: %s', (raw) => {
    expect(read(`{"a":${raw},"b":1,"b":2}`)).toStrictEqual(twice)
    expect(read(`{"a":${raw},"b":1}`)).toEqual({ members: { a: JSON.parse(raw) as unknown, b: 1 } })
  })
})
