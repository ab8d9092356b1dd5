import { describe, expect, test } from '@jest/globals'
import type { Fault } from '@oauth-introspect/dev-server'
import { ask } from './dialects/wire.ts'
import { api, app, post } from './requests.ts'
import { start } from './start.ts'

const json = { 'content-type': 'application/json' }

describe('a fault', () => {
  test('answers with a status, a body and a content type in place of the server', async () => {
    const server = await start({ faults: [{ endpoint: 'introspection', status: 503, body: '<p>Oops', contentType: 'text/html' }] })
    const token = await server.issueToken()
    const { status, type, text } = await ask(server.introspectionEndpoint, { form: { token }, user: 'api:api-secret' })
    expect({ status, type, text }).toEqual({ status: 503, type: 'text/html', text: '<p>Oops' })
    server.setFaults([])
    expect((await post(server.introspectionEndpoint, { token }, api)).json).toMatchObject({ active: true })
  })

  test('answers with 200 and JSON when only a body is given', async () => {
    const server = await start({ faults: [{ endpoint: 'introspection', body: '{"active":tru' }] })
    const { status, type, text } = await ask(server.introspectionEndpoint, { form: { token: 'x' } })
    expect({ status, type, text }).toEqual({ status: 200, type: 'application/json', text: '{"active":tru' })
  })

  test.each(['standard', 'axway'] as const)('names a wrong content type of the true reply (%s)', async (which) => {
    const server = await start({ dialects: { axway: true }, faults: [{ endpoint: 'introspection', contentType: 'text/plain' }] })
    const token = await server.issueToken()
    const { introspectionEndpoint } = which === 'standard' ? server : server.dialect(which)
    const { type, json } = await ask(introspectionEndpoint, { form: { token }, user: 'api:api-secret' })
    expect({ type, json }).toEqual({ type: 'text/plain', json: expect.objectContaining({ active: true, client_id: 'app' }) })
  })

  test('resets the connection, at a dialect behind TLS as well', async () => {
    const server = await start({ dialects: { wso2: true }, faults: [{ endpoint: 'introspection', reset: true }] })
    await expect(ask(server.introspectionEndpoint, { form: { token: 'x' } })).rejects.toMatchObject({ code: 'ECONNRESET' })
    const { introspectionEndpoint, ca } = server.dialect('wso2')
    await expect(ask(introspectionEndpoint, { form: { token: 'x' }, ca })).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('waits before the true reply, and ends with the connection', async () => {
    const server = await start({ faults: [{ endpoint: 'token', delayMs: 80 }] })
    const before = performance.now()
    expect(await server.issueToken()).toEqual(expect.any(String))
    expect(performance.now() - before).toBeGreaterThanOrEqual(78)
    server.setFaults([{ endpoint: 'token', delayMs: 600_000 }])
    await expect(fetch(server.tokenEndpoint, { method: 'POST', signal: AbortSignal.timeout(50) })).rejects.toThrow()
  })

  test('strikes as often as it says, and at its endpoint only', async () => {
    const server = await start({ faults: [{ endpoint: 'token', status: 500, times: 2 }] })
    const get = async (): Promise<number> => (await post(server.tokenEndpoint, { grant_type: 'client_credentials' }, app)).status
    expect((await post(server.introspectionEndpoint, { token: 'x' }, api)).status).toBe(200)
    expect(await get()).toBe(500)
    expect(server.faults).toEqual([{ endpoint: 'token', status: 500, times: 1 }])
    expect([await get(), await get()]).toEqual([500, 200])
    expect(server.faults).toEqual([])
  })

  test('for all strikes every endpoint; of several the first one does', async () => {
    const server = await start({
      faults: [
        { endpoint: 'token', status: 501 },
        { endpoint: 'all', status: 502 },
      ],
    })
    for (const [url, status] of [
      [server.tokenEndpoint, 501],
      [server.introspectionEndpoint, 502],
      [server.revocationEndpoint, 502],
      [server.jwksUri, 502],
    ] as const)
      expect((await fetch(url)).status).toBe(status)
  })

  test('that is none is a TypeError', async () => {
    const server = await start()
    const wrong = [{ endpoint: 'tokn', delayMs: -1 }, { endpoint: 'all', reset: true, status: 500 }, {}] as unknown as readonly Fault[]
    expect(() => server.setFaults(wrong)).toThrow(
      new TypeError(
        'setFaults: "faults[0].endpoint" must be "introspection" or "token" or "all", got another string; ' +
          '"faults[0].delayMs" must be a whole number of milliseconds from 0 to 600000, got -1; "faults[2].endpoint" is missing; ' +
          '"faults[1]" must not have an answer when it has "reset"; "faults[2]" must say what goes wrong',
      ),
    )
    expect(server.faults).toEqual([])
  })
})

describe('/faults', () => {
  test('is read, replaced and emptied', async () => {
    const server = await start({ console: true })
    const url = `${server.issuer}/faults`
    const faults = [{ endpoint: 'introspection', status: 503 }]
    const put = await fetch(url, { method: 'PUT', headers: json, body: JSON.stringify(faults) })
    expect([put.status, await put.json()]).toEqual([200, faults])
    expect(await (await fetch(url)).json()).toEqual(faults)
    expect((await post(server.introspectionEndpoint, { token: 'x' }, api)).status).toBe(503)
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(204)
    expect(server.faults).toEqual([])
  })

  test('says what is wrong', async () => {
    const { issuer } = await start({ console: true })
    for (const [body, description] of [
      ['[{"endpoint":"all"}]', 'PUT /faults: "faults[0]" must say what goes wrong'],
      ['{', 'The body is no JSON.'],
    ] as const) {
      const put = await fetch(`${issuer}/faults`, { method: 'PUT', headers: json, body })
      expect([put.status, await put.json()]).toEqual([400, { error: 'invalid_request', error_description: description }])
    }
    expect((await fetch(`${issuer}/faults`, { method: 'PATCH' })).status).toBe(405)
  })

  test.each([
    ['another host', { host: 'evil.example' }],
    ['another site', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
  ])('is refused to a page of %s', async (_what, headers) => {
    const { issuer } = await start({ console: true })
    const { request } = await import('node:http')
    const status = await new Promise((resolve) => {
      request(`${issuer}/faults`, { headers, method: 'DELETE', agent: false }, (response) => {
        resolve(response.resume().statusCode)
      }).end()
    })
    expect(status).toBe(403)
  })

  test('is not there unless it is asked for', async () => {
    expect((await fetch(`${(await start()).issuer}/faults`)).status).toBe(404)
  })
})
