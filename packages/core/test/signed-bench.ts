/** A resource server that wants signed replies, over a scripted authorization server that signs whatever a test wants, or does not. */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto'
import { type Behaviour, json, raw } from '@oauth-introspect/testkit'
import type { ResourceServer } from '../src/index.ts'
import { type ServerBench, setUpServer } from './server-bench.ts'

export const issuer = 'https://as.example'
export const mediaType = 'application/token-introspection+jwt'

const curve = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey
const rsa = (modulusLength: number): KeyObject => generateKeyPairSync('rsa', { modulusLength }).privateKey

/** Private keys; `as1` is the authorization server's. */
export const keys = {
  as1: curve('P-256'),
  as2: curve('P-256'),
  attacker: curve('P-256'),
  p384: curve('P-384'),
  p521: curve('P-521'),
  rsa: rsa(2048),
  weak: rsa(1024),
  ed25519: generateKeyPairSync('ed25519').privateKey,
}

/** The public half of a key, as a JWK. */
export function jwk(key: KeyObject, more: object = {}): Record<string, unknown> {
  return { ...createPublicKey(key).export({ format: 'jwk' }), ...more }
}

export const encode = (content: string | Uint8Array): string => Buffer.from(content).toString('base64url')

const digests: Readonly<Record<string, string>> = { '256': 'sha256', '384': 'sha384', '512': 'sha512' }

/** Signs bytes as an algorithm has it; `node:crypto` and not the library that verifies. */
export function signature(alg: string, data: string, key: KeyObject): string {
  const digest = digests[alg.slice(2)] ?? null
  const ofPss = alg.startsWith('PS') ? { padding: 6, saltLength: Number(alg.slice(2)) / 8 } : {}
  return encode(signBytes(digest, Buffer.from(data), { key, dsaEncoding: 'ieee-p1363', ...ofPss }))
}

interface Signing {
  readonly header?: object
  readonly key?: KeyObject
  /** In place of what would be made of header and claims. */
  readonly headerText?: string
  readonly payload?: string | Uint8Array
}

/** A JWT signed with ES256 by `as1`, unless said otherwise. */
export function sign(claims: object, { header = {}, key = keys.as1, headerText, payload }: Signing = {}): string {
  const members = { alg: 'ES256', typ: 'token-introspection+jwt', kid: 'as-1', ...header }
  const data = `${encode(headerText ?? JSON.stringify(members))}.${encode(payload ?? JSON.stringify(claims))}`
  return `${data}.${signature(members.alg, data, key)}`
}

/** A reply of the type that is asked for. */
export function signed(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return raw(body, 200, { 'content-type': mediaType, ...headers })
}

export interface SignedBench extends ServerBench {
  /** What the key set endpoint does from now on, and what the introspection endpoint does. */
  route(keySet: Behaviour, introspection: Behaviour): void
  /** Requests so far, by path. */
  count(path: '/jwks' | '/introspect'): number
  /** The claims of a good reply. */
  claims(more?: object): Record<string, unknown>
  makeSigned(signedIntrospection?: object, more?: object): ResourceServer<unknown>
}

export const keySet = (...entries: readonly object[]): Behaviour =>
  json({ keys: entries }, 200, { 'content-type': 'application/jwk-set+json' })
export const as1 = keySet(jwk(keys.as1, { kid: 'as-1', alg: 'ES256', use: 'sig' }))

export function setUpSigned(): SignedBench {
  const bench = setUpServer() as SignedBench
  bench.route = (keySetReply, introspection) => {
    bench.as.behave((call, response) => {
      ;(call.url === '/jwks' ? keySetReply : introspection)(call, response)
    })
  }
  bench.count = (path) => bench.as.calls.filter(({ url }) => url === path).length
  bench.claims = (more = {}) => ({
    iss: issuer,
    aud: 'rs-client',
    iat: bench.clock / 1000,
    token_introspection: bench.good(),
    ...more,
  })
  bench.makeSigned = (signedIntrospection = {}, more = {}) =>
    bench.make({
      issuer,
      retries: 0,
      signedIntrospection: {
        algorithms: ['ES256'],
        ...('keys' in signedIntrospection ? {} : { jwksUri: `${bench.as.origin}/jwks` }),
        ...signedIntrospection,
      },
      ...more,
    })
  return bench
}
