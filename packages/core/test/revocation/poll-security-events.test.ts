import { afterEach, describe, expect, it } from '@jest/globals'
import { type Behaviour, type IntrospectionCall, json, raw } from '@oauth-introspect/testkit'
import { type Polling, type PollOptions, pollSecurityEvents, type ResourceServer } from '../../src/index.ts'
import { as1, issuer, keys } from '../signed-bench.ts'
import { outcomeOf, setUpSignals } from './signal-bench.ts'

const bench = setUpSignals()
const pollings: Polling[] = []
afterEach(async () => {
  await Promise.all(pollings.splice(0).map((polling) => polling.stop()))
})

interface Said {
  readonly maxEvents: number
  readonly returnImmediately: boolean
  readonly ack: readonly string[]
  readonly setErrs?: Readonly<Record<string, { readonly err: string; readonly description: string }>>
}

const polls = (): readonly IntrospectionCall[] => bench.as.calls.filter(({ url }) => url === '/poll')
const said = (): readonly Said[] => polls().map(({ body }) => JSON.parse(body) as Said)
const nothing = json({ sets: {} })

/** Each poll is answered by the next behaviour; the last one stays. */
function transmits(...behaviours: readonly Behaviour[]): void {
  const left = [...behaviours]
  const introspection = json(bench.good({ iss: issuer, iat: bench.seconds - 60 }))
  bench.as.behave((call, response) => {
    if (call.url === '/poll') (left.length > 1 ? left.shift() : left[0])?.(call, response)
    else (call.url === '/jwks' ? as1 : introspection)(call, response)
  })
}

function poll(server: ResourceServer<unknown>, more: Partial<PollOptions> = {}): Polling {
  const polling = pollSecurityEvents(server, { endpoint: `${bench.as.origin}/poll`, longPolling: false, intervalSeconds: 0.01, ...more })
  pollings.push(polling)
  return polling
}

async function until(isSo: () => boolean): Promise<void> {
  for (const began = performance.now(); !isSo(); ) {
    if (performance.now() - began > 4000) throw new Error('it has not come to that: ')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('polling', () => {
  it('takes events, and says at once which were taken and what is wrong with the others [RS-13]', async () => {
    transmits(json({ sets: { good: bench.set({ jti: 'good' }), bad: bench.set({ jti: 'bad' }, { key: keys.attacker }) } }), nothing)
    const server = bench.makeSignalled()
    expect(await outcomeOf(server)).toBe('granted')
    poll(server, { authorization: 'Bearer CANARY', intervalSeconds: 3600 })
    await until(() => polls().length === 2)
    expect(said()).toEqual([
      { maxEvents: 100, returnImmediately: true, ack: [] },
      {
        ...{ maxEvents: 100, returnImmediately: true, ack: ['good'] },
        setErrs: { bad: { err: 'invalid_key', description: 'no key of its issuer has made its signature' } },
      },
    ])
    expect(polls()[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization: 'Bearer CANARY' },
    })
    expect(await outcomeOf(server)).toBe('401 token_inactive')
    expect(JSON.stringify(bench.events)).not.toContain('CANARY')
  })

  it('says once what it has said, and takes repetitions as if they were new [RS-13]', async () => {
    const set = bench.set({ jti: 'x' })
    transmits(json({ sets: { x: set } }), json({ sets: { x: set } }), nothing)
    const server = bench.makeSignalled()
    poll(server)
    await until(() => polls().length >= 4)
    expect(said().map(({ ack }) => ack.join())).toEqual([
      '',
      'x',
      'x',
      ...said()
        .slice(3)
        .map(() => ''),
    ])
    expect(bench.events.filter(({ type }) => type === 'revoked')).toHaveLength(1)
  })

  it('does not acknowledge what the other instances could not be told, and takes it when it comes again', async () => {
    const set = bench.set({ jti: 'x' })
    transmits(json({ sets: { x: set } }))
    let refuses = true
    const bus = {
      publish: () => (refuses ? Promise.reject(new Error('CANARY')) : Promise.resolve()),
      subscribe: () => Promise.resolve(() => Promise.resolve()),
    }
    const server = bench.makeSignalled({ bus })
    poll(server)
    await until(() => polls().length === 2)
    expect(said().map(({ ack }) => ack)).toEqual([[], []])
    refuses = false
    await until(() => said().some(({ ack }) => ack[0] === 'x'))
  })

  it('waits at the transmitter where it may, and asks on at once when there are more', async () => {
    const one = (jti: string): Behaviour => json({ sets: { [jti]: bench.set({ jti }) }, moreAvailable: true })
    transmits(one('a'), one('b'), nothing)
    poll(bench.makeSignalled(), { longPolling: true, maxEvents: 7, intervalSeconds: 3600 })
    await until(() => polls().length === 3)
    expect(said()).toEqual([[], ['a'], ['b']].map((ack) => ({ maxEvents: 7, returnImmediately: false, ack })))
  })

  it.each<[string, () => Behaviour, number]>([
    ['more, and sends none', () => json({ sets: {}, moreAvailable: true }), 1],
    ['the same, whatever is acknowledged', () => json({ sets: { x: bench.set({ jti: 'x' }) } }), 2],
    ['the same, whatever is wrong with it', () => json({ sets: { x: bench.set({ jti: 'x' }, { key: keys.attacker }) } }), 2],
  ])('does not ask without a pause a transmitter that always has %s [RS-13]', async (_name, makeReply, atOnce) => {
    transmits(makeReply())
    poll(bench.makeSignalled())
    await until(() => polls().length === atOnce)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(polls()).toHaveLength(atOnce)
    await until(() => polls().length > atOnce)
  })

  it('does not ask without a pause a transmitter that does not let it wait', async () => {
    transmits(nothing)
    poll(bench.makeSignalled(), { longPolling: true, intervalSeconds: 3600 })
    await until(() => polls().length === 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(polls()).toHaveLength(1)
  })

  it.each<[string, Behaviour, string]>([
    ['401', raw('', 401), 'CLIENT_REJECTED'],
    ['403', raw('', 403), 'CLIENT_REJECTED'],
    ['404', raw('', 404), 'REQUEST_REJECTED'],
    ['429', raw('', 429), 'ENDPOINT_UNAVAILABLE'],
    ['500', raw('CANARY', 500), 'ENDPOINT_UNAVAILABLE'],
    ['a redirect', raw('', 302, { location: '/elsewhere' }), 'RESPONSE_NOT_CONFORM'],
    ['another media type', raw('{"sets":{}}', 200, { 'content-type': 'text/html' }), 'RESPONSE_NOT_CONFORM'],
    ['no JSON', raw('{', 200, { 'content-type': 'application/json' }), 'RESPONSE_NOT_CONFORM'],
    ['sets in a list', json({ sets: [] }), 'RESPONSE_NOT_CONFORM'],
    ['a set that is no text', json({ sets: { a: {} } }), 'RESPONSE_NOT_CONFORM'],
    ['too much', raw(`{"sets":{"a":"${'x'.repeat(4_200_000)}"}}`, 200, { 'content-type': 'application/json' }), 'RESPONSE_TOO_LARGE'],
  ])('tells of %s, and goes on after a pause', async (_name, behaviour, code) => {
    transmits(behaviour, nothing)
    poll(bench.makeSignalled())
    await until(() => bench.events.some(({ type }) => type === 'fault'))
    expect(bench.events.find(({ type }) => type === 'fault')).toMatchObject({ code })
    expect(polls()).toHaveLength(1)
    await until(() => polls().length === 2)
    expect(JSON.stringify(bench.events)).not.toContain('CANARY')
  })

  it('gets its authorization anew for each poll, and goes on when that fails', async () => {
    transmits(nothing)
    let count = 0
    poll(bench.makeSignalled(), {
      authorization: () => {
        if (count++ === 0) throw new Error('CANARY')
        return Promise.resolve(`Bearer ${count}`)
      },
    })
    await until(() => polls().length >= 2)
    expect(
      polls()
        .slice(0, 2)
        .map(({ headers }) => headers.authorization),
    ).toEqual(['Bearer 2', 'Bearer 3'])
    expect(bench.events.find(({ type }) => type === 'fault')).toMatchObject({ code: 'CLIENT_REJECTED' })
    expect(JSON.stringify(bench.events)).not.toContain('CANARY')
  })

  it('stops, though the transmitter lets it wait, once what was taken is acknowledged', async () => {
    const silent: Behaviour = () => undefined
    transmits(json({ sets: { x: bench.set({ jti: 'x' }) } }), silent, raw('', 202))
    const server = bench.makeSignalled()
    const polling = poll(server, { longPolling: true })
    await until(() => polls().length === 2)
    await polling.stop()
    // The transmitter may not have taken in what came with the poll that was given up.
    expect(said()[2]).toEqual({ maxEvents: 0, returnImmediately: true, ack: ['x'] })
    await polling.stop()
    expect(polls()).toHaveLength(3)
  })

  it('stops with the resource server, while it waits', async () => {
    transmits(nothing)
    const server = bench.makeSignalled()
    poll(server, { intervalSeconds: 3600 })
    await until(() => polls().length === 1)
    await server.close()
    expect(polls()).toHaveLength(1)
  })

  it.each<[object, string]>([
    [{}, '"endpoint" is needed'],
    [{ endpoint: 'http://as.example/poll' }, '"endpoint" must be an https URL'],
    [
      { endpoint: 'https://as.example/poll', authorization: undefined },
      '"authorization" is undefined: is an environment variable missing?',
    ],
    [
      { endpoint: 'https://as.example/poll', authorization: '' },
      '"authorization" must be a string that is not empty, or a function, got an empty string',
    ],
    [{ endpoint: 'https://as.example/poll', maxEvents: 0 }, '"maxEvents" must be a whole number of events from 1 to 1000, got 0'],
    [{ endpoint: 'https://as.example/poll', interval: 1 }, 'unknown option "interval"'],
  ])('is not begun with %j', (options, message) => {
    expect(() => pollSecurityEvents(bench.makeSignalled(), options as PollOptions)).toThrow(`pollSecurityEvents(): ${message}`)
  })

  it('is not begun for a resource server without the option', () => {
    expect(() => pollSecurityEvents(bench.make(), { endpoint: 'https://as.example/poll' })).toThrow('with the option "revocation"')
  })
})
