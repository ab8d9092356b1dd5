import { once } from 'node:events'
import { createServer, type IncomingMessage, request as send } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import { listen } from '@oauth-introspect/testkit'
import { nodeRequest, webRequest } from '../src/resource-request.ts'

describe('a Node request', () => {
  test('shows every line of a field, whatever the case of its name [EX-07]', () => {
    const rawHeaders = ['Authorization', 'Bearer a', 'X-Authorization', 'no', 'AUTHORIZATION', 'Bearer b', 'authorizatiom', 'no']
    const request = nodeRequest({ rawHeaders })
    expect(request.header('authorization')).toStrictEqual(['Bearer a', 'Bearer b'])
    expect(request.header('Authorization')).toStrictEqual(['Bearer a', 'Bearer b'])
    expect(request.header('x-authorization')).toStrictEqual(['no'])
  })

  test('shows a field name only where names stand, never among values', () => {
    const request = nodeRequest({ rawHeaders: ['X-Name', 'authorization', 'Bearer', 'tok'] })
    expect(request.header('authorization')).toStrictEqual([])
  })

  test('shows an empty line as a line, and an absent field as none', () => {
    const request = nodeRequest({ rawHeaders: ['Authorization', ''] })
    expect(request.header('authorization')).toStrictEqual([''])
    expect(request.header('proxy-authorization')).toStrictEqual([])
    expect(nodeRequest({ rawHeaders: [] }).header('authorization')).toStrictEqual([])
    expect(nodeRequest({ rawHeaders: ['Authorization'] }).header('authorization')).toStrictEqual([])
  })

  test.each([
    [{ url: '/given?a=1' }, { originalUrl: '/mount/r', url: '/r' }, '/given?a=1'],
    [undefined, { originalUrl: '/mount/r?a=1', url: '/r?a=1' }, '/mount/r?a=1'],
    [undefined, { url: '/r?a=%20b' }, '/r?a=%20b'],
    [undefined, {}, '/'],
  ])('shows the URL as the client sent it: %j and %j give %s', (more, incoming, url) => {
    expect(nodeRequest({ rawHeaders: [], ...incoming }, more).url).toBe(url)
  })

  test('shows its method, GET when there is none', () => {
    expect(nodeRequest({ rawHeaders: [], method: 'POST' }).method).toBe('POST')
    expect(nodeRequest({ rawHeaders: [] }).method).toBe('GET')
  })

  test('has itself as its native request, or what is given instead', () => {
    const incoming = { rawHeaders: [] }
    const native = {}
    expect(nodeRequest(incoming).native).toBe(incoming)
    expect(nodeRequest(incoming, { native }).native).toBe(native)
  })

  test('has a body only where one is given, an empty one too', () => {
    expect(nodeRequest({ rawHeaders: [] }).body).toBeUndefined()
    for (const body of [{ a: '1' }, '', null, 0]) expect(nodeRequest({ rawHeaders: [] }, { body }).body).toBe(body)
  })

  test('is read when asked: what changes later is seen', () => {
    const rawHeaders: string[] = []
    const request = nodeRequest({ rawHeaders })
    rawHeaders.push('Authorization', 'Bearer a')
    expect(request.header('authorization')).toStrictEqual(['Bearer a'])
  })

  test('off the wire shows both lines that "headers" makes one of, and nothing of the trailers [EX-07] [EX-23]', async () => {
    const received: IncomingMessage[] = []
    const server = createServer((incoming, response) => {
      received.push(incoming)
      incoming.resume().on('end', () => response.end())
    })
    const { origin, close } = await listen(server)
    try {
      const headers = { Authorization: ['Bearer a', 'Bearer b'], Trailer: 'Proxy-Authorization', 'Transfer-Encoding': 'chunked' }
      const client = send(`${origin}/r?q=1`, { method: 'POST', headers })
      client.addTrailers({ Authorization: 'Bearer trailer', 'Proxy-Authorization': 'Bearer trailer' })
      client.end('x')
      await once(client, 'response')
    } finally {
      await close()
    }
    const [incoming] = received
    if (incoming === undefined) throw new Error('expected a request')
    const request = nodeRequest(incoming)
    expect(incoming.headers.authorization).toBe('Bearer a')
    expect(incoming.trailers).toHaveProperty('proxy-authorization', 'Bearer trailer')
    expect(request.header('authorization')).toStrictEqual(['Bearer a', 'Bearer b'])
    expect(request.header('proxy-authorization')).toStrictEqual([])
    expect([request.method, request.url]).toStrictEqual(['POST', '/r?q=1'])
  })
})

describe('a web request', () => {
  const web = (url: string, headers: [string, string][] = []): Request => new Request(url, { headers })

  test('shows a field as one line, repeated ones joined as Headers joins them [EX-07]', () => {
    const request = webRequest(
      web('https://api.example/', [
        ['Authorization', 'Bearer a'],
        ['authorization', 'Basic b'],
      ]),
    )
    expect(request.header('AUTHORIZATION')).toStrictEqual(['Bearer a, Basic b'])
  })

  test('shows an empty line as a line, and an absent field as none', () => {
    const request = webRequest(web('https://api.example/', [['Authorization', '']]))
    expect(request.header('authorization')).toStrictEqual([''])
    expect(request.header('proxy-authorization')).toStrictEqual([])
  })

  test.each([
    ['https://api.example', '/'],
    ['https://api.example/a/b?c=d&c=%20#fragment', '/a/b?c=d&c=%20'],
    ['http://user:pw@127.0.0.1:8080/a?', '/a'],
  ])('shows path and query and nothing else of %s', (url, path) => {
    expect(webRequest({ method: 'GET', url, headers: new Headers() }).url).toBe(path)
  })

  test('shows its method, body and native request', () => {
    const incoming = new Request('https://api.example/', { method: 'DELETE' })
    const native = {}
    const body = { access_token: 'x' }
    expect(webRequest(incoming).method).toBe('DELETE')
    expect(webRequest(incoming).native).toBe(incoming)
    expect(webRequest(incoming).body).toBeUndefined()
    expect(webRequest(incoming, { native, body })).toMatchObject({ native, body })
    expect(webRequest(incoming, { native }).native).toBe(native)
  })

  test('keeps its own body unread', async () => {
    const incoming = new Request('https://api.example/', { method: 'POST', body: 'a=1' })
    const request = webRequest(incoming)
    expect([request.url, request.header('content-type')]).toStrictEqual(['/', ['text/plain;charset=UTF-8']])
    expect(incoming.bodyUsed).toBe(false)
    await expect(incoming.text()).resolves.toBe('a=1')
  })
})
