// An authorization server beside the Worker that calls every token of a user's active, whatever happens: what ends it is the event that it signs.
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RunningExample, send, Tally } from '@oauth-introspect/testkit/check-example'

const audience = 'https://orders.example'
const user = 'ann'
const keyPair = (): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } => generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** Visits a Worker that is told of revocations, and sets the exit code. */
export async function checkRevocation(
  name: string,
  start: (bindings: Readonly<Record<string, string>>) => Promise<RunningExample>,
): Promise<void> {
  const { privateKey, publicKey } = keyPair()
  const authorizationServer = serve({
    '/introspect': { active: true, sub: user, client_id: 'app', scope: 'read', aud: audience, iat: Math.floor(Date.now() / 1000) - 60 },
    '/jwks': { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
  })
  await once(authorizationServer, 'listening')
  const issuer = `http://127.0.0.1:${(authorizationServer.address() as AddressInfo).port}`
  const worker = await start({
    INTROSPECTION_ENDPOINT: `${issuer}/introspect`,
    CLIENT_ID: 'api',
    CLIENT_SECRET: 'api-secret',
    AUDIENCE: audience,
    ISSUER: issuer,
    JWKS_URI: `${issuer}/jwks`,
  })
  const tally = new Tally(name)
  const expect = (what: string, seen: unknown, expected: unknown): void =>
    tally.tell(what, Object.is(seen, expected) ? undefined : `${String(seen)}, not ${String(expected)}`)

  const order = async (token: string): Promise<number> =>
    (await send(worker.origin, { path: '/orders', headers: [['Authorization', `Bearer ${token}`]] })).status
  const push = async (set: string): Promise<number> => {
    const headers = [['Content-Type', 'application/secevent+jwt']] as const
    return (await send(worker.origin, { method: 'POST', path: '/events', headers, body: set })).status
  }
  const sessionRevoked = (subject: string, key: KeyObject): string =>
    signEvent({ iss: issuer, aud: audience, sub_id: { format: 'iss_sub', iss: issuer, sub: subject } }, key)

  try {
    expect('a good token', await order('some-token'), 200)
    // None may wait for what the request of another has begun: the keys, or what verifies.
    const others = await Promise.all(Array.from({ length: 10 }, (_, at) => push(sessionRevoked(`other-${at}`, privateKey))))
    expect('ten events about others, at once', others.filter((status) => status === 202).length, 10)
    expect('an event that somebody else has signed', await push(sessionRevoked(user, keyPair().privateKey)), 400)
    expect('the token after all these', await order('some-token'), 200)
    expect('the event that the session of its user was revoked', await push(sessionRevoked(user, privateKey)), 202)
    expect('the token after it, where the answer is remembered', await order('some-token'), 401)
    expect('another token of the user, where the server is asked, and calls it active', await order('another-token'), 401)
  } finally {
    authorizationServer.close().closeAllConnections()
    await worker.stop()
  }
  tally.end()
}

/** Answers each path with the same JSON. */
function serve(documents: Readonly<Record<string, object>>): Server {
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(documents[request.url ?? '']))
  })
  return server.listen(0, '127.0.0.1')
}

/** A Security Event Token (RFC 8417) that says that a session was revoked (CAEP 1.0 §3.1). */
function signEvent(claims: object, key: KeyObject): string {
  const now = Math.floor(Date.now() / 1000)
  const events = { 'https://schemas.openid.net/secevent/caep/event-type/session-revoked': { event_timestamp: now } }
  const parts = [
    { alg: 'ES256', typ: 'secevent+jwt' },
    { ...claims, iat: now, jti: randomUUID(), events },
  ]
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}
