import { afterEach, describe, expect, it } from '@jest/globals'
import { describeConnection, json, startAuthorizationServer } from '@oauth-introspect/testkit'
import { runtime as node } from '../../src/runtime/node.ts'
import { Deadline, type Runtime } from '../../src/runtime/runtime.ts'
import { runtime as web } from '../../src/runtime/web.ts'

describeConnection({
  name: 'the web platform',
  startDeadline: (milliseconds) => new Deadline(milliseconds),
  connect: () => web.connect({ maxConnections: 16, connectTimeoutMs: 1000 }),
})

const texts = ['', 'abc', 'token~with+all/of.it==', 'ä€😀', 'a'.repeat(8192)]
const lookUp = Object.getOwnPropertyDescriptor(process, 'getBuiltinModule')
let loaded = 0

/** The module anew, in a place where `process.getBuiltinModule` is this. */
async function loadWhere(getBuiltinModule: unknown): Promise<Runtime> {
  Object.defineProperty(process, 'getBuiltinModule', { configurable: true, value: getBuiltinModule })
  const path = `../../src/runtime/web.ts?place=${loaded++}`
  return ((await import(path)) as { readonly runtime: Runtime }).runtime
}

describe('the runtime of the web platform', () => {
  afterEach(() => {
    if (lookUp === undefined) Reflect.deleteProperty(process, 'getBuiltinModule')
    else Object.defineProperty(process, 'getBuiltinModule', lookUp)
  })

  it.each([
    ['no such function', undefined],
    ['no such module', () => undefined],
    [
      'a function that throws',
      () => {
        throw new Error('not here')
      },
    ],
    ['a module without hash()', () => ({})],
  ])('digests by WebCrypto as Node does, where there is %s', async (_situation, getBuiltinModule) => {
    const runtime = await loadWhere(getBuiltinModule)
    for (const text of texts) {
      const digest = runtime.sha256(text)
      expect(digest).toBeInstanceOf(Promise)
      expect(await digest).toBe(node.sha256(text))
      expect(await runtime.sha256Binary(text)).toBe(node.sha256Binary(text))
    }
  })

  it('digests at once as Node does, where Node can be asked', async () => {
    const { hash } = await import('node:crypto')
    const runtime = await loadWhere((name: string) => (name === 'node:crypto' ? { hash } : undefined))
    expect(texts.map((text) => runtime.sha256(text))).toEqual(texts.map((text) => node.sha256(text)))
    expect(texts.map((text) => runtime.sha256Binary(text))).toEqual(texts.map((text) => node.sha256Binary(text)))
    expect(node.sha256Binary('')).toHaveLength(32)
  })

  it('lets no request wait for what another has begun where that is Workers, and anywhere else it does [CA-18]', async () => {
    const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
    const joins = async (navigator: unknown): Promise<boolean> => {
      Object.defineProperty(globalThis, 'navigator', { configurable: true, value: navigator })
      return (await loadWhere(undefined)).joinsRequests
    }
    try {
      expect(await joins({ userAgent: 'Cloudflare-Workers' })).toBe(false)
      expect([await joins({ userAgent: 'Deno/2.5.0' }), await joins({}), await joins(undefined)]).toEqual([true, true, true])
      expect(node.joinsRequests).toBe(true)
    } finally {
      if (own === undefined) Reflect.deleteProperty(globalThis, 'navigator')
      else Object.defineProperty(globalThis, 'navigator', own)
    }
  })

  it('uses the fetch of the moment, which tests and instrumentation replace', async () => {
    const as = await startAuthorizationServer()
    as.behave(json({ active: true }))
    const connection = web.connect({ maxConnections: 1, connectTimeoutMs: 1000 })
    const seen: unknown[] = []
    const original = globalThis.fetch
    globalThis.fetch = (input, init) => {
      seen.push(input)
      return original(input, init)
    }
    const deadline = new Deadline(2000)
    const request = { method: 'POST', url: new URL(as.introspectionEndpoint), headers: {}, body: '' } as const
    const reply = await connection.exchange(request, { deadline, maxBytes: 100 })
    deadline.clear()
    globalThis.fetch = original
    expect({ seen, reply }).toMatchObject({ seen: [as.introspectionEndpoint], reply: { status: 200 } })
    await as.close()
  })
})
