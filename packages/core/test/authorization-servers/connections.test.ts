import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  authority,
  certifiedClient,
  certifiedClientPfx,
  certifiedServer,
  json,
  passphrase,
  startProxy,
  startTlsFront,
  type TlsFront,
} from '@oauth-introspect/testkit'
import { fromGravitee, type PresetOptions, wso2 } from '../../src/index.ts'
import { bearer, setUpServer } from '../server-bench.ts'

const bench = setUpServer()
const closing: (() => Promise<void>)[] = []
let front: TlsFront

beforeEach(async () => {
  front = await startTlsFront(bench.as.origin, { ...certifiedServer, ca: authority })
  closing.push(() => front.close())
  bench.as.behave(json(bench.good()))
})
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

/** What becomes of a good token with these options. */
async function judge(options: PresetOptions): Promise<string> {
  const server = bench.makeOf({ ...options, audience: null, retries: 0, now: () => bench.clock })
  const outcome = await server.authorize(bearer())
  return outcome.outcome === 'refused' ? outcome.reason : outcome.outcome
}

const gravitee = (more: object): PresetOptions =>
  fromGravitee({ authorizationServerUrl: front.origin, introspectionEndpoint: '/introspect', clientId: 'id', clientSecret: 's', ...more })

describe('connections of a preset', () => {
  const trustStore = { type: 'PEM', content: authority }

  it('are verified, whatever Gravitee would do', async () => {
    for (const ssl of [null, {}, { trustAll: true }, { hostnameVerifier: false }]) {
      expect(await judge(gravitee({ ssl }))).toBe('authorization_server_unavailable')
    }
    expect(bench.as.calls).toEqual([])
    expect(await judge(gravitee({ ssl: { trustStore } }))).toBe('granted')
  })

  it('show the certificate of Gravitee’s key store, beside its credentials and without, by GET', async () => {
    const pem = { type: 'PEM', certContent: certifiedClient.cert, keyContent: certifiedClient.key }
    const pkcs12 = { type: 'PKCS12', content: Buffer.from(certifiedClientPfx).toString('base64'), password: passphrase }
    for (const keyStore of [pem, pkcs12]) {
      for (const useClientAuthorizationHeader of [true, false]) {
        expect(await judge(gravitee({ useClientAuthorizationHeader, ssl: { trustStore, keyStore } }))).toBe('granted')
      }
    }
    expect(front.certificates).toEqual(Array(4).fill(certifiedClient.cert))
    expect(bench.as.calls.map(({ headers }) => headers.authorization)).toEqual(['Basic aWQ6cw==', undefined, 'Basic aWQ6cw==', undefined])
  })

  it('go through Gravitee’s proxy, with its password', async () => {
    const proxy = await startProxy({ credentials: 'user:p@ss' })
    closing.push(() => proxy.close())
    const [host, port] = ['127.0.0.1', Number(new URL(proxy.origin).port)]
    const given = { enabled: true, host, port, username: 'user', password: 'p@ss' }
    expect(await judge(gravitee({ ssl: { trustStore }, proxy: given, http: { maxConcurrentConnections: 2 } }))).toBe('granted')
    expect(proxy.tunnels.map(({ target }) => target)).toEqual([new URL(front.origin).host])
  })

  it('trust what WSO2 has signed itself, once it is named', async () => {
    const settings = { baseUrl: front.origin, client: { id: 'id', secret: 's' } }
    expect(await judge(wso2(settings))).toBe('authorization_server_unavailable')
    expect(await judge(wso2({ ...settings, ca: authority }))).toBe('granted')
  })
})
