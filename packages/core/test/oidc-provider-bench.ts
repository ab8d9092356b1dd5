/** oidc-provider, an OpenID Certified authorization server, on loopback and with TLS: clients of every method of authentication. */
import { createPublicKey, generateKeyPairSync, type KeyObject, type X509Certificate } from 'node:crypto'
import { createServer } from 'node:https'
import { TLSSocket } from 'node:tls'
import { authority, certifiedServer, listen, selfSignedClient } from '@oauth-introspect/testkit'
import type { ClientMetadata, Configuration, JWK, KoaContextWithOIDC } from 'oidc-provider'
import { Provider } from 'oidc-provider/lib/provider.js'
import { memoryAdapter } from '../../dev-server/src/memory-adapter.ts'
import { clientCredentials } from '../src/index.ts'
import { runtime } from '../src/runtime/node.ts'
import { Deadline } from '../src/runtime/runtime.ts'

const appSecret = 'app-secret'
export const http = { ca: authority }

/** Every printable character that a form or a header could take amiss. */
export const oddId = 'rs basic: +%&=/?#"<>'
export const oddSecret = ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~aZ9 '
export const jwtSecret = 'a-secret-of-at-least-64-bytes-so-that-it-is-long-enough-for-HS512-too'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const ec = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey
const ed = generateKeyPairSync('ed25519').privateKey

/** The private keys of the client `rs-key-jwt`, by algorithm. */
export const keys: Readonly<Record<string, KeyObject>> = {
  ...{ RS256: rsa, RS384: rsa, RS512: rsa, PS256: rsa, PS384: rsa, PS512: rsa },
  ...{ ES256: ec('P-256'), ES384: ec('P-384'), ES512: ec('P-521'), EdDSA: ed, Ed25519: ed },
}

const publicJwk = (key: KeyObject): JWK => {
  const { kty = '', n, e, crv, x, y } = key.export({ format: 'jwk' })
  return JSON.parse(JSON.stringify({ kty, n, e, crv, x, y, use: 'sig' })) as JWK
}
const selfSigned = selfSignedClient.cert.replaceAll(/-----[^-]+-----|\s/g, '')

const application = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [], scope: 'read write' } as const
const asking = { grant_types: [], redirect_uris: [], response_types: [] } as const
const clients = [
  { ...application, client_id: 'app', client_secret: appSecret },
  { ...application, client_id: 'app-tls', client_secret: appSecret, tls_client_certificate_bound_access_tokens: true },
  { ...asking, client_id: oddId, client_secret: oddSecret, token_endpoint_auth_method: 'client_secret_basic' },
  { ...asking, client_id: 'rs-post', client_secret: oddSecret, token_endpoint_auth_method: 'client_secret_post' },
  { ...asking, client_id: 'rs-secret-jwt', client_secret: jwtSecret, token_endpoint_auth_method: 'client_secret_jwt' },
  {
    ...application,
    client_id: 'rs-key-jwt',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [...new Set(Object.values(keys))].map(publicJwk) },
  },
  { ...application, client_id: 'rs-tls', token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_dns: 'rs.example' },
  {
    ...application,
    client_id: 'rs-self-signed',
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    jwks: { keys: [{ kty: 'EC', crv: 'P-256', ...certifiedJwk(), x5c: [selfSigned] }] },
  },
]

function certifiedJwk(): object {
  const { x, y } = publicJwk(createPublicKey(selfSignedClient.cert))
  return { x, y }
}

const certificateOf = ({ socket }: KoaContextWithOIDC): X509Certificate | undefined =>
  socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined

const configuration: Configuration = {
  adapter: () => memoryAdapter(),
  clients: clients as readonly object[] as ClientMetadata[],
  clientAuthMethods: [
    ...(['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt'] as const),
    ...(['tls_client_auth', 'self_signed_tls_client_auth', 'none'] as const),
  ],
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  enabledJWA: {
    clientAuthSigningAlgValues: ['HS256', 'HS384', 'HS512', ...(Object.keys(keys) as 'RS256'[])],
  },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true, allowedPolicy: () => true },
    mTLS: {
      enabled: true,
      certificateBoundAccessTokens: true,
      selfSignedTlsClientAuth: true,
      tlsClientAuth: true,
      getCertificate: certificateOf,
      certificateAuthorized: ({ socket }) => socket instanceof TLSSocket && socket.authorized,
      certificateSubjectMatches: (ctx, property, expected) =>
        property === 'tls_client_auth_san_dns' && certificateOf(ctx)?.subjectAltName === `DNS:${expected}`,
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => [],
      getResourceServerInfo: (_ctx, resource) => ({
        scope: 'read write',
        audience: resource,
        ...(resource.includes('jwt') ? { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } } : { accessTokenFormat: 'opaque' }),
      }),
    },
  },
  jwks: { keys: [{ ...(ec('P-256').export({ format: 'jwk' }) as JWK), alg: 'ES256', use: 'sig' }] },
  responseTypes: [],
  scopes: ['read', 'write'],
  ttl: { ClientCredentials: 600 },
}

/** The authorization server. */
export interface Oidc {
  readonly issuer: string
  readonly introspectionEndpoint: string
  readonly tokenEndpoint: string
  /** An access token of the client `app`. */
  issue(more?: object): Promise<string>
  revoke(token: string): Promise<number>
  close(): Promise<void>
}

export async function startOidcProvider(): Promise<Oidc> {
  const server = createServer({ ...certifiedServer, ca: authority, requestCert: true, rejectUnauthorized: false })
  const { origin: issuer, close } = await listen(server)
  // Jest's own makes objects of another realm, which are no plain objects to oidc-provider.
  globalThis.structuredClone = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
  const provider = new Provider(issuer, configuration)
  const answer = provider.callback()
  server.on('request', (request, response) => void answer(request, response))
  const tokenEndpoint = `${issuer}/token`
  return {
    issuer,
    introspectionEndpoint: `${issuer}/token/introspection`,
    tokenEndpoint,
    issue: (more = {}) =>
      clientCredentials({ tokenEndpoint, clientId: 'app', clientSecret: appSecret, scope: 'read write', http, ...more }).token(),
    async revoke(token) {
      const connection = runtime.connect({ maxConnections: 1, connectTimeoutMs: 1000, ca: [authority] })
      const deadline = new Deadline(2000)
      const headers = { authorization: `Basic ${btoa(`app:${appSecret}`)}`, 'content-type': 'application/x-www-form-urlencoded' }
      const url = new URL(`${issuer}/token/revocation`)
      const reply = await connection.exchange({ method: 'POST', url, headers, body: `token=${token}` }, { deadline, maxBytes: 1000 })
      deadline.clear()
      await connection.close()
      return 'status' in reply ? reply.status : 0
    },
    close,
  }
}
