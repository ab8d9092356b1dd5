/** Several processes and one Redis: what one of them has acknowledged, all others hear of, whatever becomes of that one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals'
import {
  type AuthorizationServer,
  byPath,
  describeWithRedis,
  json,
  type Received,
  send,
  startAuthorizationServer,
} from '@oauth-introspect/testkit'
import { build } from 'esbuild'
import { issuer, jwk, keys, sign } from '../signed-bench.ts'
import { audience, caep } from './signal-bench.ts'

jest.setTimeout(60_000)

interface Instance {
  readonly child: ChildProcess
  readonly origin: string
}

describeWithRedis('a fleet', {}, (redis) => {
  let folder = ''
  let as: AuthorizationServer
  const running: ChildProcess[] = []

  beforeAll(async () => {
    // In here its packages are found.
    folder = await mkdtemp(fileURLToPath(new URL('../../../../node_modules/.fleet-', import.meta.url)))
    await build({
      entryPoints: [fileURLToPath(new URL('./fleet-instance.ts', import.meta.url))],
      outfile: join(folder, 'instance.mjs'),
      ...{ bundle: true, format: 'esm', platform: 'node', conditions: ['@oauth-introspect/source', 'node'] },
      external: ['undici', '@redis/client', 'jose'],
      logLevel: 'silent',
    })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    as = await startAuthorizationServer()
    const reply = { active: true, iss: issuer, sub: 'user-1', iat: Math.floor(Date.now() / 1000) - 60 }
    as.behave(byPath({ '/introspect': json(reply), '/jwks': json({ keys: [jwk(keys.as1, { kid: 'as-1' })] }) }))
  })
  afterEach(async () => {
    for (const child of running.splice(0)) child.kill('SIGKILL')
    await as.close()
  })

  async function start(): Promise<Instance> {
    const env = { ...process.env, REDIS: redis.path, AS: as.origin }
    const child = spawn(process.execPath, ['--no-warnings', join(folder, 'instance.mjs')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    running.push(child)
    const [port] = (await once(child.stdout, 'data')) as [Buffer]
    return { child, origin: `http://127.0.0.1:${port.toString().trim()}` }
  }

  const ask = async ({ origin }: Instance, token = 'tok'): Promise<number> =>
    (await send(origin, { headers: [['Authorization', `Bearer ${token}`]] })).status

  function push({ origin }: Instance): Promise<Received> {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      ...{ iss: issuer, aud: audience, iat: now, jti: `jti-${now}`, sub_id: { format: 'iss_sub', iss: issuer, sub: 'user-1' } },
      events: { [`${caep}session-revoked`]: { event_timestamp: now } },
    }
    const body = sign(claims, { header: { typ: 'secevent+jwt' } })
    return send(origin, { method: 'POST', path: '/events', headers: [['Content-Type', 'application/secevent+jwt']], body })
  }

  it('hears of a revocation, although the instance that has acknowledged it is killed at once', async () => {
    const [one, other] = await Promise.all([start(), start()])
    expect(await Promise.all([ask(one), ask(other), ask(other)])).toEqual([200, 200, 200])
    const answer = await push(one)
    one.child.kill('SIGKILL')
    const since = performance.now()
    expect(answer.status).toBe(202)
    while ((await ask(other)) !== 401) expect(performance.now() - since).toBeLessThan(2000)
    expect(await ask(other, 'another-token')).toBe(401)
    // Also one that was not there.
    expect(await ask(await start())).toBe(401)
    const next = { active: true, iss: issuer, sub: 'user-1', iat: Math.floor(Date.now() / 1000) + 1 }
    as.behave(byPath({ '/introspect': json(next) }))
    expect(await ask(other, 'of-the-next-session')).toBe(200)
  })

  it('does not acknowledge what Redis has not taken, and does when it is back', async () => {
    const one = await start()
    await redis.kill()
    try {
      expect((await push(one)).status).toBe(503)
    } finally {
      await redis.start()
    }
    const since = performance.now()
    for (let status = 503; status !== 202; { status } = await push(one)) expect(performance.now() - since).toBeLessThan(20_000)
    expect(await ask(await start())).toBe(401)
  })
})
