/**
 * A guarded route in front of each dialect of the development server, over sockets, and TLS where the product has it: what every kind of
 * token comes to, what an outage does, and the way of a token from `clientCredentials()` to the handler.
 *
 * @module
 */
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { clientCredentials, type Options } from '@oauth-introspect/core'
import type { Fault } from '@oauth-introspect/dev-server'
import { type AdapterUnderTest, setUpBench } from '../adapter-suite/bench.ts'
import { findClosedPort } from '../authorization-server.ts'
import type { Received } from '../send.ts'
import { graviteeSystems } from './gravitee-systems.ts'
import { clients, type Reached, type System } from './system.ts'
import { systems } from './systems.ts'
import { type IssuingServer, type Kind, startIssuing } from './token-kinds.ts'

const invalidToken = 'Bearer realm="api", error="invalid_token", error_description="the access token is not valid for this resource"'

/** Runs the suite on an adapter. */
export function describeDialects(adapter: AdapterUnderTest): void {
  describe(`dialects of the development server behind ${adapter.name}`, () => {
    describe.each([...graviteeSystems, ...systems])('$name', (system) => {
      describeSystem(adapter, system)
    })
  })
}

function describeSystem(adapter: AdapterUnderTest, system: System): void {
  const bench = setUpBench(adapter)
  const rightTime = Date.parse('2026-11-21T12:00:00Z')
  const asked: string[] = []
  let issuing: IssuingServer
  let reached: Reached

  beforeAll(async () => {
    const options = { clients, dialects: system.settings }
    issuing = await startIssuing({ ...system, options, now: () => rightTime })
    const { server, dialect } = issuing
    reached = { origin: server.dialect(dialect).origin, ca: dialect === 'wso2' ? server.dialect('wso2').ca : undefined }
  })
  afterAll(() => issuing.close())

  afterEach(() => {
    issuing.resetClock()
    issuing.server.setFaults([])
    expectNoCanary([...bench.outputs, ...bench.events], asked.splice(0))
  })

  async function ask(token: string, options: Options = system.options(reached)): Promise<Received> {
    asked.push(token)
    const guarded = { ...options, now: () => bench.clock, onEvent: (event: object) => bench.outputs.push(event) }
    bench.outputs.push(guarded)
    await bench.serve([{ path: '/', chain: [{ introspect: [guarded] }, { requireScopes: ['read'] }] }])
    return bench.ask(token)
  }

  /** What the handler answers to `app`, which it does with the token in it, on purpose. */
  function expectGranted(received: Received): void {
    expect({ status: received.status, ...(received.json as object) }).toMatchObject({
      status: 200,
      found: { clientId: 'app', scopes: ['read'] },
    })
    bench.outputs.splice(bench.outputs.indexOf(received), 1)
  }

  function expectRefused(received: Received, reason: string, expected: number, challenge: readonly string[]): void {
    const told = bench.outputs.filter((output) => (output as { readonly type?: unknown }).type === 'refused')
    const { status } = received
    const seen = { status, challenge: received.lines('www-authenticate'), told }
    expect(seen).toMatchObject({ status: expected, challenge, told: [{ reason }] })
  }

  it('takes a good token', async () => {
    expectGranted(await ask(await issuing.issue('good')))
  })

  it.each<[Kind, string]>([
    ['inactive', 'token_inactive'],
    ['expired', 'token_expired'],
    ['foreign', 'token_inactive'],
    ['refresh', system.refusesRefresh],
  ])('has a token refused that is %s', async (kind, reason) => {
    expectRefused(await ask(await issuing.issue(kind)), reason, 401, [invalidToken])
  })

  it('has a token refused that lacks scope', async () => {
    const received = await ask(await issuing.issue('lacking'))
    expectRefused(received, 'scope_insufficient', 403, [expect.stringContaining('error="insufficient_scope"') as unknown as string])
  })

  it('is an outage when nobody listens', async () => {
    const origin = new URL(reached.origin)
    origin.port = String(await findClosedPort())
    const options = system.options({ ...reached, origin: origin.origin })
    expectRefused(await ask(await issuing.issue('good'), options), 'authorization_server_unavailable', 503, [])
  })

  it.each<[string, Omit<Fault, 'endpoint'>]>([
    ['answers 503', { status: 503 }],
    ['cuts the connection', { reset: true }],
    ['says what is no JSON', { body: '<p>CANARY', contentType: 'text/html' }],
    ['says {}', { body: '{}' }],
    ['says what names no error of its own', { body: '{"error":"CANARY_error"}' }],
  ])('is an outage when it %s', async (_what, fault) => {
    issuing.server.setFaults([{ endpoint: 'introspection', ...fault }])
    expectRefused(await ask(await issuing.issue('good')), 'authorization_server_unavailable', 503, [])
  })

  it('is trouble of our own when it does not know us', async () => {
    const received = await ask(await issuing.issue('good'), system.options(reached, 'CANARY-wrong'))
    expectRefused(received, 'authorization_server_rejected_us', 500, [])
    expect(bench.outputs).toContainEqual(expect.objectContaining({ type: 'fault', code: 'CLIENT_REJECTED' }))
  })

  it('gives clientCredentials() a token that opens the route', async () => {
    const { tokenEndpoint } = issuing.server.dialect(system.dialect)
    const http = reached.ca === undefined ? {} : { http: { ca: reached.ca } }
    const source = clientCredentials({ ...issuing.client, tokenEndpoint, scope: 'read', now: () => bench.clock, ...http })
    bench.outputs.push(source)
    expectGranted(await ask(await source.token()))
  })
}

/** Neither a token, nor a secret, nor a word of the server in anything that came out. */
function expectNoCanary(outputs: readonly unknown[], tokens: readonly string[]): void {
  const shown = outputs.map((output) => inspect(output, { depth: 12, showHidden: false }) + JSON.stringify(output)).join('\n')
  expect(shown).not.toMatch(/CANARY|Bad access token/)
  for (const token of tokens) expect(shown).not.toContain(token)
}
