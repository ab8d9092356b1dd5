import { describe, expect, it } from '@jest/globals'
import { after, type Behaviour, bytes, drip, findClosedPort, json, raw, reset, silence } from '@oauth-introspect/testkit'
import type { ResourceServer } from '../src/index.ts'
import { bearer, granted } from './server-bench.ts'
import { as1, jwk, keySet, keys, setUpSigned, sign, signed } from './signed-bench.ts'

const bench = setUpSigned()

const good: Behaviour = (call, response) => {
  signed(sign(bench.claims()))(call, response)
}
const rotated: Behaviour = (call, response) => {
  signed(sign(bench.claims(), { header: { kid: 'as-2' }, key: keys.as2 }))(call, response)
}
const forged: Behaviour = (call, response) => {
  signed(sign(bench.claims(), { header: { kid: `made-up-${bench.as.calls.length}` }, key: keys.attacker }))(call, response)
}
const both = keySet(jwk(keys.as1, { kid: 'as-1' }), jwk(keys.as2, { kid: 'as-2' }))

let asked = 0
/** Judges a token that nobody has asked about before. */
const ask = async (server: ResourceServer<unknown>): Promise<unknown> => {
  const { outcome } = await server.authorize(bearer(`token-${asked++}`))
  return outcome
}
const faults = (): string[] => bench.events.flatMap((event) => (event.type === 'fault' ? [event.code] : []))

describe('a key set', () => {
  it('is fetched once for any number of requests at the same time', async () => {
    const server = bench.makeSigned()
    bench.route(as1, good)
    expect(new Set(await Promise.all(Array.from({ length: 30 }, () => ask(server))))).toEqual(new Set(['granted']))
    expect([bench.count('/introspect'), bench.count('/jwks')]).toEqual([30, 1])
  })

  it('is kept for ten minutes, and then fetched anew', async () => {
    const server = bench.makeSigned()
    bench.route(as1, good)
    await ask(server)
    bench.clock += 599_999
    await ask(server)
    expect(bench.count('/jwks')).toBe(1)
    bench.clock += 1
    expect(await ask(server)).toBe('granted')
    expect(bench.count('/jwks')).toBe(2)
  })

  it('whose keys are gone after ten minutes grants by them no more', async () => {
    const server = bench.makeSigned()
    bench.route(as1, good)
    await ask(server)
    bench.clock += 600_000
    bench.route(keySet(), good)
    expect(await ask(server)).toBe('refused')
  })

  it('is fetched anew when the clock was set back: nothing is known of its age', async () => {
    const server = bench.makeSigned()
    bench.route(as1, good)
    await ask(server)
    bench.clock -= 1
    expect(await ask(server)).toBe('granted')
    expect(bench.count('/jwks')).toBe(2)
  })

  it('that has a new key is found by one more fetch', async () => {
    const server = bench.makeSigned()
    bench.route(as1, good)
    await ask(server)
    bench.route(both, rotated)
    expect(new Set(await Promise.all(Array.from({ length: 10 }, () => ask(server))))).toEqual(new Set(['granted']))
    expect(bench.count('/jwks')).toBe(2)
  })

  it('that has a new key under the same name, or none, is found too', async () => {
    for (const kid of ['as-1', undefined]) {
      const server = bench.makeSigned()
      bench.as.forgetCalls()
      bench.route(keySet(jwk(keys.as1, { kid })), signed(sign(bench.claims(), { header: { kid } })))
      expect(await ask(server)).toBe('granted')
      bench.route(keySet(jwk(keys.as2, { kid })), signed(sign(bench.claims(), { header: { kid }, key: keys.as2 })))
      expect(await ask(server)).toBe('granted')
      expect(bench.count('/jwks')).toBe(2)
    }
  })

  it('is not fetched again and again for names that somebody made up', async () => {
    const server = bench.makeSigned()
    bench.route(as1, forged)
    for (let n = 0; n < 20; n++) expect(await ask(server)).toBe('refused')
    await Promise.all(Array.from({ length: 20 }, () => ask(server)))
    expect(bench.count('/jwks')).toBe(2)
    bench.clock += 29_999
    await ask(server)
    expect(bench.count('/jwks')).toBe(2)
    bench.clock += 1
    await ask(server)
    await ask(server)
    expect(bench.count('/jwks')).toBe(3)
    bench.route(as1, good)
    expect(await ask(server)).toBe('granted')
    expect(bench.count('/jwks')).toBe(3)
  })

  it('that was fetched for this very reply is not fetched again for it', async () => {
    const server = bench.makeSigned()
    bench.route(as1, forged)
    expect(await ask(server)).toBe('refused')
    expect(bench.count('/jwks')).toBe(1)
  })

  it('is fetched by ready() already, which fails when it cannot be', async () => {
    const server = bench.makeSigned()
    bench.route(raw('', 500), good)
    await expect(server.ready()).rejects.toMatchObject({ code: 'ENDPOINT_UNAVAILABLE' })
    bench.route(as1, good)
    await server.ready()
    expect(bench.count('/jwks')).toBe(2)
    expect(await ask(server)).toBe('granted')
    expect([bench.count('/introspect'), bench.count('/jwks')]).toEqual([1, 2])
    await bench.make().ready()
  })

  it('is fetched through the transport given, and without our credentials', async () => {
    const urls: [string, unknown][] = []
    const server = bench.makeSigned(
      {},
      {
        transport: (url: string, init: RequestInit) => {
          urls.push([new URL(url).pathname, new Headers(init.headers).get('authorization')?.slice(0, 5) ?? init.method])
          return fetch(url, init)
        },
      },
    )
    bench.route(as1, good)
    expect(await ask(server)).toBe('granted')
    expect(urls).toEqual([
      ['/introspect', 'Basic'],
      ['/jwks', 'GET'],
    ])
  })

  it('is not asked for where keys are given', async () => {
    for (const given of [[jwk(keys.as1, { kid: 'as-1' })], { keys: [jwk(keys.as1)] }]) {
      const server = bench.makeSigned({ keys: given })
      await server.ready()
      bench.route(raw('', 500), good)
      expect(await ask(server)).toBe('granted')
      bench.route(both, rotated)
      expect(await ask(server)).toBe('refused')
    }
    expect(bench.count('/jwks')).toBe(0)
  })
})

/** What the key set endpoint does, and the fault that this is. */
const broken: readonly (readonly [what: string, reply: Behaviour, code: string, message: string])[] = [
  ['resets the connection', reset, 'ENDPOINT_UNREACHABLE', 'the key set endpoint cannot be reached'],
  ['is silent', silence, 'ENDPOINT_TIMEOUT', 'the key set endpoint did not answer within 300 ms'],
  [
    'drips',
    drip('HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n', 20),
    'ENDPOINT_TIMEOUT',
    'the key set endpoint did not answer within 300 ms',
  ],
  [
    'is cut',
    bytes('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"keys":[]}', 'end'),
    'ENDPOINT_UNREACHABLE',
    'the key set endpoint cannot be reached',
  ],
  ['is down', raw('', 503), 'ENDPOINT_UNAVAILABLE', 'the key set endpoint answered with status 503'],
  ['has enough', raw('', 429), 'ENDPOINT_UNAVAILABLE', 'the key set endpoint answered with status 429'],
  ['is not there', json({ keys: [] }, 404), 'RESPONSE_NOT_CONFORM', 'the key set cannot be used: its status is 404'],
  ['wants credentials', json({}, 401), 'RESPONSE_NOT_CONFORM', 'the key set cannot be used: its status is 401'],
  ['is somewhere else', raw('', 307, { location: '/elsewhere' }), 'RESPONSE_NOT_CONFORM', 'the key set cannot be used: its status is 307'],
  [
    'is HTML',
    raw('<html>CANARY</html>', 200, { 'content-type': 'text/html' }),
    'RESPONSE_NOT_CONFORM',
    'the key set cannot be used: it is not JSON',
  ],
  ['says a thing twice', raw('{"keys":[],"keys":[]}'), 'RESPONSE_NOT_CONFORM', 'the key set cannot be used: a member stands in it twice'],
  ['has no list', json({ keys: { 0: jwk(keys.as1) } }), 'RESPONSE_NOT_CONFORM', 'the key set cannot be used: it has no list of keys'],
  ['is a list', json([jwk(keys.as1)]), 'RESPONSE_NOT_CONFORM', 'the key set cannot be used: it is not a JSON object'],
  [
    'is huge',
    json({ keys: [jwk(keys.as1)], x: 'a'.repeat(262_144) }),
    'RESPONSE_TOO_LARGE',
    'the key set reply is larger than 262144 bytes',
  ],
  ['cannot be decoded', raw('x', 200, { 'content-encoding': 'gzip' }), 'RESPONSE_NOT_CONFORM', 'the key set reply cannot be decoded'],
]

describe('a key set endpoint', () => {
  it.each(broken)('that %s leaves nothing to verify with: 503, and no key was seen', async (_what, reply, code, message) => {
    const server = bench.makeSigned({}, { timeoutMs: 300 })
    bench.route(reply, good)
    const outcome = await server.authorize(bearer())
    expect(outcome).toMatchObject({ outcome: 'refused', status: 503, reason: 'authorization_server_unavailable' })
    expect(bench.events.filter(({ type }) => type === 'fault')).toMatchObject([
      { code, error: { message: expect.stringContaining(message) } },
    ])
    expect(JSON.stringify(bench.events)).not.toContain('CANARY')
    expect(bench.as.calls.map(({ url }) => url)).toEqual(['/introspect', '/jwks'])
    bench.clock += 300
    bench.route(as1, good)
    await granted(server.authorize(bearer()))
  })

  it.each(broken)('that %s does no harm while its keys are known, and is left alone for a while', async (_what, reply, code) => {
    const server = bench.makeSigned({}, { timeoutMs: 300 })
    bench.route(as1, good)
    await ask(server)
    bench.clock += 600_000
    bench.route(reply, good)
    expect(await ask(server)).toBe('granted')
    expect(await ask(server)).toBe('granted')
    expect(faults()).toEqual([code])
    expect(bench.count('/jwks')).toBe(2)
    bench.clock += 30_000
    expect(await ask(server)).toBe('granted')
    expect(bench.count('/jwks')).toBe(3)
  })

  it('that stays down for an hour leaves nothing to verify with', async () => {
    const server = bench.makeSigned()
    bench.route(as1, good)
    await ask(server)
    bench.clock += 3_599_999
    bench.route(reset, good)
    expect(await ask(server)).toBe('granted')
    bench.clock += 1
    expect(await ask(server)).toBe('refused')
    expect(faults()).toEqual(['ENDPOINT_UNREACHABLE'])
  })

  it('says when to come again, and is left alone until then', async () => {
    const server = bench.makeSigned()
    bench.route(raw('', 503, { 'retry-after': '9' }), good)
    const refusal = (seconds: string): object => ({
      status: 503,
      headers: [
        ['Cache-Control', 'no-store'],
        ['Retry-After', seconds],
      ],
    })
    expect(await server.authorize(bearer())).toMatchObject(refusal('9'))
    bench.route(as1, good)
    bench.clock += 8000
    expect(await server.authorize(bearer())).toMatchObject(refusal('1'))
    expect(bench.count('/jwks')).toBe(1)
    bench.clock += 1000
    await granted(server.authorize(bearer()))
  })

  it('where nothing listens is unreachable', async () => {
    const server = bench.makeSigned({ jwksUri: `http://127.0.0.1:${await findClosedPort()}/jwks` })
    bench.as.behave(good)
    expect(await ask(server)).toBe('refused')
    expect(faults()).toEqual(['ENDPOINT_UNREACHABLE'])
  })

  it('that is down when a key is missing is no reason to trust, nor to ask it again at once', async () => {
    const server = bench.makeSigned()
    bench.route(as1, good)
    await ask(server)
    bench.route(reset, rotated)
    expect(await ask(server)).toBe('refused')
    expect(await ask(server)).toBe('refused')
    expect(faults()).toEqual(['ENDPOINT_UNREACHABLE', 'SIGNATURE_INVALID'])
    expect(bench.count('/jwks')).toBe(2)
    bench.clock += 30_000
    bench.route(both, rotated)
    expect(await ask(server)).toBe('granted')
  })

  it('is waited for until the deadline of the question, and its keys are kept for the next when they come later', async () => {
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const server = bench.makeSigned({}, { timeoutMs: 1000 })
    const slowly: Behaviour = (call, response) => {
      setTimeout(() => {
        good(call, response)
      }, 700)
    }
    bench.route(after(released, as1), slowly)
    const first = ask(server)
    expect(await first).toBe('refused')
    expect(faults()).toEqual(['ENDPOINT_TIMEOUT'])
    release()
    bench.route(raw('', 500), good)
    expect(await ask(server)).toBe('granted')
    expect(bench.count('/jwks')).toBe(1)
  })

  it('whose reply is dropped with the request that asked for it is asked again', async () => {
    const dropped = new Set(['/jwks'])
    const server = bench.makeSigned(
      {},
      {
        timeoutMs: 300,
        transport: (url: string, init: RequestInit) =>
          dropped.delete(new URL(url).pathname) ? new Promise<Response>(() => undefined) : fetch(url, init),
      },
    )
    bench.route(as1, good)
    const first = ask(server)
    await new Promise((resolve) => setTimeout(resolve, 100))
    bench.clock += 300
    expect(await ask(server)).toBe('granted')
    expect(await first).toBe('refused')
    expect(await ask(server)).toBe('granted')
    expect(bench.count('/jwks')).toBe(1)
  })
})

/** Keys that stand in a set, what signs, and whether that counts. */
const sets: readonly (readonly [
  what: string,
  set: readonly object[],
  signing: Parameters<typeof sign>[1],
  algorithms: string[],
  outcome: string,
])[] = [
  ['two keys of one name: the second [RV-33]', [jwk(keys.as2, { kid: 'as-1' }), jwk(keys.as1, { kid: 'as-1' })], {}, ['ES256'], 'granted'],
  [
    'keys of one name and all kinds [RV-33]',
    [...[keys.rsa, keys.p384, keys.ed25519].map((key) => jwk(key, { kid: 'as-1' })), jwk(keys.as1, { kid: 'as-1' })],
    {},
    ['ES256', 'RS256', 'ES384', 'EdDSA'],
    'granted',
  ],
  [
    'keys of one name, told apart by use [RV-33]',
    [jwk(keys.as2, { kid: 'as-1', use: 'enc' }), jwk(keys.as1, { kid: 'as-1', use: 'sig' })],
    {},
    ['ES256'],
    'granted',
  ],
  [
    'keys of one name, told apart by algorithm [RV-33]',
    [jwk(keys.rsa, { kid: 'as-1', alg: 'PS256' }), jwk(keys.rsa, { kid: 'as-1', alg: 'RS256' })],
    { header: { alg: 'RS256' }, key: keys.rsa },
    ['RS256', 'PS256'],
    'granted',
  ],
  ['a key without a name', [jwk(keys.as1)], {}, ['ES256'], 'granted'],
  [
    'keys with names, for a signature without one',
    [jwk(keys.as2, { kid: 'x' }), jwk(keys.as1, { kid: 'y' })],
    { header: { kid: undefined } },
    ['ES256'],
    'granted',
  ],
  ['the key under another name only', [jwk(keys.as1, { kid: 'as-2' })], {}, ['ES256'], 'refused'],
  [
    'the key, for another algorithm only [RV-23]',
    [jwk(keys.rsa, { alg: 'PS256' })],
    { header: { alg: 'RS256' }, key: keys.rsa },
    ['RS256', 'PS256'],
    'refused',
  ],
  ['the key, for encryption only', [jwk(keys.as1, { use: 'enc' })], {}, ['ES256'], 'refused'],
  ['the key, for signing only', [jwk(keys.as1, { key_ops: ['sign'] })], {}, ['ES256'], 'refused'],
  ['the key, to verify', [jwk(keys.as1, { key_ops: ['verify'] })], {}, ['ES256'], 'granted'],
  ['the key, with operations that are no list', [jwk(keys.as1, { key_ops: 'verify' })], {}, ['ES256'], 'refused'],
  ['the private key [RV-23]', [{ ...keys.as1.export({ format: 'jwk' }) }], {}, ['ES256'], 'refused'],
  ['an RSA key of 1024 bits [RV-24]', [jwk(keys.weak)], { header: { alg: 'RS256' }, key: keys.weak }, ['RS256'], 'refused'],
  [
    'a key of another curve',
    [jwk(keys.p384, { alg: 'ES256' })],
    { header: { alg: 'ES384' }, key: keys.p384 },
    ['ES256', 'ES384'],
    'refused',
  ],
  ['nothing', [], {}, ['ES256'], 'refused'],
  [
    'what is no key beside one that is',
    [
      {},
      { kty: 'toString' },
      { kty: 7 },
      { kty: 'EC' },
      { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
      { kty: 'RSA', n: '', e: 'AQAB' },
      { kty: 'RSA', n: '*', e: 'AQAB' },
      jwk(keys.as1, { kid: 7 }),
      jwk(keys.as1, { alg: [] }),
      jwk(keys.as1),
    ],
    {},
    ['ES256', 'RS256'],
    'granted',
  ],
  [
    'a key with members that are not for us',
    [jwk(keys.as1, { ext: 'x', x5c: ['x'], x5u: 'http://127.0.0.1:9/', foo: {} })],
    {},
    ['ES256'],
    'granted',
  ],
]

describe('a signature counts', () => {
  it.each(sets)('or does not, with this in the set: %s', async (_what, set, signing, algorithms, outcome) => {
    const server = bench.makeSigned({ algorithms })
    bench.route(keySet(...set), signed(sign(bench.claims(), signing)))
    expect(await ask(server)).toBe(outcome)
    expect(new Set(bench.as.calls.map(({ url }) => url))).toEqual(new Set(['/introspect', '/jwks']))
  })

  it('never by a shared secret that stands in the set [RV-23]', async () => {
    const { createHmac } = await import('node:crypto')
    const server = bench.makeSigned({ algorithms: ['ES256'] })
    const [header, payload] = sign(bench.claims(), { headerText: '{"alg":"HS256","typ":"token-introspection+jwt","kid":"as-1"}' }).split(
      '.',
    )
    const made = createHmac('sha256', 'secret')
      .update(`${String(header)}.${String(payload)}`)
      .digest('base64url')
    bench.route(
      json({ keys: [{ kty: 'oct', k: Buffer.from('secret').toString('base64url'), kid: 'as-1', alg: 'HS256' }] }),
      signed(`${String(header)}.${String(payload)}.${made}`),
    )
    expect(await ask(server)).toBe('refused')
    expect(faults()).toEqual(['SIGNATURE_INVALID'])
  })
})
