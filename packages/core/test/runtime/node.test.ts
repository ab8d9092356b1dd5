import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type AuthorizationServer, after, bytes, describeConnection, json, raw, startAuthorizationServer } from '@oauth-introspect/testkit'
import { runtime } from '../../src/runtime/node.ts'
import { type Connection, Deadline, type HttpFailure, type HttpReply } from '../../src/runtime/runtime.ts'

describeConnection({
  name: 'undici',
  startDeadline: (milliseconds) => new Deadline(milliseconds),
  connect: () => runtime.connect({ maxConnections: 16, connectTimeoutMs: 1000 }),
})

describe('the runtime of Node', () => {
  let as: AuthorizationServer
  let connection: Connection

  async function exchange(timeoutMs = 2000, headers: Record<string, string> = {}, path = '/'): Promise<HttpReply | HttpFailure> {
    const deadline = new Deadline(timeoutMs)
    const request = { method: 'POST', url: new URL(path, as.origin), headers, body: '' } as const
    const reply = await connection.exchange(request, { deadline, maxBytes: 1000 })
    deadline.clear()
    return reply
  }

  beforeEach(async () => {
    as = await startAuthorizationServer()
    connection = runtime.connect({ maxConnections: 1, connectTimeoutMs: 1000 })
  })
  afterEach(async () => {
    await Promise.all([connection.close(), as.close()])
  })

  it('digests at once, by SHA-256 in base64url', () => {
    expect(runtime.sha256('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
    expect(runtime.sha256('ä€😀')).toBe('gZ_nfRx4l8TFQeIcY9JxVNRuEsxlB02NnIdGJqQKYHQ')
  })

  it.each([
    ['gzip by name only', 'gzip', '{"active":true}'],
    ['half of a gzip content', 'gzip', gzipSync('{"active":true}').subarray(0, 20)],
    ['one encoding over another', 'gzip, gzip', gzipSync(gzipSync('{"active":true}'))],
    ['no encoding at all by name', ',', '{"active":true}'],
  ])('cannot decode %s', async (_situation, encoding, body) => {
    as.behave(raw(body, 200, { 'content-encoding': encoding }))
    expect(await exchange()).toEqual({ failure: 'RESPONSE_NOT_CONFORM', replied: true })
  })

  it('takes what is no HTTP for a reply that has begun, so that it is not asked for again', async () => {
    as.behave(bytes('220 mail.example ESMTP\r\n'))
    expect(await exchange()).toMatchObject({ failure: 'ENDPOINT_UNREACHABLE', replied: true })
  })

  it('takes an interim response for a reply that has begun, so that it is not asked for again', async () => {
    as.behave(bytes('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n', 'reset'))
    expect(await exchange()).toMatchObject({ failure: 'ENDPOINT_UNREACHABLE', replied: true })
  })

  it('fails on headers without measure, and on a change of protocol', async () => {
    as.behave(
      bytes(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}\r\ncontent-length: 0\r\n\r\n`),
      bytes('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'),
    )
    expect(await exchange()).toMatchObject({ failure: 'ENDPOINT_UNREACHABLE', systemCode: 'UND_ERR_HEADERS_OVERFLOW' })
    expect(await exchange()).toMatchObject({ failure: 'ENDPOINT_UNREACHABLE' })
  })

  it('uses one connection for one question after the other', async () => {
    const ports = new Set<number | undefined>()
    as.behave((call, response) => {
      ports.add(response.socket?.remotePort)
      json({ active: false })(call, response)
    })
    for (let at = 0; at < 3; at++) expect(await exchange()).toMatchObject({ status: 200 })
    expect(ports.size).toBe(1)
  })

  it('does not send what has waited for a connection beyond its deadline', async () => {
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    as.behave(after(released, json({ active: false })), json({ active: false }))
    const first = exchange(5000, {}, '/first')
    expect(await exchange(30, {}, '/late')).toEqual({ failure: 'ENDPOINT_TIMEOUT', replied: false })
    release()
    expect(await first).toMatchObject({ status: 200 })
    expect(await exchange(2000, {}, '/next')).toMatchObject({ status: 200 })
    expect(as.calls.map(({ url }) => url)).toEqual(['/first', '/next'])
  })

  it('fails, and throws nothing, on a header that cannot be sent', async () => {
    expect(await exchange(2000, { authorization: 'a\nb' })).toEqual({
      failure: 'ENDPOINT_UNREACHABLE',
      replied: false,
      systemCode: 'UND_ERR_INVALID_ARG',
    })
    expect(as.calls).toEqual([])
  })

  it('ends what is under way when it is closed, and takes nothing more', async () => {
    const asked = new Promise<void>((resolve) => {
      as.behave(() => {
        resolve()
      })
    })
    const pending = exchange()
    await asked
    await connection.close()
    expect(await pending).toMatchObject({ failure: 'ENDPOINT_UNREACHABLE', replied: false })
    expect(await exchange()).toMatchObject({ failure: 'ENDPOINT_UNREACHABLE', systemCode: 'UND_ERR_DESTROYED' })
    await connection.close()
  })
})

describe('a deadline', () => {
  it('acts at once when it has passed, and only as it was told last', async () => {
    const acts: string[] = []
    const deadline = new Deadline(5)
    deadline.whenExpired(() => acts.push('first'))
    await new Promise<void>((resolve) => {
      deadline.whenExpired(() => {
        acts.push('second')
        resolve()
      })
    })
    deadline.whenExpired(() => acts.push('late'))
    expect({ acts, expired: deadline.expired }).toEqual({ acts: ['second', 'late'], expired: true })
  })
})
