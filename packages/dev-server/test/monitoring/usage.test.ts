import { describe, expect, test } from '@jest/globals'
import { type DevServer, memoryTokenStore, type TokenStore } from '@oauth-introspect/dev-server'
import { ask, movableClock } from '../dialects/wire.ts'
import { api, app, basic, get, introspectAt, post } from '../requests.ts'
import { start } from '../start.ts'

/** Two tokens issued, one of them revoked, four questions, two refusals. */
async function live(server: DevServer): Promise<void> {
  const [token, revoked] = [await server.issueToken(), await server.issueToken()]
  await server.revoke(revoked)
  for (const each of [token, revoked, 'unknown']) await introspectAt(server, each)
  await post(server.introspectionEndpoint, { token }, basic('nobody-s3cret', 'x'))
  await post(server.tokenEndpoint, { grant_type: 'client_credentials', scope: 'x' }, app)
}

const totals = {
  api: { issued: 0, asked: 3, inactive: 2, refused: 0, revoked: 0 },
  app: { issued: 2, asked: 0, inactive: 0, refused: 1, revoked: 1 },
  unknown: { issued: 0, asked: 1, inactive: 0, refused: 1, revoked: 0 },
}

describe('/usage', () => {
  test('tells totals and minutes by client', async () => {
    const clock = movableClock()
    const server = await start({ console: true, now: clock.now })
    await live(server)
    const { json } = await get(`${server.issuer}/usage`)
    const minute = new Date(Math.floor(clock.now() / 60_000) * 60_000).toISOString()
    expect(json['totals']).toEqual(totals)
    expect(json['minutes']).toContainEqual({ minute, clientId: 'api', kind: 'asked', count: 3 })
    clock.passSeconds(120)
    await introspectAt(server, 'unknown')
    const later = (await get(`${server.issuer}/usage?minutes=1`)).json
    expect(later['minutes']).toHaveLength(2)
    expect(later['totals']).toMatchObject({ api: { asked: 4, inactive: 3 } })
    expect((await get(`${server.issuer}/usage?minutes=3`)).json['minutes']).toHaveLength(9)
  })

  test('is kept in the store, and counts dialects', async () => {
    const store = memoryTokenStore()
    const first = await start({ store, dialects: { axway: true, checkToken: true } })
    await first.dialect('axway').issueToken()
    await ask(`${first.dialect('checkToken').introspectionEndpoint}?token=x`, { user: 'api:api-secret' })
    await first.close()
    const { json } = await get(`${(await start({ store, console: true })).issuer}/usage`)
    expect(json['totals']).toMatchObject({ app: { issued: 1 }, api: { asked: 1, inactive: 1, refused: 0 } })
  })

  test('refuses a span that makes no sense', async () => {
    const { issuer } = await start({ console: true })
    for (const minutes of ['0', '1.5', 'x', '1441']) expect((await get(`${issuer}/usage?minutes=${minutes}`)).status).toBe(400)
  })

  test('keeps nobody from an answer when the store does not count', async () => {
    const store: TokenStore = { ...memoryTokenStore(), tally: () => Promise.reject(new Error('away')) }
    const server = await start({ store })
    expect(await introspectAt(server, await server.issueToken())).toMatchObject({ active: true })
  })
})

describe('/metrics', () => {
  test('is text exposition', async () => {
    const server = await start({ console: true, clients: [{ clientId: 'a"\\b', clientSecret: 's', scopes: ['x'] }] })
    await server.issueToken()
    const response = await fetch(`${server.issuer}/metrics`)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const text = await response.text()
    expect(text).toContain(
      '# HELP oauth_dev_tokens_issued_total Access tokens issued.\n# TYPE oauth_dev_tokens_issued_total counter\noauth_dev_tokens_issued_total{client="a\\"\\\\b"} 1\n',
    )
    expect(text).toMatch(/\noauth_dev_request_duration_seconds_count\{endpoint="token"\} 1\n$/)
    for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^\n]*"\})? [\d.]+)$/)
  })

  test('names no client that is not known here', async () => {
    const server = await start({ console: true })
    await live(server)
    expect(await (await fetch(`${server.issuer}/metrics`)).text()).not.toContain('s3cret')
    expect((await post(server.introspectionEndpoint, { token: 'x' }, api)).status).toBe(200)
  })
})

test.each(['/usage', '/metrics', '/console'])('%s is not there unless it is asked for', async (path) => {
  expect((await fetch((await start()).issuer + path)).status).toBe(404)
})
