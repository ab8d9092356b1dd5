// How long it takes until a token that was revoked on one instance is refused by all others, and until its streams have ended.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { clock } from './fleet-orders.mjs'
import { size } from './fleet-processes.mjs'
import { percentile, seeded, table } from './fleet-traffic.mjs'

const rounds = 60
const issuer = 'https://events.example'
const audience = 'https://api.example'
const sessionRevoked = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked'

export const users = 3 * rounds

export async function measureRevocation(fleet) {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const transmitter = { issuer, audience, keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'events' }] }
  await fleet.configure(() => ({ cache: { maxAgeSeconds: 600 }, shared: true, transmitter }))
  const random = seeded(3)
  const any = () => Math.floor(random() * size)
  const ways = {
    '`resourceServer.revoke()`': async (username) => {
      const at = any()
      const { since, until, taken } = await fleet.tell(at, { do: 'revoke', mark: { subject: username } })
      assert.ok(taken)
      return { at, since, until }
    },
    'a security event, POSTed': async (username) => {
      const at = any()
      const body = await signEvent(privateKey, username)
      const since = clock()
      const status = await fleet.post(at, '/events', { body, headers: { 'content-type': 'application/secevent+jwt' } })
      assert.equal(status, 202)
      return { at, since, until: clock() }
    },
    // Said to the first instance, by a logout token.
    'a logout at the authorization server': async (username) => {
      const since = clock()
      assert.equal(await fleet.logOut(username), 1)
      return { at: 0, since, until: clock() }
    },
  }
  const all = []
  const rows = []
  for (const [name, revoke] of Object.entries(ways)) {
    const taken = []
    const elsewhere = []
    const streams = []
    for (const { token, username } of await fleet.issue(rounds)) {
      const round = await revokeOne(fleet, token, () => revoke(username))
      taken.push(round.until - round.since)
      elsewhere.push(...round.refused.filter((_, at) => at !== round.at))
      streams.push(...round.ended)
    }
    all.push(...elsewhere)
    rows.push([name, rounds, ...[taken, elsewhere, streams].map(describe)])
  }
  const unit = 'ms'
  return {
    results: [
      {
        what: `fleet of ${size}: revocation to the first refusal on the others, p50`,
        unit,
        ...one(percentile(all, 0.5)),
      },
      { what: `fleet of ${size}: the same, p99`, unit, ...one(percentile(all, 0.99)), goal: { most: 100 } },
    ],
    text: `### Revocation

Milliseconds from the call, or from when the POST was sent: p50 / p99 / longest. Each of ${size} instances has the answer in memory, is asked over and over, and holds a stream open; the authorization server goes on saying that the token is active.

${table(['revoked by', 'times', 'acknowledged', `refused by the ${size - 1} others`, `${size} streams ended`], rows)}`,
  }
}

/** Asks all instances over and over while a token is revoked. */
async function revokeOne(fleet, token, revoke) {
  const instances = fleet.instances.map((_, at) => at)
  const streams = await Promise.all(instances.map((at) => fleet.openStream(at, token)))
  const polls = instances.map((at) => pollUntilRefused(fleet, at, token))
  await Promise.all(polls.map(({ begun }) => begun))
  const told = await revoke()
  const refusals = await Promise.all(polls.map(({ ended }) => ended))
  const ends = await Promise.all(streams.map((ended) => ended()))
  assert.ok(refusals[told.at].lastAccepted <= told.until, 'a token was accepted by the instance that had acknowledged its end')
  return { ...told, refused: refusals.map(({ refused }) => refused - told.since), ended: ends.map((at) => at - told.since) }
}

function pollUntilRefused(fleet, at, token) {
  let hasBegun
  const begun = new Promise((resolve) => (hasBegun = resolve))
  const poll = async () => {
    for (let lastAccepted = 0, until = clock() + 10_000; ; ) {
      const answer = await fleet.send(at, token)
      if (answer.status === 401) {
        assert.ok(lastAccepted > 0, 'a good token was refused')
        for (let more = 0; more < 2; more++) assert.equal((await fleet.send(at, token)).status, 401, 'a token was refused, then accepted')
        return { refused: answer.arrived, lastAccepted }
      }
      assert.equal(answer.status, 200)
      assert.ok(clock() < until, 'a token was accepted for ten seconds after its end')
      lastAccepted = answer.sent
      hasBegun()
      await pause(4)
    }
  }
  return { begun, ended: poll() }
}

function signEvent(key, username) {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({
    sub_id: { format: 'iss_sub', iss: issuer, sub: username },
    events: { [sessionRevoked]: { event_timestamp: now } },
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'secevent+jwt', kid: 'events' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(now)
    .setJti(randomUUID())
    .sign(key)
}

const describe = (values) => [0.5, 0.99, 1].map((part) => percentile(values, part).toFixed(1)).join(' / ')

const one = (value) => ({ median: value, q1: value, q3: value, samples: 1 })
