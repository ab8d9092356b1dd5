import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Presented } from '../src/bearer-token.ts'
import { type ResourceRequest, webRequest } from '../src/resource-request.ts'
import { readPresented, type SourceRules, type TokenSources } from '../src/token-sources.ts'

const missing: Presented = { nothing: 'token_missing' }
const ambiguous: Presented = { fault: 'request_malformed' }
const malformed: Presented = { fault: 'token_malformed' }

function rulesOf(sources: TokenSources): SourceRules {
  return { sources, tokenSyntax: 'b64token', maxTokenLength: 100 }
}

interface Asked {
  readonly method?: string
  readonly url?: string
  readonly headers?: HeadersInit
  readonly content?: string
}

/** A web request as it comes off the wire. */
function sent({ method = 'GET', url = '/r', headers = [], content }: Asked): ResourceRequest {
  return webRequest(
    new Request(`https://api.example${url}`, { method, headers, ...(content === undefined ? {} : { body: Buffer.from(content) }) }),
  )
}

const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const present = (asked: Asked, ...sources: readonly ('header' | 'form' | 'query')[]): Presented | Promise<Presented> =>
  readPresented(sent(asked), rulesOf(sources))

describe('the header', () => {
  test('is the only place by itself: query and form are not looked at [EX-08] [EX-12] [EX-13] [EX-14]', () => {
    const asked = { method: 'POST', url: '/r?access_token=q', headers: form, content: 'access_token=f' }
    expect(present(asked, 'header')).toStrictEqual(missing)
    expect(present({ ...asked, headers: { ...form, Authorization: 'Bearer h' } }, 'header')).toStrictEqual({ token: 'h' })
  })

  test('is not looked at where it is left out', async () => {
    const headers = { ...form, Authorization: 'Bearer h' }
    expect(present({ headers }, 'query')).toStrictEqual(missing)
    expect(await present({ headers, method: 'POST', content: 'access_token=f' }, 'form')).toStrictEqual({ token: 'f' })
  })
})

describe('the query', () => {
  test.each<[string, Presented]>([
    ['/r?access_token=q', { token: 'q' }],
    ['/r?a=1&access_token=q&b=2', { token: 'q' }],
    ['/r?access%5Ftoken=q', { token: 'q' }],
    ['/r?access_token=%71%2B%2F', { token: 'q+/' }],
    ['/r', missing],
    ['/r?', missing],
    ['/r/access_token=q', missing],
    ['/r&access_token=q', missing],
    ['/r?Access_Token=q', missing],
    ['/r?access_token[]=q', missing],
    ['/r?access_token[x]=q', missing],
    ['/r??access_token=q', missing],
    ['/r?x=%23&?access_token=q', missing],
    ['/r?x=1;access_token=q', missing],
    ['/r?access_token=', ambiguous],
    ['/r?access_token', ambiguous],
    ['/r?access_token=q&access_token=q', ambiguous],
    ['/r?access_token=q&access%5ftoken=', ambiguous],
    ['/r?access_token=a+b', malformed],
    ['/r?access_token=a%20b', malformed],
    ['/r?access_token=a%00b', malformed],
    ['/r?access_token=%FF', malformed],
    ['/r?access_token=%C3%A4', malformed],
    [`/r?access_token=${'a'.repeat(100)}`, { token: 'a'.repeat(100) }],
    [`/r?access_token=${'a'.repeat(101)}`, malformed],
  ])('presents what %s has, once and by its exact name [EX-13]', (url, presented) => {
    expect(present({ url }, 'query')).toStrictEqual(presented)
    expect(present({ url, method: 'POST' }, 'header', 'query')).toStrictEqual(presented)
  })

  test('is found too where an adapter shows it alone', () => {
    const request: ResourceRequest = { method: 'GET', url: '?access_token=q', header: () => [], native: undefined }
    expect(readPresented(request, rulesOf(['query']))).toStrictEqual({ token: 'q' })
  })
})

describe('the form', () => {
  const posted = (content: string, more: Asked = {}): Presented | Promise<Presented> =>
    present({ method: 'POST', headers: form, content, ...more }, 'header', 'form')

  test.each(['POST', 'PUT', 'PATCH'])('presents a token by %s [EX-11]', async (method) => {
    expect(await posted('a=1&access_token=f', { method })).toStrictEqual({ token: 'f' })
  })

  test.each<[string, Presented]>([
    ['', missing],
    ['a=1', missing],
    ['Access_token=f', missing],
    ['access_token[]=f', missing],
    ['?access_token=f', missing],
    ['access_token=', ambiguous],
    ['access_token=f&access_token=g', ambiguous],
    ['access_token=a+b', malformed],
    ['access_token=%0d%0a', malformed],
    ['a=ä&access_token=f', missing],
    ['a=\x7f&access_token=f', { token: 'f' }],
    ['a=\x80&access_token=f', missing],
    ['a=%C3%A4&access_token=f', { token: 'f' }],
  ])('that is %j presents %j [EX-09] [EX-11]', async (content, presented) => {
    expect(await posted(content)).toStrictEqual(presented)
  })

  test.each(['GET', 'HEAD', 'OPTIONS', 'DELETE', 'post', 'QUERY'])(
    'is not looked at by %s, which gives content no meaning [EX-11]',
    (method) => {
      expect(readPresented(shown({ method, type: [form['Content-Type']] }), rulesOf(['header', 'form']))).toStrictEqual(missing)
    },
  )

  test.each([
    'multipart/form-data; boundary=x',
    'application/json',
    'text/plain',
    'application/x-www-form-urlencodedx',
    'application/x-www-form-urlencoded, application/json',
    'x-www-form-urlencoded',
    'x-application/x-www-form-urlencoded',
    'text/plain; a=application/x-www-form-urlencoded',
    '',
  ])('is not content of type "%s", nor without one [EX-11]', (type) => {
    expect(posted('access_token=f', { headers: { 'Content-Type': type } })).toStrictEqual(missing)
  })

  test.each([
    'Application/X-WWW-Form-URLencoded',
    'application/x-www-form-urlencoded;charset=UTF-8',
    'application/x-www-form-urlencoded ; a=b',
  ])('is content of type "%s"', async (type) => {
    expect(await posted('access_token=f', { headers: { 'Content-Type': type } })).toStrictEqual({ token: 'f' })
  })

  test.each(['gzip', 'identity, gzip', 'gzip, identity', 'x-identity'])('is not content that is coded, by "%s"', (coding) => {
    expect(posted('access_token=f', { headers: { ...form, 'Content-Encoding': coding } })).toStrictEqual(missing)
  })

  test.each(['identity', 'Identity'])('is content whose coding is "%s", which is none', async (coding) => {
    expect(await posted('access_token=f', { headers: { ...form, 'Content-Encoding': coding } })).toStrictEqual({ token: 'f' })
  })

  test('is looked through up to a mebibyte, and is as good as none beyond', async () => {
    const start = 'access_token=f&a='
    const filled = (length: number): string => start.padEnd(length, 'a')
    expect(await posted(filled(1_048_576))).toStrictEqual({ token: 'f' })
    expect(await posted(filled(1_048_577))).toStrictEqual(missing)
  })

  test('is not content of no type, or of two', () => {
    expect(readPresented(shown({ method: 'POST', type: [] }), rulesOf(['form']))).toStrictEqual(missing)
    expect(readPresented(shown({ method: 'POST', type: [form['Content-Type'], 'text/plain'] }), rulesOf(['form']))).toStrictEqual(missing)
  })

  test.each<[string, unknown, Presented]>([
    ['an object', { access_token: 'f', a: '1' }, { token: 'f' }],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { access_token: 'f' }), { token: 'f' }],
    ['a list of values', { access_token: ['f', 'g'] }, ambiguous],
    ['a list of one value', { access_token: ['f'] }, ambiguous],
    ['an object of values', { access_token: { x: 'f' } }, ambiguous],
    ['nothing for a value', { access_token: undefined }, ambiguous],
    ['a number', { access_token: 7 }, ambiguous],
    ['an inherited value', Object.create({ access_token: 'f' }), missing],
    ['parameters', new URLSearchParams('access_token=f'), { token: 'f' }],
    ['parameters, one of them twice', new URLSearchParams('access_token=f&access_token=f'), ambiguous],
    ['text', 'a=1&access_token=f', { token: 'f' }],
    ['bytes', Buffer.from('access_token=f'), { token: 'f' }],
    ['a form of the web', formData('f'), { token: 'f' }],
    ['a form of the web, a parameter twice', formData('f', 'g'), ambiguous],
    ['a form of the web with a file', formData(new Blob(['f'])), ambiguous],
    ['what a parser left behind that passed it by', {}, missing],
    ['nothing', null, missing],
  ])('may have been parsed by the application, into %s', async (_what, body, presented) => {
    const request = webRequest(new Request('https://api.example/', { method: 'POST', headers: form }), { body })
    expect(await readPresented(request, rulesOf(['form']))).toStrictEqual(presented)
  })
})

/** A request with a parsed form, whatever its method. */
function shown({ method, type }: { readonly method: string; readonly type: readonly string[] }): ResourceRequest {
  return { method, url: '/', body: { access_token: 'f' }, header: (name) => (name === 'content-type' ? type : []), native: undefined }
}

function formData(...values: readonly (string | Blob)[]): FormData {
  const data = new FormData()
  for (const value of values) {
    if (typeof value === 'string') data.append('access_token', value)
    else data.append('access_token', value, 'f.txt')
  }
  return data
}

describe('several places', () => {
  const places = {
    header: { headers: { Authorization: 'Bearer one' } },
    query: { url: '/r?access_token=one' },
    form: { method: 'POST', content: 'access_token=one' },
  } as const

  test.each([
    ['header', 'query'],
    ['header', 'form'],
    ['query', 'form'],
  ] as const)('that present a token each are ambiguous, %s and %s [EX-08] [EX-09]', async (one, other) => {
    const all = { ...places[one], ...places[other] }
    const asked = { ...all, headers: { ...form, ...('headers' in all ? all.headers : {}) } }
    expect(await present(asked, 'header', 'form', 'query')).toStrictEqual(ambiguous)
    expect(await present(asked, one)).toStrictEqual({ token: 'one' })
    expect(await present(asked, other)).toStrictEqual({ token: 'one' })
  })

  test('are ambiguous too when one of the tokens is none', () => {
    const url = '/r?access_token=one'
    for (const Authorization of ['Bearer', 'Bearer a b', 'Bearer ab=cd']) {
      expect(present({ url, headers: { Authorization } }, 'header', 'query')).toStrictEqual(ambiguous)
    }
  })

  test('of which one presents nothing present what the other does', async () => {
    const headers = { ...form, Authorization: 'Basic eDp5' }
    expect(present({ url: '/r?access_token=one', headers }, 'header', 'query')).toStrictEqual({ token: 'one' })
    expect(await present({ method: 'POST', content: 'access_token=one', headers }, 'header', 'form')).toStrictEqual({ token: 'one' })
    expect(present({ headers }, 'header', 'query')).toStrictEqual({ nothing: 'scheme_unsupported' })
    expect(await present({ method: 'POST', content: 'a=1', headers }, 'header', 'form')).toStrictEqual({ nothing: 'scheme_unsupported' })
  })
})

describe('a function of the application', () => {
  const by = (found: unknown): Presented | Promise<Presented> =>
    readPresented(
      sent({ headers: { Authorization: 'Bearer h' } }),
      rulesOf(() => found as string),
    )

  test('is given the request, and is the only place then', () => {
    const request = sent({ headers: { Cookie: 'session=c' } })
    expect(
      readPresented(
        request,
        rulesOf((given) => given.header('cookie')[0]?.slice('session='.length)),
      ),
    ).toStrictEqual({ token: 'c' })
    expect(by(undefined)).toStrictEqual(missing)
  })

  test('finds what is held against the same rules', () => {
    for (const found of ['a b', 'tok\n', 'a'.repeat(101), 'Bearer tok', ' ']) expect(by(found)).toStrictEqual(malformed)
    for (const found of ['', null, undefined]) expect(by(found)).toStrictEqual(missing)
  })

  test.each([[42], [true], [['tok']], [{ token: 'CANARY' }], [Promise.resolve('CANARY')]])('that gives %p is at fault', (found) => {
    expect(() => by(found)).toThrow(new TypeError('the function given as "tokenSources" must return a string or undefined'))
  })

  test('that throws is at fault: nothing passes', () => {
    const failing = rulesOf(() => {
      throw new Error('no session store')
    })
    expect(() => readPresented(sent({}), failing)).toThrow('no session store')
  })
})

describe('any request', () => {
  test('presents one token at most, and only one that the grammar allows', async () => {
    const value = fc.oneof(
      fc.constantFrom('one', 'two', '', 'a b', 'a%00', 'ä', '%C3%A4', 'a&access_token=b'),
      fc.string({ unit: 'grapheme-ascii' }),
    )
    const part = fc.option(value, { nil: undefined })
    await fc.assert(
      fc.asyncProperty(part, part, part, async (header, query, content) => {
        const request: ResourceRequest = {
          method: 'POST',
          url: query === undefined ? '/r' : `/r?access_token=${query}`,
          header: (name) =>
            name === 'authorization'
              ? header === undefined
                ? []
                : [`Bearer ${header}`]
              : name === 'content-type'
                ? [form['Content-Type']]
                : [],
          ...(content === undefined ? {} : { body: `access_token=${content}` }),
          native: undefined,
        }
        const presented = await readPresented(request, rulesOf(['header', 'form', 'query']))
        if (!('token' in presented)) return
        expect(presented.token).toMatch(/^[A-Za-z0-9\-._~+/]+=*$/)
        expect([header, query, content].filter((text) => text !== undefined)).toHaveLength(1)
      }),
    )
  })
})
