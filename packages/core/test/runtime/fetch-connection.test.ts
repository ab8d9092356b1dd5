import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type AuthorizationServer, describeConnection, raw, startAuthorizationServer } from '@oauth-introspect/testkit'
import { connectByFetch, type Transport } from '../../src/runtime/fetch-connection.ts'
import { Deadline, type HttpFailure, type HttpReply, systemCodeOf } from '../../src/runtime/runtime.ts'

describeConnection({
  name: 'the global fetch',
  startDeadline: (milliseconds) => new Deadline(milliseconds),
  connect: () => connectByFetch(fetch),
})

async function exchange(transport: Transport, timeoutMs = 2000): Promise<HttpReply | HttpFailure> {
  const deadline = new Deadline(timeoutMs)
  const request = { method: 'POST', url: new URL('https://as.example/introspect?a=b'), headers: { accept: 'x' }, body: 'token=t' } as const
  const reply = await connectByFetch(transport).exchange(request, { deadline, maxBytes: 10 })
  deadline.clear()
  return reply
}

const endless = (onCancel: () => void): Response =>
  new Response(
    new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(6))
      },
      cancel: onCancel,
    }),
  )

describe('a transport of the application', () => {
  it('is told everything about the request, and to follow no redirect', async () => {
    const given: unknown[] = []
    await exchange((url, init) => {
      given.push(url, init)
      return Promise.resolve(new Response())
    })
    expect(given).toEqual([
      'https://as.example/introspect?a=b',
      { method: 'POST', headers: { accept: 'x' }, body: 'token=t', redirect: 'manual', signal: expect.any(AbortSignal) },
    ])
  })

  it('may fail in any way, and fails the exchange only', async () => {
    const error = Object.assign(new TypeError('fetch failed: token=t'), { cause: { code: 'ECONNRESET' } })
    expect(await exchange(() => Promise.reject(error))).toEqual({
      failure: 'ENDPOINT_UNREACHABLE',
      replied: false,
      systemCode: 'ECONNRESET',
    })
    const thrower: Transport = () => {
      throw new Error('not even a promise')
    }
    expect(await exchange(thrower)).toEqual({ failure: 'ENDPOINT_UNREACHABLE', replied: false })
    expect(await exchange(() => Promise.resolve('no response' as never))).toEqual({ failure: 'ENDPOINT_UNREACHABLE', replied: true })
    const used = new Response('x')
    await used.text()
    expect(await exchange(() => Promise.resolve(used))).toMatchObject({ failure: 'ENDPOINT_UNREACHABLE', replied: true })
  })

  it('is not believed where it has followed a redirect all the same [IR-20]', async () => {
    const redirected = Object.defineProperty(new Response('{}'), 'redirected', { value: true })
    expect(await exchange(() => Promise.resolve(redirected))).toEqual({ failure: 'RESPONSE_NOT_CONFORM', replied: true })
    const servers = [await startAuthorizationServer(), await startAuthorizationServer()] as const
    try {
      const [asked, elsewhere] = servers
      asked.behave(raw('', 307, { location: elsewhere.introspectionEndpoint }))
      elsewhere.behave(raw('{}'))
      const follow: Transport = (_url, init) => fetch(asked.introspectionEndpoint, { ...init, redirect: 'follow' })
      expect(await exchange(follow)).toEqual({ failure: 'RESPONSE_NOT_CONFORM', replied: true })
    } finally {
      await Promise.all(servers.map((server) => server.close()))
    }
  })

  it('that heeds no signal cannot hold an exchange beyond its deadline', async () => {
    const signals: AbortSignal[] = []
    const deaf: Transport = (_url, { signal }) => {
      signals.push(signal)
      return new Promise(() => undefined)
    }
    expect(await exchange(deaf, 20)).toEqual({ failure: 'ENDPOINT_TIMEOUT', replied: false })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })

  it('gets no signal but that of the deadline and of a reply too large', async () => {
    const signals: AbortSignal[] = []
    const brief: Transport = (_url, { signal }) => {
      signals.push(signal)
      return Promise.resolve(new Response('0123456789'))
    }
    expect(await exchange(brief)).toMatchObject({ status: 200 })
    let cancelled = false
    const long: Transport = (_url, { signal }) => {
      signals.push(signal)
      return Promise.resolve(
        endless(() => {
          cancelled = true
        }),
      )
    }
    expect(await exchange(long)).toEqual({ failure: 'RESPONSE_TOO_LARGE', replied: true })
    expect({ cancelled, aborted: signals.map(({ aborted }) => aborted) }).toEqual({ cancelled: true, aborted: [false, true] })
  })

  it('may answer a redirect that nobody can look into', async () => {
    const opaque = Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' })
    expect(await exchange(() => Promise.resolve(opaque))).toMatchObject({ status: 0, body: new Uint8Array() })
  })
})

describe('the global fetch', () => {
  let as: AuthorizationServer
  beforeEach(async () => {
    as = await startAuthorizationServer()
  })
  afterEach(() => as.close())

  it('brings no reply of what is gzip by name only', async () => {
    as.behave(raw('{"active":true}', 200, { 'content-encoding': 'gzip' }))
    const reply = await exchange((_url, init) => fetch(as.introspectionEndpoint, init))
    expect(reply).toMatchObject({ replied: true, failure: expect.stringMatching(/^(ENDPOINT_UNREACHABLE|RESPONSE_NOT_CONFORM)$/) })
  })
})

describe("the system's word", () => {
  it.each([
    ['an error', { code: 'ECONNRESET' }, 'ECONNRESET'],
    ['what caused it', { cause: { cause: { code: 'ENOTFOUND' } } }, 'ENOTFOUND'],
    ['nothing that is no word', { code: 'token=t' }, undefined],
    ['nothing that is no text', { code: 7 }, undefined],
    ['nothing that is too long', { code: 'A'.repeat(65) }, undefined],
    ['no object', 'ECONNRESET', undefined],
    ['null', null, undefined],
  ])('is read of %s', (_situation, error, systemCode) => {
    expect(systemCodeOf(error)).toEqual(systemCode === undefined ? {} : { systemCode })
  })

  it('is not looked for without end in causes that go round', () => {
    const error: { cause?: unknown } = {}
    error.cause = error
    expect(systemCodeOf(error)).toEqual({})
  })
})
