import { describe, expect, it } from '@jest/globals'
import { callable, flag, OptionFaults, oneOf, type Reader, readMembers, seconds, text, texts, whole } from '../src/option-faults.ts'

/** The message about what a function finds; undefined when it finds nothing. */
function faultsOf(find: (faults: OptionFaults) => void): string | undefined {
  const faults = new OptionFaults()
  find(faults)
  try {
    faults.throwAny('subject')
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as TypeError).message
  }
  return undefined
}

function read<T>(reader: Reader<T>, value: unknown): { value: T | undefined; fault: string | undefined } {
  let result: T | undefined
  const fault = faultsOf((faults) => {
    result = reader(value, 'x', faults)
  })
  return { value: result, fault }
}

describe('faults', () => {
  it('are one error that names them all in the order found', () => {
    const message = faultsOf((faults) => {
      faults.say('first')
      faults.expect('b', 'a number', 'text')
    })
    expect(message).toBe('subject: first; "b" must be a number, got a string')
  })

  it('are no error when there are none', () => {
    expect(faultsOf(() => undefined)).toBeUndefined()
  })

  it.each<[unknown, string]>([
    [null, 'null'],
    [undefined, 'undefined'],
    [8675309, 'a number'],
    [true, 'true'],
    ['', 'an empty string'],
    ['CANARY', 'a string'],
    [['CANARY'], 'a list'],
    [{ CANARY: 'CANARY' }, 'an object'],
    [() => 'CANARY', 'a function'],
    [Symbol('CANARY'), 'a symbol'],
    [7n, 'a bigint'],
  ])('say what came of %p without what may be a secret', (value, described) => {
    expect(faultsOf((faults) => faults.expect('x', 'y', value))).toBe(`subject: "x" must be y, got ${described}`)
  })

  it.each<[unknown, string]>([
    [7, '7'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    ['8675309', 'a string'],
  ])('say which number came where one was expected: %p', (value, described) => {
    expect(faultsOf((faults) => faults.expectNumber('x', 'y', value))).toBe(`subject: "x" must be y, got ${described}`)
  })
})

describe('members', () => {
  const known = ['audience', 'clientId', 'timeoutMs', 'maxAgeSeconds']

  it('are read each once, own ones only, and the object is not written to', () => {
    let reads = 0
    const options = Object.create({ clientId: 'inherited' }) as object
    Object.defineProperty(options, 'audience', {
      enumerable: true,
      get: () => {
        reads++
        return 'a'
      },
    })
    Object.freeze(options)
    expect(faultsOf((faults) => expect(readMembers(options, known, faults)).toEqual({ audience: 'a' }))).toBeUndefined()
    expect(reads).toBe(1)
  })

  it.each([
    ['audiance', 'audience'],
    ['Audience', 'audience'],
    ['client_id', 'clientId'],
    ['timeout', 'timeoutMs'],
    ['maxAge', undefined],
    ['maxAgeSecond', 'maxAgeSeconds'],
    ['secret', undefined],
    ['__proto__', undefined],
  ])('with the unknown name %s are a fault that names %s', (name, nearest) => {
    const message = faultsOf((faults) => readMembers({ [name]: 'CANARY' }, known, faults))
    expect(message).toBe(`subject: unknown option "${name}"${nearest === undefined ? '' : `: did you mean "${nearest}"?`}`)
  })

  it('with an unknown name are told of the first of several that are equally near', () => {
    expect(faultsOf((faults) => readMembers({ ageMs: 1 }, ['ageM', 'agesMs', 'ageMss'], faults))).toContain('did you mean "ageM"?')
  })

  it('that are undefined are a fault: a missing variable switches nothing off', () => {
    const message = faultsOf((faults) => expect(readMembers({ audience: undefined }, known, faults, 'cache.')).toEqual({}))
    expect(message).toBe('subject: "cache.audience" is undefined: is an environment variable missing?')
  })

  it('that are null are left to their readers', () => {
    expect(faultsOf((faults) => expect(readMembers({ audience: null }, known, faults)).toEqual({ audience: null }))).toBeUndefined()
  })

  it.each([[null], ['text'], [7], [[]], [() => undefined], [true]])('of what is no object, such as %p, are a fault', (value) => {
    expect(faultsOf((faults) => expect(readMembers(value, known, faults)).toEqual({}))).toMatch(
      /^subject: "options" must be an object, got /,
    )
    expect(faultsOf((faults) => readMembers(value, known, faults, 'cache.'))).toMatch(/^subject: "cache" must be an object, got /)
  })
})

describe('readers', () => {
  it.each<[string, Reader<unknown>, readonly unknown[]]>([
    ['text', text, ['a', ' ']],
    ['a flag', flag, [true, false]],
    ['a whole number', whole('bytes', 1, 10), [1, 10]],
    ['a whole number without upper bound', whole('bytes'), [0, Number.MAX_SAFE_INTEGER]],
    ['seconds', seconds, [0, 0.5, 1e9]],
    ['one of some words', oneOf('a', 'b'), ['a', 'b']],
    ['a list of texts', texts({ alone: false }), [['a'], ['a', 'b']]],
  ])('of %s take what they should', (_what, reader, values) => {
    expect(values.map((value) => read(reader, value))).toEqual(values.map((value) => ({ value, fault: undefined })))
  })

  it.each<[string, Reader<unknown>, readonly unknown[], string]>([
    ['text', text, ['', 1, null, [], {}], 'a string that is not empty'],
    ['a flag', flag, ['true', 1, 0, null, ''], 'true or false'],
    ['a whole number', whole('bytes', 1, 10), [0, 11, 1.5, NaN, Infinity, -1, '5', null, [5], 5n], 'a whole number of bytes from 1 to 10'],
    ['a whole number without upper bound', whole('bytes'), [-1, 2 ** 53], 'a whole number of bytes of at least 0'],
    ['seconds', seconds, [-1, -0.1, NaN, Infinity, '1', null, 1n, [1]], 'a finite number of seconds that is not negative'],
    ['one of some words', oneOf('a', 'b'), ['c', '', 'A', null, ['a'], 0], '"a" or "b"'],
    ['a function', callable(), [null, 'f', {}], 'a function'],
    [
      'a list of texts',
      texts({ alone: false }),
      ['a', [], [''], [1], ['a', null], { 0: 'a' }],
      'a list of at least one string, none of them empty',
    ],
    [
      'one text or a list',
      texts({ alone: true }),
      ['', [], [''], 1, null],
      'a string or a list of at least one string, none of them empty',
    ],
  ])('of %s take nothing else', (_what, reader, values, expected) => {
    for (const value of values) {
      const { value: result, fault } = read(reader, value)
      expect({ result, fault }).toEqual({ result: undefined, fault: expect.stringContaining(`subject: "x" must be ${expected}, got `) })
    }
  })

  it('take a single text for a list of one, and never hand out the list given', () => {
    expect(read(texts({ alone: true }), 'a').value).toEqual(['a'])
    const given = ['a']
    const { value } = read(texts({ alone: true }), given)
    expect(value).toEqual(given)
    expect(value).not.toBe(given)
  })

  it('take a function as it is', () => {
    const given = (): void => undefined
    expect(read(callable(), given)).toEqual({ value: given, fault: undefined })
  })
})
