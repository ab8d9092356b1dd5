import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { faultOf, isToken, type PresentationRules, type Presented, readBearerToken, type TokenSyntax } from '../src/bearer-token.ts'
import { nodeRequest, type ResourceRequest, webRequest } from '../src/resource-request.ts'

const rules: PresentationRules = { tokenSyntax: 'b64token', maxTokenLength: 8192 }

const ofLines = (...lines: string[]): ResourceRequest => ({
  method: 'GET',
  url: '/',
  header: (name) => (name === 'authorization' ? lines : []),
  native: undefined,
})
const read = (line: string, tokenSyntax: TokenSyntax = 'b64token'): Presented => readBearerToken(ofLines(line), { ...rules, tokenSyntax })

const missing = { nothing: 'token_missing' }
const unsupported = { nothing: 'scheme_unsupported' }
const malformedRequest = { fault: 'request_malformed' }
const malformedToken = { fault: 'token_malformed' }

describe('one line', () => {
  test.each([
    ['Bearer mF_9.B5f-4.1JqM', 'mF_9.B5f-4.1JqM'],
    ['Bearer a', 'a'],
    ['Bearer abc==', 'abc=='],
    ['Bearer -._~+/', '-._~+/'],
    ['Bearer    tok', 'tok'],
    [`Bearer${' '.repeat(60_000)}tok`, 'tok'],
    ['Bearer Bearer', 'Bearer'],
  ])('presents the token of %.40j [EX-01] [EX-02]', (line, token) => {
    expect(read(line)).toStrictEqual({ token })
  })

  test.each(['bearer', 'BEARER', 'bEaReR', 'Bearer', 'beareR'])(
    'presents it by the scheme name in any case: %s [EX-03] [EX-04]',
    (scheme) => {
      expect(read(`${scheme} tok`)).toStrictEqual({ token: 'tok' })
    },
  )

  test('takes no other letter for one of the scheme name [EX-03]', () => {
    for (let code = 0; code <= 0xffff; code++) {
      const letter = String.fromCharCode(code)
      if (code > 0x7f && /[bear]/.test(letter.toLowerCase())) throw new Error(`U+${code.toString(16)} in lower case is of these letters`)
      for (let at = 0; at < 6; at++) {
        const scheme = 'Bearer'.slice(0, at) + letter + 'Bearer'.slice(at + 1)
        if (/^bearer$/.test(scheme.replaceAll(/[A-Z]/g, (capital) => String.fromCharCode(capital.charCodeAt(0) + 32)))) continue
        if ('token' in read(`${scheme} tok`)) throw new Error(`accepted U+${code.toString(16)} as letter ${at}`)
      }
    }
    expect(read('Ｂｅａｒｅｒ tok')).toStrictEqual(unsupported)
  })

  test.each([
    'Basic eDp5',
    'DPoP tok',
    'Bearer:tok',
    'Bearer=tok',
    'Bearers tok',
    'Beare tok',
    'tok',
    ' Bearer tok',
    'Digest',
    '"Bearer" tok',
  ])('has a scheme that is not offered: %j', (line) => {
    expect(read(line)).toStrictEqual(unsupported)
  })

  test('is as good as none when it is empty', () => {
    expect(read('')).toStrictEqual(missing)
    expect(readBearerToken(ofLines(), rules)).toStrictEqual(missing)
  })

  test.each([
    'Bearer',
    'bearer',
    'Bearer ',
    'Bearer    ',
    'Bearer\ttok',
    'Bearer \ttok',
    'Bearer tok\t',
    'Bearer tok ',
    'Bearer one two',
    'Bearer tok,',
    'Bearer ,tok',
    'Bearer aaa, Bearer bbb',
    'Bearer aaa,Basic eDp5',
    'Bearer tok, realm="x"',
  ])('is malformed or ambiguous: %j [EX-02]', (line) => {
    expect(read(line)).toStrictEqual(malformedRequest)
    expect(read(line, 'vschar')).toStrictEqual(malformedRequest)
  })

  test.each(['ab=cd', '===', '=', '=a', 'a=b=', '"tok"', 'tok!', 'a:b', 'tok\u00a0', 'tök', 'tok\n', '１２３'])(
    'presents text that is no b64token: %j [EX-02] [EX-05]',
    (text) => {
      expect(read(`Bearer ${text}`)).toStrictEqual(malformedToken)
    },
  )

  test('lets through every character of the alphabet and no other [EX-02] [EX-05] [EX-06] [EX-20]', () => {
    for (let code = 0; code <= 0x17f; code++) {
      const token = `a${String.fromCharCode(code)}b`
      const separates = code === 0x09 || code === 0x20 || code === 0x2c
      const accepted = (allowed: boolean): Presented => (allowed ? { token } : separates ? malformedRequest : malformedToken) as Presented
      const isB64 = /[A-Za-z0-9\-._~+/]/.test(String.fromCharCode(code))
      const isVschar = code > 0x20 && code < 0x7f && !separates
      expect([code, read(`Bearer ${token}`)]).toStrictEqual([code, accepted(isB64)])
      expect([code, read(`Bearer ${token}`, 'vschar')]).toStrictEqual([code, accepted(isVschar)])
    }
  })

  test('presents 1|abc only where the wider syntax is chosen [EX-06]', () => {
    expect(read('Bearer 1|abc')).toStrictEqual(malformedToken)
    expect(read('Bearer 1|abc', 'vschar')).toStrictEqual({ token: '1|abc' })
  })

  test.each(['1|abc', 'a b', 'a,b', 'a"b', '=', 'tök', 'mF_9.B5f-4.1JqM'])(
    'presents %j unread where it is held against the alphabet later, with the same outcome [EX-06]',
    (text) => {
      for (const tokenSyntax of ['b64token', 'vschar'] as const) {
        const later = { tokenSyntax, maxTokenLength: 8192, checksLater: true }
        expect(readBearerToken(ofLines(`Bearer  ${text}`), later)).toStrictEqual({ token: text })
        expect(isToken(text, later) ? { token: text } : faultOf(text)).toStrictEqual(read(`Bearer  ${text}`, tokenSyntax))
      }
    },
  )

  test('is not left for later where there is nothing, or too much', () => {
    const later: PresentationRules = { ...rules, maxTokenLength: 5, checksLater: true }
    expect(readBearerToken(ofLines('Bearer '), later)).toStrictEqual(malformedRequest)
    expect(readBearerToken(ofLines('Bearer 123456'), later)).toStrictEqual(malformedToken)
    expect(readBearerToken(ofLines('Bearer 123 456'), later)).toStrictEqual(malformedRequest)
  })

  test('is read up to the greatest length and not one character beyond', () => {
    for (const tokenSyntax of ['b64token', 'vschar'] as const) {
      expect(readBearerToken(ofLines('Bearer 12345'), { tokenSyntax, maxTokenLength: 5 })).toStrictEqual({ token: '12345' })
      expect(readBearerToken(ofLines('Bearer 123456'), { tokenSyntax, maxTokenLength: 5 })).toStrictEqual(malformedToken)
    }
  })
})

describe('several credentials', () => {
  const credentials = ['Bearer aaa', 'Bearer bbb', 'Basic eDp5', 'DPoP tok', 'Digest username="a, b", uri="/"', 'Bearer', 'Negotiate']
  const afterEach = (others: readonly string[]): string[][] => credentials.flatMap((one) => others.map((other) => [one, other]))
  const readJoined = (lines: readonly string[]): Presented => {
    const headers = new Headers()
    for (const line of lines) headers.append('Authorization', line)
    return readBearerToken(webRequest(new Request('https://api.example/', { headers })), rules)
  }

  test('in two lines are ambiguous on Node, whatever the schemes [EX-07]', () => {
    for (const lines of afterEach(credentials)) {
      const request = nodeRequest({ rawHeaders: ['Host', 'api.example', ...lines.flatMap((line) => ['Authorization', line])] })
      expect([lines, readBearerToken(request, rules)]).toStrictEqual([lines, malformedRequest])
    }
  })

  test('in two lines are ambiguous where Headers has joined them, whatever the schemes [EX-07]', () => {
    for (const lines of afterEach(credentials.slice(0, 5))) {
      expect([lines, readJoined(lines)]).toStrictEqual([lines, malformedRequest])
    }
  })

  test('in two lines are ambiguous where Headers has joined them, a bare scheme or nothing in one of them too', () => {
    for (const lines of [...afterEach(['Bearer', 'Negotiate', '']), ['', ''], ['', 'Bearer tok'], ['', 'Basic eDp5']]) {
      expect([lines, readJoined(lines)]).toStrictEqual([lines, malformedRequest])
    }
  })

  test.each([
    'Digest username="a", realm="r", uri="/"',
    'Digest username="a, Bearer tok", uri="/"',
    'Digest username="say \\", Bearer tok", uri="/"',
    'Digest username = "a" , realm = "r"',
    'Signature keyId="k",headers="a, Basic b"',
  ])('are not seen in one set with parameters: %s', (line) => {
    expect(read(line)).toStrictEqual(unsupported)
  })

  test.each([
    'Basic "a, Bearer tok',
    'Basic "a\\", Bearer tok',
    'Basic a="x", "Bearer" tok',
    'Basic a, "b"',
    'Basic a,"b", c=d',
    'Basic a, b"c"=d',
  ])('are not hidden by quotes that never close, or that quote no value: %s', (line) => {
    expect(read(line)).toStrictEqual(malformedRequest)
  })

  // A runtime with Headers sets no limit to the length of a field: reading must not take the square of it.
  test.each([
    ['escaped quotes without an end', `Basic "${'\\"'.repeat(32_000)}`],
    ['escaped quotes and half an escape', `Basic "${'\\"'.repeat(32_000)}\\`],
    ['quotes', `Basic ${'"'.repeat(64_000)}`],
    ['spaces after a comma', `Basic ,${' '.repeat(64_000)}`],
    ['spaces before an equals sign', `Basic ,a${' '.repeat(64_000)}=`],
    ['commas', `Basic ${',a'.repeat(32_000)}`],
    ['spaces after the scheme', `Bearer${' '.repeat(64_000)}!`],
  ])('are looked for in linear time: %s', (_what, line) => {
    const start = performance.now()
    read(line)
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe('other places', () => {
  test('are never read: query, form, cookies, fields with like names [EX-12] [EX-13] [EX-14] [EX-19] [EX-24]', () => {
    const asked: string[] = []
    const elsewhere = (...lines: string[]): ResourceRequest => ({
      method: 'POST',
      url: '/r?access_token=query',
      body: { access_token: 'form' },
      header(name) {
        asked.push(name)
        return name === 'authorization' ? lines : ['Bearer field']
      },
      native: undefined,
    })
    expect(readBearerToken(elsewhere(), rules)).toStrictEqual(missing)
    expect(readBearerToken(elsewhere('Bearer header'), rules)).toStrictEqual({ token: 'header' })
    expect(new Set(asked)).toStrictEqual(new Set(['authorization']))
  })
})

describe('whatever the field', () => {
  const pieces = fc.constantFrom('Bearer', 'bearer', 'Basic', ' ', ' ', '\t', ',', '=', '"', '\\', 'abc', '1|x', '~+/', '\u00e9', '\0')
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 9 }).map((parts) => parts.join('')),
  )

  test('reading never throws, and a token comes of nothing but the grammar [EX-02]', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 1, max: 9 }), (value, maxTokenLength) => {
        const presented = readBearerToken(ofLines(value), { ...rules, maxTokenLength })
        const token = /^[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9\-._~+/]+=*)$/.exec(value)?.[1]
        if (token !== undefined && token.length <= maxTokenLength) expect(presented).toStrictEqual({ token })
        else expect([missing, unsupported, malformedRequest, malformedToken]).toContainEqual(presented)
      }),
    )
  })

  test('two lines never present a token [EX-07]', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 4 }), (lines) => {
        expect(readBearerToken(ofLines(...lines), rules)).toStrictEqual(malformedRequest)
      }),
    )
  })
})
