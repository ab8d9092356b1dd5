import { describe, expect, it } from '@jest/globals'
import { after, json, silence } from '@oauth-introspect/testkit'
import { CallLimits } from '../src/call-limits.ts'
import { bearer, granted, setUpServer } from './server-bench.ts'

const bench = setUpServer()

/** A promise, and what resolves it. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 1000) throw new Error('it did not come to that')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length

describe.each([
  ['the connections of the runtime', {}],
  ['a transport', { transport: fetch }],
])('close(), with %s', (_what, more) => {
  it('lets what was asked be answered, asks nothing more, and resolves when all is done', async () => {
    const server = bench.make({ ...more, timeoutMs: 10_000 })
    const { opened, open } = gate()
    bench.as.behave(after(opened, json(bench.good())))
    const asked = server.authorize(bearer('one'))
    await until(() => bench.as.calls.length === 1)
    let done = false
    const closing = server.close()
    void closing.then(() => {
      done = true
    })
    const refused = await server.authorize(bearer('two'))
    expect(refused).toMatchObject({ status: 503, reason: 'authorization_server_unavailable', cause: { code: 'ENDPOINT_UNAVAILABLE' } })
    expect(refused).toMatchObject({ cause: { message: expect.stringContaining('this resource server has been closed') } })
    expect(refused.headers.map(([name]) => name)).not.toContain('Retry-After')
    // One that joins what was asked before waits for it.
    const joined = server.authorize(bearer('one'))
    expect(done).toBe(false)
    open()
    await Promise.all([granted(asked), granted(joined)])
    await closing
    expect(bench.as.calls).toHaveLength(1)
    expect(server.stats()).toMatchObject({ calls: 1, callsInFlight: 0 })
  })

  it('waits for a silent endpoint no longer than the deadline', async () => {
    const before = timers()
    const server = bench.make({ ...more, timeoutMs: 500, retries: 0 })
    bench.as.behave(silence)
    const asked = server.authorize(bearer())
    await until(() => bench.as.calls.length === 1)
    await server.close()
    expect(await asked).toMatchObject({ status: 503, cause: { code: 'ENDPOINT_TIMEOUT' } })
    // Those of the connection end in their own time, in the next second; ours would not.
    await until(() => timers() <= before)
  })

  it('may be called again, at any time', async () => {
    const server = bench.make(more)
    const { opened, open } = gate()
    bench.as.behave(after(opened, json(bench.good())))
    const asked = server.authorize(bearer())
    await until(() => bench.as.calls.length === 1)
    const closing = [server.close(), server.close()]
    open()
    await Promise.all([...closing, granted(asked)])
    await server.close()
  })
})

it('close() leaves no connection and no timer behind', async () => {
  const sockets = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length
  await until(() => sockets() === 0)
  const timersBefore = timers()
  const server = bench.make()
  bench.as.behave(json(bench.good()))
  await Promise.all(['a', 'b', 'c'].map(async (presented) => server.authorize(bearer(presented))))
  expect(sockets()).toBeGreaterThan(0)
  await server.close()
  await until(() => sockets() === 0)
  expect(timers()).toBeLessThanOrEqual(timersBefore)
})

it('close() does not wait for ever for a question of which nothing is heard any more, as on Workers', async () => {
  const limits = new CallLimits(2, 20, () => 0)
  limits.enter()
  await limits.close()
})
