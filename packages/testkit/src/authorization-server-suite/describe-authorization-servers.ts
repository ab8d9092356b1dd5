/**
 * A guarded route in front of each product that there is a preset for, over sockets: the request it gets, and what its replies come to.
 *
 * @module
 */
import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type AdapterUnderTest, type Bench, setUpBench } from '../adapter-suite/bench.ts'
import { findClosedPort } from '../authorization-server.ts'
import type { Received } from '../send.ts'
import { friendlyProducts } from './friendly-products.ts'
import { graviteeProducts } from './gravitee-products.ts'
import { behaveAs, type Kind, type Product, tokens } from './product.ts'
import { standardProducts } from './standard-products.ts'
import { wso2Products } from './wso2-products.ts'

const invalidToken = 'Bearer realm="api", error="invalid_token", error_description="the access token is not valid for this resource"'

/** Runs the suite on an adapter. */
export function describeAuthorizationServers(adapter: AdapterUnderTest): void {
  describe(`authorization servers behind ${adapter.name}`, () => {
    describe.each([...graviteeProducts, ...wso2Products, ...friendlyProducts, ...standardProducts])('$name', (product) => {
      describeProduct(adapter, product)
    })
  })
}

function describeProduct(adapter: AdapterUnderTest, product: Product): void {
  const bench = setUpBench(adapter)
  const { options } = product

  async function ask(kind: Kind, made: object = options(bench.as.origin)): Promise<Received> {
    bench.as.behave(behaveAs(product, bench.seconds()))
    const guarded = { now: () => bench.clock, onEvent: (event: object) => bench.outputs.push(event), ...made }
    bench.outputs.push(guarded)
    await bench.serve([{ path: '/', chain: [{ introspect: [guarded] }, { requireScopes: [product.scope] }] }])
    return bench.ask(tokens[kind])
  }

  afterEach(() => {
    expectNoCanary(bench)
  })

  it('takes a good token, and is asked as its documentation has it', async () => {
    const received = await ask('good')
    expect({ status: received.status, ...(received.json as object) }).toMatchObject({ status: 200, found: product.seen })
    const { method, url, body, headers } = product.request(tokens.good)
    const [call, ...more] = bench.as.calls
    expect(more).toEqual([])
    expect(call).toMatchObject({ method, url, body })
    expect(Object.fromEntries(Object.keys(headers).map((name) => [name, call?.headers[name]]))).toEqual(headers)
    // The handler has been answered the token on purpose.
    bench.outputs.splice(bench.outputs.indexOf(received), 1)
  })

  it.each(['inactive', 'expired', 'foreign', 'refresh'] as const)('has a token refused that is %s', async (kind) => {
    const received = await ask(kind)
    expect({ status: received.status, challenge: received.lines('www-authenticate') }).toEqual({ status: 401, challenge: [invalidToken] })
  })

  it('has a token refused that lacks scope', async () => {
    const received = await ask('lacking')
    expect(received.status).toBe(403)
    expect(received.header('www-authenticate')).toContain(`error="insufficient_scope"`)
  })

  it('is an outage when it is down', async () => {
    const received = await ask('good', options(`http://127.0.0.1:${await findClosedPort()}`))
    expect({ status: received.status, challenge: received.lines('www-authenticate') }).toEqual({ status: 503, challenge: [] })
  })

  if (product.strangers === 'inactive')
    it('is told nothing but "inactive" when it does not know us', async () => {
      const received = await ask('good', options(bench.as.origin, true))
      expect({ status: received.status, challenge: received.lines('www-authenticate') }).toEqual({ status: 401, challenge: [invalidToken] })
    })
  else if (product.strangers === undefined)
    it('is trouble of our own when it does not know us', async () => {
      const received = await ask('good', options(bench.as.origin, true))
      expect({ status: received.status, challenge: received.lines('www-authenticate') }).toEqual({ status: 500, challenge: [] })
      expect(bench.outputs).toContainEqual(expect.objectContaining({ type: 'fault', code: 'CLIENT_REJECTED' }))
    })

  it('warns of what an operator should know', async () => {
    await ask('inactive')
    const told = bench.outputs.flatMap((output) => {
      const { type, code } = output as { readonly type?: string; readonly code?: string }
      return type === 'warning' ? [code] : []
    })
    expect(told).toEqual(product.warnings)
  })
}

/** Neither a token, nor a secret, nor a word of the server in anything that came out. */
function expectNoCanary(bench: Bench): void {
  const shown = bench.outputs.map((output) => inspect(output, { depth: 12, showHidden: false }) + JSON.stringify(output)).join('\n')
  expect(shown).not.toMatch(/CANARY|secret1|Bad access token/)
}
