import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { certifiedClient, certifiedClientPfx, passphrase, selfSignedClient } from '@oauth-introspect/testkit'
import {
  type ClientAuthentication,
  clientCredentials,
  clientSecretBasic,
  clientSecretJwt,
  clientSecretPost,
  createResourceServer,
  none,
  privateKeyJwt,
  type ResourceServer,
  type SignatureAlgorithm,
  selfSignedTlsClientAuth,
  tlsClientAuth,
} from '../src/index.ts'
import { http, jwtSecret, keys, type Oidc, oddId, oddSecret, startOidcProvider } from './oidc-provider-bench.ts'
import { bearer } from './server-bench.ts'

let as: Oidc
const made: ResourceServer<unknown>[] = []
beforeAll(async () => {
  as = await startOidcProvider()
})
afterEach(async () => {
  await Promise.all(made.splice(0).map((server) => server.close()))
})
afterAll(() => as.close())

function make(clientAuthentication: ClientAuthentication, more: object = {}): ResourceServer<unknown> {
  const { issuer, introspectionEndpoint } = as
  const server: ResourceServer<unknown> = createResourceServer({
    ...{ issuer, introspectionEndpoint, clientAuthentication, audience: null, http },
    ...more,
  })
  made.push(server)
  return server
}

const algorithms = Object.keys(keys) as SignatureAlgorithm[]
const byKey = (algorithm: SignatureAlgorithm): ClientAuthentication =>
  privateKeyJwt({ clientId: 'rs-key-jwt', key: keys[algorithm], algorithm })
const byCertificate = { clientId: 'rs-tls', ...certifiedClient }

const accepted: readonly (readonly [string, () => ClientAuthentication])[] = [
  ['client_secret_basic, every odd character in identifier and secret [IR-08]', () => clientSecretBasic(oddId, oddSecret)],
  ['client_secret_post, every odd character in the secret', () => clientSecretPost('rs-post', oddSecret)],
  ...(['HS256', 'HS384', 'HS512'] as const).map(
    (algorithm) => [`client_secret_jwt by ${algorithm} [IR-11]`, () => clientSecretJwt('rs-secret-jwt', jwtSecret, { algorithm })] as const,
  ),
  ...algorithms.map((algorithm) => [`private_key_jwt by ${algorithm} [IR-11] [IR-12]`, () => byKey(algorithm)] as const),
  ['tls_client_auth [IR-14]', () => tlsClientAuth(byCertificate)],
  ['tls_client_auth by PKCS#12 [IR-14]', () => tlsClientAuth({ clientId: 'rs-tls', pfx: certifiedClientPfx, passphrase })],
  ['self_signed_tls_client_auth [IR-14]', () => selfSignedTlsClientAuth({ clientId: 'rs-self-signed', ...selfSignedClient })],
]

const rejected: readonly (readonly [string, () => ClientAuthentication])[] = [
  ['another secret', () => clientSecretBasic(oddId, `${oddSecret}x`)],
  ['a secret signed with another', () => clientSecretJwt('rs-secret-jwt', `${jwtSecret}x`)],
  ["another client's key", () => privateKeyJwt({ clientId: 'rs-secret-jwt', key: keys['ES256'], algorithm: 'ES256' })],
  ['a key that is not known', () => privateKeyJwt({ clientId: 'rs-key-jwt', key: selfSignedClient.key, algorithm: 'ES256' })],
  ['an assertion for somebody else', () => clientSecretJwt('rs-secret-jwt', jwtSecret, { audience: 'https://other.example' })],
  ['a certificate of no authority', () => tlsClientAuth({ clientId: 'rs-tls', ...selfSignedClient })],
  ['a certificate that is not known', () => selfSignedTlsClientAuth({ clientId: 'rs-self-signed', ...certifiedClient })],
]

describe('a certified authorization server', () => {
  it.each(accepted)('takes %s, once and again', async (_method, authentication) => {
    const server = make(authentication(), { cache: false })
    await server.ready()
    const token = await as.issue()
    for (let time = 0; time < 2; time++) {
      const outcome = await server.authorize(bearer(token), { requiredScopes: 'read write' })
      expect(outcome).toMatchObject({ outcome: 'granted', auth: { clientId: 'app', scopes: ['read', 'write'], issuer: as.issuer } })
    }
  })

  it.each([
    ['private_key_jwt', () => byKey('ES256')],
    ['tls_client_auth', () => tlsClientAuth(byCertificate)],
    ['client_secret_post', () => clientSecretPost('rs-post', oddSecret)],
  ])('is found by its issuer alone, and is asked by %s', async (_method, authentication) => {
    const { issuer } = as
    const server = createResourceServer({ issuer, clientAuthentication: authentication(), audience: null, http })
    await server.ready()
    expect(await server.authorize(bearer(await as.issue()))).toMatchObject({ outcome: 'granted', auth: { issuer } })
    await server.close()
  })

  it.each(rejected)('rejects %s, which is our trouble and not that of the token', async (_situation, authentication) => {
    const outcome = await make(authentication()).authorize(bearer(await as.issue()))
    expect(outcome).toMatchObject({ status: 500, reason: 'authorization_server_rejected_us', cause: { code: 'CLIENT_REJECTED' } })
  })

  it('takes no credentials that are written raw, and nobody without any', async () => {
    const token = await as.issue()
    for (const authentication of [clientSecretBasic('rs-post', oddSecret, { encoding: 'raw' }), none()]) {
      const outcome = await make(authentication).authorize(bearer(token))
      expect(outcome).toMatchObject({ status: 500, cause: { code: 'REQUEST_REJECTED' } })
    }
  })

  it('says which resource a token is for, one and several', async () => {
    const [orders, other] = ['https://api.example/orders', 'https://api.example/other']
    const server = make(byKey('ES256'), { audience: orders })
    const issued = async (resource: string): Promise<unknown> => server.authorize(bearer(await as.issue({ resource })))
    expect(await issued(orders)).toMatchObject({ outcome: 'granted', auth: { audience: [orders] } })
    expect(await issued(other)).toMatchObject({ status: 401, reason: 'audience_mismatch' })
    expect(await server.authorize(bearer(await as.issue()))).toMatchObject({ status: 401, reason: 'audience_mismatch' })
  })

  it('calls a revoked token inactive, which is heard when it is asked again', async () => {
    const server = make(clientSecretPost('rs-post', oddSecret))
    const token = await as.issue()
    expect(await server.authorize(bearer(token))).toMatchObject({ outcome: 'granted' })
    expect(await as.revoke(token)).toBe(200)
    expect(await server.authorize(bearer(token))).toMatchObject({ outcome: 'granted' })
    expect(await server.authorize(bearer(token), { maxAnswerAgeSeconds: 0 })).toMatchObject({ status: 401, reason: 'token_inactive' })
    expect(await server.authorize(bearer(token))).toMatchObject({ status: 401, reason: 'token_inactive' })
    expect(await server.authorize(bearer('no-such-token'))).toMatchObject({ status: 401, reason: 'token_inactive' })
  })

  it('introspects no JWT access tokens: they are refused as inactive, or as our trouble where we are told so', async () => {
    const token = await as.issue({ resource: 'urn:example:jwt' })
    expect(token.split('.')).toHaveLength(3)
    const authentication = clientSecretPost('rs-post', oddSecret)
    expect(await make(authentication).authorize(bearer(token))).toMatchObject({ status: 401, reason: 'token_inactive' })
    const strict = make(authentication, { introspectionReply: { inactiveErrors: [] } })
    expect(await strict.authorize(bearer(token))).toMatchObject({ status: 500, cause: { code: 'REQUEST_REJECTED' } })
  })

  it('tells that a token is bound to a certificate, which then is no bearer token', async () => {
    // Over the connection of another client's certificate, which binds what comes over it.
    const clientAuthentication = { ...clientSecretBasic('app-tls', 'app-secret'), certificate: () => certifiedClient }
    const source = clientCredentials({ tokenEndpoint: as.tokenEndpoint, clientAuthentication, scope: 'read', http })
    const outcome = await make(clientSecretPost('rs-post', oddSecret)).authorize(bearer(await source.token()))
    expect(outcome).toMatchObject({ status: 401, reason: 'binding_unproved' })
  })

  it.each([
    ['private_key_jwt', () => privateKeyJwt({ clientId: 'rs-key-jwt', key: keys['PS256'], algorithm: 'PS256', audience: as.issuer })],
    ['tls_client_auth', () => tlsClientAuth(byCertificate)],
    ['self_signed_tls_client_auth', () => selfSignedTlsClientAuth({ clientId: 'rs-self-signed', ...selfSignedClient })],
  ])('gives tokens of our own by %s', async (_method, authentication) => {
    const source = clientCredentials({ tokenEndpoint: as.tokenEndpoint, clientAuthentication: authentication(), scope: 'read', http })
    expect(await make(clientSecretPost('rs-post', oddSecret)).authorize(bearer(await source.token()))).toMatchObject({ outcome: 'granted' })
  })
})
