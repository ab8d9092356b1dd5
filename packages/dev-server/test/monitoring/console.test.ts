import { describe, expect, test } from '@jest/globals'
import { type DevServer, memoryTokenStore } from '@oauth-introspect/dev-server'
import { ask } from '../dialects/wire.ts'
import { introspectAt } from '../requests.ts'
import { start } from '../start.ts'

const json = { 'content-type': 'application/json' }
const send = (server: DevServer, path: string, body: unknown): Promise<Response> =>
  fetch(server.issuer + path, { method: 'POST', headers: json, body: JSON.stringify(body) })

describe('the page', () => {
  test('has a strict policy, and nothing of it comes from elsewhere or is written into it', async () => {
    const { consoleUrl = '' } = await start({ console: true })
    const response = await fetch(consoleUrl)
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; " +
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    )
    const html = await response.text()
    expect(html).not.toMatch(/https?:|<script(?! type="module" src="\/console\/)|<style| style=| on\w+=/)
    for (const [path, type] of [
      ['/console.css', 'text/css; charset=utf-8'],
      ['/console.mjs', 'text/javascript; charset=utf-8'],
    ] as const)
      expect((await fetch(consoleUrl + path)).headers.get('content-type')).toBe(type)
  })

  test('is named only where it is', async () => {
    expect(await start()).not.toHaveProperty('consoleUrl')
  })
})

describe('tokens', () => {
  test('are issued at each server, shown once, revoked and expired', async () => {
    const server = await start({ console: true, dialects: { axway: true } })
    for (const [name, what, state] of [
      ['standard', 'revoke', 'REVOKED'],
      ['axway', 'expire', 'EXPIRED'],
    ] as const) {
      const issued = await send(server, '/console/tokens', { server: name, clientId: 'app', scope: 'read' })
      expect(issued.status).toBe(201)
      const { token, digest } = (await issued.json()) as Record<string, string>
      expect(await introspectAt(server, token ?? '')).toMatchObject({ active: true, scope: 'read' })
      const list = async (): Promise<string> => (await fetch(`${server.issuer}/console/tokens`)).text()
      expect(JSON.parse(await list())).toContainEqual(expect.objectContaining({ digest, server: name, clientId: 'app', state: 'ACTIVE' }))
      expect(await list()).not.toContain(token)
      expect((await send(server, `/console/tokens/${what}`, { digest })).status).toBe(204)
      expect(JSON.parse(await list())).toContainEqual(expect.objectContaining({ digest, state }))
      expect(await introspectAt(server, token ?? '')).toEqual({ active: false })
    }
  })

  test.each([
    ['/console/tokens', { server: 'nowhere', clientId: 'app' }, 400, '"server" must be the name of a server'],
    ['/console/tokens', { server: 'standard' }, 400, 'console: "clientId" is missing'],
    ['/console/tokens', { server: 'standard', clientId: 'app', scope: 'x' }, 502, 'the token endpoint answered 400 invalid_scope: '],
    ['/console/tokens/revoke', { digest: 'unknown' }, 404, undefined],
  ])('POST %s %j is refused', async (path, body, status, description) => {
    const response = await send(await start({ console: true }), path, body)
    expect(response.status).toBe(status)
    const { error_description: told } = (await response.json()) as Record<string, string>
    if (description !== undefined) expect(told).toContain(description)
  })

  test('are not issued by a form of another site', async () => {
    const { issuer } = await start({ console: true })
    const body = JSON.stringify({ server: 'standard', clientId: 'app' })
    expect((await fetch(`${issuer}/console/tokens`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body })).status).toBe(403)
  })
})

describe('events', () => {
  /** Reads server-sent events until so many have come. */
  async function read(server: DevServer, count: number): Promise<readonly Record<string, unknown>[]> {
    const gone = new AbortController()
    const response = await fetch(`${server.issuer}/console/events`, { signal: gone.signal })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    let text = ''
    const events = (): readonly Record<string, unknown>[] =>
      text
        .split('\n\n')
        .filter((part) => part.startsWith('data: ') && part.endsWith('}'))
        .map((part) => JSON.parse(part.slice('data: '.length)) as Record<string, unknown>)
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk)
      if (events().length >= count) break
    }
    gone.abort()
    return events()
  }

  test('tell requests at all servers as they happen, and what happened before, with nothing that is secret', async () => {
    const server = await start({
      console: true,
      dialects: { friendly: true, wso2: true },
      faults: [{ endpoint: 'introspection', status: 503, times: 1 }],
    })
    const token = await server.issueToken()
    const reading = read(server, 6)
    await ask(server.introspectionEndpoint, { form: { token }, user: 'api:api-secret' })
    await introspectAt(server, token)
    const { introspectionEndpoint: friendly } = server.dialect('friendly')
    await ask(`${friendly}?token=${token}`, { method: 'POST', user: 'nobody:s3cret' })
    await ask(`${server.issuer}/${token}`)
    const wso2 = server.dialect('wso2')
    await ask(wso2.tenantIntrospectionEndpoint('s3cret'), { form: { token }, ca: wso2.ca })
    const events = (await reading).concat((await read(server, 7)).slice(6))
    const requests = events.filter(({ type }) => type === 'request')
    const tell = (event: Record<string, unknown>): string =>
      ['server', 'endpoint', 'method', 'path', 'status', 'clientId', 'outcome', 'fault']
        .map((name) => (event[name] as string | number | undefined) ?? '-')
        .join(' ')
    expect(requests.map(tell)).toEqual([
      'standard token POST /token 200 app issued -',
      'standard introspection POST /introspect 503 unknown - status 503',
      'standard introspection POST /introspect 200 api active -',
      'friendly introspection POST /oauth2/introspect 401 unknown - -',
      'standard other GET (not served) 404 unknown - -',
      'wso2 introspection POST /t/…/oauth2/introspect 401 unknown - -',
    ])
    expect(JSON.stringify(events)).not.toContain(token)
    expect(JSON.stringify(events)).not.toMatch(/s3cret|app-secret|api-secret/)
  })

  test('end with the server', async () => {
    const server = await start({ console: true, store: memoryTokenStore() })
    const response = await fetch(`${server.issuer}/console/events`)
    await server.close()
    await expect(response.text()).rejects.toThrow()
  })
})
