// A hit, in process: what a guard costs over a middleware that only goes on, and what guards of others cost.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { frameworks, guard, noOp, peers } from './applications.mjs'
import { added, addedRatio, compare } from './measure.mjs'
import { bearer, exchangeWith } from './mock-exchange.mjs'
import { remembering } from './remembering.mjs'
import { audience, issuer, makeTokens, replyAbout } from './tokens.mjs'

const names = ['express', 'koa', 'hono']
const effort = { rounds: Number(process.env.ROUNDS ?? 41), operations: 1000 }

/** Sends requests with the tokens in turn, and fails when one is not answered by 200. */
function drive(listener, tokens) {
  const exchange = exchangeWith(listener)
  const values = tokens.map(bearer)
  return async (operations) => {
    for (let at = 0; at < operations; at++) {
      if ((await exchange(values[at % values.length])) !== 200) throw new Error('a good token was refused')
    }
  }
}

/** Correctness first, with an application of its own: what is timed afterwards has seen nothing but hits. */
async function expectGuarded(makeListener, token) {
  const exchange = exchangeWith(makeListener())
  assert.equal(await exchange(bearer(token)), 200)
  assert.equal(await exchange(bearer(`${token.slice(0, -4)}none`)), 401)
  assert.notEqual(await exchange(Buffer.from('Basic eDp5')), 200)
}

async function overNoOp(length) {
  const tokens = makeTokens(1000, length)
  const contenders = {}
  for (const name of names) {
    const server = await remembering(tokens)
    const guarded = () => frameworks[name](guard[name](server))
    await expectGuarded(guarded, tokens[0])
    contenders[`${name}: no-op`] = drive(frameworks[name](noOp[name]), tokens)
    contenders[name] = drive(guarded(), tokens)
  }
  const figures = await compare(contenders, effort)
  return names.map((name) => ({
    what: `${name}, ${length} characters: added to a no-op middleware`,
    unit: 'µs',
    ...added(figures, name, `${name}: no-op`),
    goal: { most: length <= 300 ? 2 : 3, node: 24 },
  }))
}

async function againstSignatures(algorithm, least) {
  const { publicKey, privateKey } = await generateKeyPair(algorithm)
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: algorithm, use: 'sig' }
  const keys = createServer((_req, res) => res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] })))
  await new Promise((resolve) => keys.listen(0, '127.0.0.1', resolve))
  const tokens = await Promise.all(
    Array.from({ length: 200 }, (_, at) =>
      new SignJWT({ scope: 'read write', client_id: 'client-1', sub: `user-${at}`, jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: algorithm, kid: 'k1', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
    ),
  )
  const server = await remembering(tokens)
  const jwt = () => frameworks.express(...peers.jwt(algorithm, `http://127.0.0.1:${keys.address().port}/jwks`))
  const ours = () => frameworks.express(guard.express(server))
  await expectGuarded(jwt, tokens[0])
  await expectGuarded(ours, tokens[0])
  const contenders = { bare: drive(frameworks.express(), tokens), ours: drive(ours(), tokens), jwt: drive(jwt(), tokens) }
  const figures = await compare(contenders, { rounds: effort.rounds, operations: 200 })
  keys.close()
  const peer = `express-oauth2-jwt-bearer ${algorithm}`
  return [
    { what: `${peer}: added to bare Express`, unit: 'µs', ...added(figures, 'jwt', 'bare') },
    { what: `${peer}: times what a remembered answer adds`, unit: '×', ...addedRatio(figures, 'jwt', 'ours', 'bare'), goal: { least } },
  ]
}

async function againstMap(what, framework, makePeer) {
  const tokens = makeTokens(1000, 300)
  const known = new Map(
    tokens.map((token, at) => {
      const { client_id: clientId, scope, exp } = replyAbout(at)
      return [token, { token, clientId, scopes: scope.split(' '), expiresAt: exp }]
    }),
  )
  const server = await remembering(tokens)
  const peer = () => frameworks[framework](...makePeer(known))
  const ours = () => frameworks[framework](guard[framework](server))
  await expectGuarded(ours, tokens[0])
  await expectGuarded(peer, tokens[0])
  const figures = await compare(
    { bare: drive(frameworks[framework](), tokens), ours: drive(ours(), tokens), peer: drive(peer(), tokens) },
    effort,
  )
  return [
    { what: `${what} with a Map: added to bare`, unit: 'µs', ...added(figures, 'peer', 'bare') },
    { what: `ours, ${framework}: added to bare`, unit: 'µs', ...added(figures, 'ours', 'bare') },
    { what: `ours: share of what ${what} adds`, unit: '×', ...addedRatio(figures, 'ours', 'peer', 'bare'), goal: { most: 1 } },
  ]
}

export async function measure() {
  return [
    ...(await overNoOp(300)),
    ...(await overNoOp(1500)),
    ...(await againstSignatures('RS256', 20)),
    ...(await againstSignatures('ES256', 50)),
    ...(await againstMap('MCP requireBearerAuth', 'express', peers.mcp)),
    ...(await againstMap('hono bearerAuth', 'hono', peers.honoBearer)),
  ]
}
