/**
 * Visits an example as a person would: without a token, with a good one, with too little scope, with a revoked one, and when the
 * authorization server is gone. Tells each answer and ends the process with 1 when one is wrong.
 *
 * @module
 */
import { createDevServer } from '@oauth-introspect/dev-server'
import { type Expected, findFault, refused, Tally } from './expected-answer.ts'
import { runProgram } from './running-program.ts'
import { send } from './send.ts'

export { send, Tally }

/** What an example is told by its environment. */
export type ExampleSettings = Readonly<Record<'INTROSPECTION_ENDPOINT' | 'CLIENT_ID' | 'CLIENT_SECRET' | 'AUDIENCE', string>>

/** An example that listens. */
export interface RunningExample {
  readonly origin: string
  stop(): Promise<void>
}

/** Starts a development authorization server and the example, visits it, and sets the exit code. */
export async function checkExample(name: string, start: (settings: ExampleSettings) => Promise<RunningExample>): Promise<void> {
  const audience = 'https://orders.example'
  const authorizationServer = await createDevServer({ audience })
  const example = await start({
    INTROSPECTION_ENDPOINT: authorizationServer.introspectionEndpoint,
    CLIENT_ID: 'api',
    CLIENT_SECRET: 'api-secret',
    AUDIENCE: audience,
  })
  const tally = new Tally(name)
  const expect = async (what: string, method: string, authorization: string | undefined, expected: Expected): Promise<void> => {
    const headers: [string, string][] = authorization === undefined ? [] : [['Authorization', authorization]]
    tally.tell(what, findFault(await send(example.origin, { method, path: '/orders', headers }), expected))
  }
  const expectOfMany = async (what: string, authorization: string): Promise<void> => {
    const headers: [string, string][] = [['Authorization', authorization]]
    // The first to ask does not wait for the answer: what it has begun must not be what the others wait for in vain.
    authorizationServer.setFaults([{ endpoint: 'introspection', delayMs: 200 }])
    const hasty = new AbortController()
    const gone = fetch(`${example.origin}/orders`, { headers, signal: hasty.signal }).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const asking = Promise.all(Array.from({ length: 50 }, () => send(example.origin, { method: 'GET', path: '/orders', headers })))
    await new Promise((resolve) => setTimeout(resolve, 50))
    hasty.abort()
    const all = await asking
    await gone
    authorizationServer.setFaults([])
    const wrong = all.filter(({ status }) => status !== 200).length
    tally.tell(what, wrong === 0 ? undefined : `${wrong} were refused`)
  }
  try {
    const reader = await authorizationServer.issueToken({ clientId: 'app', scope: 'read' })
    const writer = await authorizationServer.issueToken({ clientId: 'app', scope: 'read write' })
    const foreign = await authorizationServer.issueToken({ clientId: 'app', scope: 'read', resource: 'https://elsewhere.example' })
    const crowd = await authorizationServer.issueToken({ clientId: 'app', scope: 'read' })

    await expect('no token is asked for one, without an error code', 'GET', undefined, { status: 401, challenge: 'Bearer realm="api"' })
    await expect('no token behind the scheme', 'GET', 'Bearer', refused(400, 'invalid_request'))
    await expect('a token that nobody issued', 'GET', 'Bearer nobody-issued-this', refused(401, 'invalid_token'))
    await expect('a token for another resource', 'GET', `Bearer ${foreign}`, refused(401, 'invalid_token'))
    await expect('a good token', 'GET', `Bearer ${reader}`, { status: 200, body: { client: 'app', orders: ['tea', 'coffee'] } })
    await expect('a token without the scope', 'POST', `Bearer ${reader}`, refused(403, 'insufficient_scope', 'read write'))
    await expect('a token with both scopes', 'POST', `Bearer ${writer}`, { status: 201, body: { client: 'app' } })
    await expectOfMany('fifty requests at once with a token not seen before', `Bearer ${crowd}`)
    await authorizationServer.revoke(reader)
    await expect('a revoked token, where the answer is remembered', 'GET', `Bearer ${reader}`, { status: 200 })
    await expect('a revoked token, where the server is asked afresh', 'DELETE', `Bearer ${reader}`, refused(401, 'invalid_token'))
    await authorizationServer.close()
    await expect('the authorization server is gone, the token remembered', 'POST', `Bearer ${writer}`, { status: 201 })
    await expect('the authorization server is gone, the token unknown', 'GET', 'Bearer never-seen-before', { status: 503, body: {} })
  } finally {
    await authorizationServer.close()
    await example.stop()
  }
  tally.end()
}

/** Starts a program on a free port; its first line of output is its origin. */
export async function startProgram(url: URL, settings: ExampleSettings): Promise<RunningExample> {
  const program = runProgram(url, { ...settings, PORT: '0' })
  await program.printed(1)
  return { origin: program.lines[0] ?? '', stop: () => program.stop() }
}
