import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, jest, test } from '@jest/globals'
import { describeWithRedis } from '@oauth-introspect/testkit'
import { type Ended, type Running, run } from './process.ts'
import { api, app, basic, post } from './requests.ts'

// The embedded database takes a while to start on a busy machine.
jest.setTimeout(120_000)

const cleaning: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clean of cleaning.splice(0).reverse()) await clean()
})

/** The command, with a store, until it is stopped. */
async function serve(store: string): Promise<{
  readonly text: string
  readonly issuer: string
  readonly axway: string
  readonly stop: () => Promise<Ended>
}> {
  const running: Running = run('src/cli.ts', ['--port', '0', '--dialect', 'axway:0', '--console', '--store', store])
  cleaning.push(async () => {
    running.child.kill('SIGKILL')
    await running.ended
  })
  const text = await running.printed(/\n\n$/)
  const originOf = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? ''
  const stop = (): Promise<Ended> => {
    running.child.kill('SIGTERM')
    return running.ended
  }
  return { text, issuer: originOf(/server: (\S+)/), axway: originOf(/Dialect axway: (\S+)/), stop }
}

/** Stops the command and starts it again over one store. */
async function restart(store: string, told: string): Promise<void> {
  const first = await serve(store)
  expect(first.text).toContain(`tokens kept ${told}.\n`)
  const grant = { grant_type: 'client_credentials' }
  const [kept, revoked] = [await post(`${first.issuer}/token`, grant, app), await post(`${first.issuer}/token`, grant, app)]
  await post(`${first.issuer}/revoke`, { token: String(revoked.json['access_token']) }, app)
  const axway = (await post(`${first.axway}/api/oauth/token`, grant, basic('app', 'app-secret'))).json
  expect(await first.stop()).toMatchObject({ code: 0, stderr: '' })

  const second = await serve(store)
  const ask = async (token: unknown): Promise<unknown> =>
    (await post(`${second.issuer}/introspect`, { token: String(token) }, api)).json['active']
  expect(await ask(kept.json['access_token'])).toBe(true)
  expect(await ask(revoked.json['access_token'])).toBe(false)
  expect(await ask(axway['access_token'])).toBe(true)
  const refresh = { grant_type: 'refresh_token', refresh_token: String(axway['refresh_token']) }
  expect((await post(`${second.axway}/api/oauth/token`, refresh, basic('app', 'app-secret'))).json).toHaveProperty('access_token')
  const { totals } = (await (await fetch(`${second.issuer}/usage`)).json()) as { readonly totals: unknown }
  expect(totals).toMatchObject({ app: { issued: 4, revoked: 1 } })
  const { code, stdout, stderr } = await second.stop()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(first.text + stdout).not.toContain('s3cret')
}

const lossless = 'loses nothing in a restart: tokens, what became of them, refresh tokens, figures'

test(`--store sql ${lossless}`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'store-'))
  cleaning.push(() => rm(folder, { recursive: true, force: true }))
  await restart(`sql:${join(folder, 'tokens')}`, `in PostgreSQL, in ${join(folder, 'tokens')}`)
})

describeWithRedis('--store redis', { password: 's3cret' }, (redis) => {
  test(lossless, async () => {
    await restart(`redis://:s3cret@127.0.0.1:${redis.port}`, `in Redis, at 127.0.0.1:${redis.port}`)
  })
})

test.each([
  ['sql:/dev/null/tokens', /^cannot open the store of "--store": \w+[^\n]*\n$/],
  ['redis://:s3cret@127.0.0.1:1', /^cannot open the store of "--store": ECONNREFUSED\n$/],
])('%s ends with code 1 and one line', async (store, message) => {
  const { code, stdout, stderr } = await run('src/cli.ts', ['--port', '0', '--store', store]).ended
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(message)
  expect(stderr).not.toContain('s3cret')
})
