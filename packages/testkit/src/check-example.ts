/**
 * Visits an example as a person would: without a token, with a good one, with too little scope, with a revoked one, and when the
 * authorization server is gone. Tells each answer and ends the process with 1 when one is wrong.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createDevServer } from '@oauth-introspect/dev-server'
import { type Received, send } from './send.ts'

export { send }

/** What an example is told by its environment. */
export type ExampleSettings = Readonly<Record<'INTROSPECTION_ENDPOINT' | 'CLIENT_ID' | 'CLIENT_SECRET' | 'AUDIENCE', string>>

/** An example that listens. */
export interface RunningExample {
  readonly origin: string
  stop(): Promise<void>
}

interface Expected {
  readonly status: number
  /** The whole header line; `undefined`: none. */
  readonly challenge?: string
  readonly body?: unknown
}

const description = {
  invalid_request: 'the request must present exactly one access token, in one way',
  invalid_token: 'the access token is not valid for this resource',
  insufficient_scope: 'the access token does not have the scope that this request needs',
} as const

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
  let failed = 0
  let passed = 0
  const expect = async (what: string, method: string, authorization: string | undefined, expected: Expected): Promise<void> => {
    const headers: [string, string][] = authorization === undefined ? [] : [['Authorization', authorization]]
    const fault = findFault(await send(example.origin, { method, path: '/orders', headers }), expected)
    if (fault === undefined) passed++
    else failed++
    console.log(`${name}: ${fault === undefined ? 'ok  ' : 'FAIL'} ${what}${fault === undefined ? '' : `: ${fault}`}`)
  }
  try {
    const reader = await authorizationServer.issueToken({ clientId: 'app', scope: 'read' })
    const writer = await authorizationServer.issueToken({ clientId: 'app', scope: 'read write' })
    const foreign = await authorizationServer.issueToken({ clientId: 'app', scope: 'read', resource: 'https://elsewhere.example' })

    await expect('no token is asked for one, without an error code', 'GET', undefined, { status: 401, challenge: 'Bearer realm="api"' })
    await expect('no token behind the scheme', 'GET', 'Bearer', refused(400, 'invalid_request'))
    await expect('a token that nobody issued', 'GET', 'Bearer nobody-issued-this', refused(401, 'invalid_token'))
    await expect('a token for another resource', 'GET', `Bearer ${foreign}`, refused(401, 'invalid_token'))
    await expect('a good token', 'GET', `Bearer ${reader}`, { status: 200, body: { client: 'app', orders: ['tea', 'coffee'] } })
    await expect('a token without the scope', 'POST', `Bearer ${reader}`, refused(403, 'insufficient_scope', 'read write'))
    await expect('a token with both scopes', 'POST', `Bearer ${writer}`, { status: 201, body: { client: 'app' } })
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
  console.log(`${name}: ${passed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}

function refused(status: number, error: keyof typeof description, scope?: string): Expected {
  const attributes = { realm: 'api', error, error_description: description[error], ...(scope === undefined ? {} : { scope }) }
  return {
    status,
    challenge: `Bearer ${Object.entries(attributes)
      .map(([key, value]) => `${key}="${value}"`)
      .join(', ')}`,
    body: { error, error_description: description[error] },
  }
}

function findFault(received: Received, expected: Expected): string | undefined {
  if (received.status !== expected.status) return `status ${received.status}, not ${expected.status}`
  const challenge = received.lines('WWW-Authenticate').join(', ') || undefined
  if (challenge !== expected.challenge) return `challenge ${String(challenge)}, not ${String(expected.challenge)}`
  if (expected.status >= 400 && received.header('Cache-Control') !== 'no-store') return 'no "Cache-Control: no-store"'
  if (expected.body === undefined || JSON.stringify(received.json) === JSON.stringify(expected.body)) return undefined
  return `body ${received.body}, not ${JSON.stringify(expected.body)}`
}

/** Starts a program on a free port; its first line of output is its origin. */
export async function startProgram(url: URL, settings: ExampleSettings): Promise<RunningExample> {
  const child = spawn(process.execPath, [fileURLToPath(url)], {
    env: { ...process.env, ...settings, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  for await (const line of createInterface({ input: child.stdout })) {
    return {
      origin: line,
      stop() {
        child.kill()
        return ended
      },
    }
  }
  throw new Error(`${url.pathname} ended before it listened`)
}
