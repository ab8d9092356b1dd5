import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { Socket } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { listen } from '@oauth-introspect/testkit'
import { type BodyLimits, readNodeContent, readWebContent } from '../src/request-body.ts'

const limits: BodyLimits = { maxBytes: 100, timeoutMs: 10_000 }
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

/** What a handler does with a request, once it has come; the answer is what it returns. */
async function serve(handle: (incoming: IncomingMessage) => Promise<unknown>): Promise<string> {
  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    handle(incoming).then(
      (value) => outgoing.end(JSON.stringify(value)),
      (error: unknown) => outgoing.writeHead(500).end(String(error)),
    )
  })
  const { origin, close } = await listen(server)
  closing.push(close)
  return origin
}

/** Sends parts one after the other, each when the one before is out. */
function post(origin: string, parts: readonly string[], headers: Record<string, string> = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = send(origin, { method: 'POST', headers: { connection: 'close', ...headers } }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      incoming.on('end', () => {
        resolve(incoming.statusCode === 200 ? JSON.parse(text) : text)
      })
    })
    outgoing.on('error', reject)
    const next = (at: number): void => {
      const part = parts[at]
      if (part === undefined) outgoing.end()
      else
        outgoing.write(part, () => {
          setImmediate(next, at + 1)
        })
    }
    next(0)
  })
}

async function drain(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of incoming) text += String(chunk)
  return text
}

const textOf = (content: Uint8Array | undefined): string | null => (content === undefined ? null : new TextDecoder().decode(content))

describe('the content of a Node request', () => {
  it.each([
    ['in one piece, its length told', ['access_token=tok'], { 'content-length': '16' }],
    ['in pieces, its length told', ['access_', 'token=tok'], { 'content-length': '16' }],
    ['in chunks', ['a', 'ccess_', 'token=', 'tok'], {}],
    ['of which there is none', [], {}],
    ['of no length', [], { 'content-length': '0' }],
  ])('is read and can be read again: %s', async (_how, parts, headers) => {
    const origin = await serve(async (incoming) => {
      const first = textOf(await readNodeContent(incoming, limits))
      const again = textOf(await readNodeContent(incoming, limits))
      return { first, again, drained: await drain(incoming) }
    })
    const text = parts.join('')
    expect(await post(origin, parts, headers)).toEqual({ first: text, again: text, drained: text })
  })

  it('can be read again by events, and after a turn of the loop', async () => {
    const origin = await serve(async (incoming) => {
      await readNodeContent(incoming, limits)
      await new Promise(setImmediate)
      return new Promise((resolve) => {
        let text = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk: string) => (text += chunk))
        incoming.on('end', () => {
          resolve(text)
        })
      })
    })
    expect(await post(origin, ['access_token', '=tok'])).toBe('access_token=tok')
  })

  it('counts as none when there is too much of it, and can be read all the same', async () => {
    const origin = await serve(async (incoming) => ({
      content: textOf(await readNodeContent(incoming, limits)),
      length: (await drain(incoming)).length,
    }))
    expect(await post(origin, ['a'.repeat(100)])).toEqual({ content: 'a'.repeat(100), length: 100 })
    expect(await post(origin, ['a'.repeat(101)])).toEqual({ content: null, length: 101 })
    expect(await post(origin, ['a'.repeat(70), 'b'.repeat(70), 'c'.repeat(200_000)])).toEqual({ content: null, length: 200_140 })
  })

  it('counts as none when it does not come in time, and can be read when it comes', async () => {
    const origin = await serve(async (incoming) => {
      const content = textOf(await readNodeContent(incoming, { ...limits, timeoutMs: 20 }))
      incoming.emit('told')
      return { content, drained: await drain(incoming) }
    })
    const answer = new Promise<string>((resolve, reject) => {
      const outgoing = send(origin, { method: 'POST', headers: { connection: 'close', 'content-length': '4' } }, (incoming) => {
        drain(incoming).then(resolve, reject)
      })
      outgoing.on('error', reject)
      outgoing.write('ab')
      // Later than the limit by a margin: what is seen is the order, not the time.
      setTimeout(() => outgoing.end('cd'), 120)
    })
    expect(JSON.parse(await answer)).toEqual({ content: null, drained: 'abcd' })
  })

  it('counts as none when the client goes away', async () => {
    let read: ((content: string | null) => void) | undefined
    const told = new Promise<string | null>((resolve) => (read = resolve))
    const origin = await serve(async (incoming) => {
      setImmediate(() => socket.destroy())
      read?.(textOf(await readNodeContent(incoming, limits)))
      return ''
    })
    const { hostname, port } = new URL(origin)
    const socket = new Socket().on('error', () => undefined)
    socket.connect(Number(port), hostname)
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\naccess_token=tok')
    expect(await told).toBeNull()
  })

  it('counts as none when somebody has read it before, or when there is no stream', async () => {
    const origin = await serve(async (incoming) => {
      await drain(incoming)
      return textOf(await readNodeContent(incoming, limits))
    })
    expect(await post(origin, ['access_token=tok'])).toBeNull()
    expect(await readNodeContent({}, limits)).toBeUndefined()
  })

  it('leaves no listener and no timer behind', async () => {
    const origin = await serve(async (incoming) => {
      const before = ['readable', 'error', 'close'].map((event) => incoming.listenerCount(event))
      await readNodeContent(incoming, limits)
      return ['readable', 'error', 'close'].map((event, at) => incoming.listenerCount(event) - (before[at] ?? 0))
    })
    expect(await post(origin, ['access_token=tok'])).toEqual([0, 0, 0])
  })
})

describe('the content of a web request', () => {
  const posted = (body: BodyInit | null): Request => new Request('https://api.example/', { method: 'POST', body })

  it('is read from a clone, so that it can be read again', async () => {
    const request = posted('access_token=tok')
    expect(textOf(await readWebContent(request, limits))).toBe('access_token=tok')
    expect(request.bodyUsed).toBe(false)
    expect(await request.text()).toBe('access_token=tok')
  })

  it('may be none', async () => {
    expect(textOf(await readWebContent(posted(null), limits))).toBe('')
    expect(await readWebContent({}, limits)).toBeUndefined()
  })

  it('counts as none when it has been used', async () => {
    const request = posted('access_token=tok')
    await request.text()
    expect(await readWebContent(request, limits)).toBeUndefined()
  })

  it('counts as none when there is too much of it, and can be read all the same', async () => {
    const request = posted('a'.repeat(101))
    expect(await readWebContent(request, limits)).toBeUndefined()
    expect(await request.text()).toHaveLength(101)
  })

  it('counts as none when it fails, or does not come in time', async () => {
    const streamed = (source: UnderlyingDefaultSource<Uint8Array>): Request =>
      new Request('https://api.example/', { method: 'POST', body: new ReadableStream(source), duplex: 'half' } as RequestInit)
    const failing = streamed({
      start(controller) {
        controller.error(new Error('reset'))
      },
    })
    expect(await readWebContent(failing, limits)).toBeUndefined()
    const silent = streamed({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('access_token=tok'))
      },
    })
    expect(await readWebContent(silent, { ...limits, timeoutMs: 20 })).toBeUndefined()
  })
})
