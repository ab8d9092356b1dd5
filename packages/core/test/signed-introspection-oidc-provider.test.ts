/** The certified server as the authorization server, not a script of ours: what it signs and encrypts is read. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { listen } from '@oauth-introspect/testkit'
import type { Configuration } from 'oidc-provider'
// By path: the entry file writes to the console on some releases of Node.
import { Provider } from 'oidc-provider/lib/provider.js'
import { createResourceServer, type Options, type ResourceServer } from '../src/index.ts'
import { bearer, granted } from './server-bench.ts'
import { jwk, keys } from './signed-bench.ts'

const decryptionKeys = {
  rsa: keys.rsa,
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
}

const client = (id: string, more: object): NonNullable<Configuration['clients']>[number] => ({
  client_id: id,
  client_secret: 'secret',
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  ...more,
})

/** Clients that have it sign and encrypt, each in its way. */
const clients = [
  ...['RS256', 'PS256', 'ES256', 'EdDSA'].map((alg) => client(`signed-${alg}`, { introspection_signed_response_alg: alg })),
  client('by-default', {}),
  client('encrypted-rsa', {
    introspection_signed_response_alg: 'ES256',
    introspection_encrypted_response_alg: 'RSA-OAEP-256',
    jwks: { keys: [{ ...createPublicKey(decryptionKeys.rsa).export({ format: 'jwk' }), use: 'enc' }] },
  }),
  client('encrypted-ec', {
    introspection_signed_response_alg: 'ES256',
    introspection_encrypted_response_alg: 'ECDH-ES+A128KW',
    introspection_encrypted_response_enc: 'A256GCM',
    jwks: { keys: [{ ...createPublicKey(decryptionKeys.ec).export({ format: 'jwk' }), use: 'enc' }] },
  }),
]

const configuration: Configuration = {
  clients,
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    encryption: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    jwtIntrospection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => [],
      getResourceServerInfo: (_ctx, resource) => ({ scope: 'read', audience: resource, accessTokenFormat: 'opaque' }),
    },
    revocation: { enabled: true, allowedPolicy: () => true },
  },
  enabledJWA: {
    introspectionSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    introspectionEncryptionAlgValues: ['RSA-OAEP-256', 'ECDH-ES+A128KW'],
    introspectionEncryptionEncValues: ['A128CBC-HS256', 'A256GCM'],
  },
  jwks: { keys: [keys.rsa, keys.as1, keys.ed25519].map((key) => ({ ...key.export({ format: 'jwk' }), use: 'sig' })) },
  responseTypes: [],
  scopes: ['read', 'write'],
}

describe('signed introspection by oidc-provider', () => {
  let issuer: string
  let close: () => Promise<void>
  const made: ResourceServer<unknown>[] = []
  const { info, warn } = console
  const clone = structuredClone

  beforeEach(async () => {
    // It says that its store and some functions are for development.
    Object.assign(console, { info: () => undefined, warn: () => undefined })
    // The clones of the platform are plain objects of another realm than Jest's, and count as none here.
    globalThis.structuredClone = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
    const server = createServer()
    const listening = await listen(server)
    issuer = listening.origin
    close = listening.close
    const provider = new Provider(issuer, configuration)
    provider.silent = true
    const answer = provider.callback()
    server.on('request', (request, response) => void answer(request, response))
  })
  afterEach(async () => {
    await Promise.all(made.splice(0).map((server) => server.close()))
    await close()
    Object.assign(console, { info, warn })
    globalThis.structuredClone = clone
  })

  function make(clientId: string, signedIntrospection: object = {}, more: object = {}): ResourceServer<unknown> {
    const options = {
      issuer,
      introspectionEndpoint: `${issuer}/token/introspection`,
      clientId,
      clientSecret: 'secret',
      audience: null,
      signedIntrospection: { ...('keys' in signedIntrospection ? {} : { jwksUri: `${issuer}/jwks` }), ...signedIntrospection },
      ...more,
    }
    const server: ResourceServer<unknown> = createResourceServer(options as unknown as Options)
    made.push(server)
    return server
  }

  async function issue(parameters: Readonly<Record<string, string>> = {}): Promise<string> {
    const response = await post('/token', { grant_type: 'client_credentials', scope: 'read', ...parameters })
    return ((await response.json()) as { readonly access_token: string }).access_token
  }

  function post(path: string, form: Readonly<Record<string, string>>): Promise<Response> {
    const authorization = `Basic ${Buffer.from('by-default:secret').toString('base64')}`
    return fetch(issuer + path, { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) })
  }

  it.each(['signed-RS256', 'signed-PS256', 'signed-ES256', 'signed-EdDSA', 'by-default'])(
    'is read, to the client %s [RV-17] [RV-18] [RV-21] [IR-17]',
    async (clientId) => {
      const server = make(clientId)
      expect(await granted(server.authorize(bearer(await issue())))).toMatchObject({ clientId: 'by-default', scopes: ['read'], issuer })
      expect(await server.authorize(bearer('no-such-token'))).toMatchObject({ status: 401, reason: 'token_inactive' })
    },
  )

  it.each([
    ['encrypted-rsa', decryptionKeys.rsa],
    ['encrypted-ec', decryptionKeys.ec],
  ])('is read when it is encrypted, to the client %s [RV-20]', async (clientId, decryptionKey) => {
    const server = make(clientId, { algorithms: ['ES256'], decryptionKey })
    expect(await granted(server.authorize(bearer(await issue())))).toMatchObject({ clientId: 'by-default', scopes: ['read'] })
    expect(await server.authorize(bearer('no-such-token'))).toMatchObject({ status: 401, reason: 'token_inactive' })
    expect(await make(clientId).authorize(bearer(await issue()))).toMatchObject({ status: 503 })
  })

  it.each<[string, object, object]>([
    ['another algorithm', { algorithms: ['RS256'] }, {}],
    ['the keys of another', { keys: [jwk(keys.as2)] }, {}],
    ['another name for us', { audience: 'other' }, {}],
    ['another issuer', {}, { issuer: 'https://as-b.example' }],
    ['an envelope', { decryptionKey: decryptionKeys.rsa }, {}],
    ['a clock that is an hour ahead', {}, { now: () => Date.now() + 3_600_000 }],
    ['a clock that is an hour behind', {}, { now: () => Date.now() - 3_600_000 }],
  ])('is refused where we expect %s [RV-29]', async (_what, signedIntrospection, more) => {
    const server = make('signed-ES256', signedIntrospection, more)
    expect(await server.authorize(bearer(await issue()))).toMatchObject({ status: 503, reason: 'authorization_server_unavailable' })
  })

  it('is for us, and not for the audience of the token [RV-18]', async () => {
    const server = make('signed-ES256', {}, { audience: 'urn:api' })
    const auth = await granted(server.authorize(bearer(await issue({ resource: 'urn:api' }))))
    expect(auth.audience).toEqual(['urn:api'])
  })

  it('shows that a token was revoked [RV-22]', async () => {
    const server = make('signed-ES256', {}, { cache: false })
    const token = await issue()
    await granted(server.authorize(bearer(token)))
    await post('/token/revocation', { token })
    expect(await server.authorize(bearer(token))).toMatchObject({ status: 401, reason: 'token_inactive' })
  })
})
