/**
 * The one suite that every token store runs: what it keeps, what it never keeps, and what happens when several use it at once.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { TokenRecord, TokenStore } from '@oauth-introspect/dev-server'
import { digestToken } from '../../src/token-store/token-record.ts'
import { introspectAt, post } from '../requests.ts'
import { start } from '../start.ts'

/** A place that stores are opened on. */
interface Place {
  /** Opens a store on it; a second one knows what the first one keeps. */
  readonly open: () => Promise<TokenStore>
  /** Everything that is kept there, as text. */
  readonly dump?: () => Promise<string>
  readonly close: () => Promise<void>
}

/** A store under test. */
export interface StoreUnderTest {
  readonly name: string
  /** A new, empty place. */
  readonly makePlace: () => Promise<Place>
  /** Whether what is kept outlives the server. */
  readonly lasting: boolean
}

function record(digest: string, more: Partial<TokenRecord> = {}): TokenRecord {
  return {
    ...{ digest, server: 'axway', use: 'access_token', tokenType: 'Bearer', clientId: 'app', scopes: ['read', 'write'] },
    ...{ issuedAt: 1_700_000_000, expiresAt: 1_700_003_600, state: 'ACTIVE', ...more },
  }
}

/** Runs the suite on a store. */
export function describeTokenStore({ name, makePlace, lasting }: StoreUnderTest): void {
  describe(name, () => {
    let place: Place
    let store: TokenStore
    beforeEach(async () => {
      place = await makePlace()
      store = await place.open()
    })
    afterEach(() => place.close())

    const digests = async (records: Promise<readonly TokenRecord[]>): Promise<readonly string[]> =>
      (await records).map(({ digest }) => digest)

    test('gives back what it was given, with all that may be in it', async () => {
      const whole = record('whole', {
        ...{ use: 'refresh_token', audience: 'urn:a', username: 'jo@x', tenant: 'foo.com', grant: 'g' },
        parameters: { Dépôt: `'"; drop table x; --\u0000`, '': ' ' },
      })
      await store.add(whole)
      await store.add(record('small', { scopes: [] }))
      expect(await store.find('whole')).toEqual(whole)
      expect(await store.find('small')).toEqual(record('small', { scopes: [] }))
      expect(await store.find('other')).toBeUndefined()
    })

    test('moves a token from one state to another, and tells whether it did', async () => {
      await store.add(record('a'))
      expect(await store.move('a', ['INACTIVE', 'EXPIRED'], 'REVOKED')).toBe(false)
      expect(await store.move('a', ['INACTIVE', 'ACTIVE'], 'EXPIRED')).toBe(true)
      expect(await store.find('a')).toEqual(record('a', { state: 'EXPIRED' }))
      expect(await store.move('other', ['ACTIVE'], 'REVOKED')).toBe(false)
    })

    test('lets one of many move it', async () => {
      await store.add(record('a'))
      const other = await place.open()
      const moves = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? store : other).move('a', ['ACTIVE'], 'INACTIVE'))
      expect((await Promise.all(moves)).filter((moved) => moved)).toHaveLength(1)
    })

    test('finds the tokens of a grant in their order, and the latest of all, newest first', async () => {
      for (const [digest, grant] of [['a', 'g'], ['b'], ['c', 'h'], ['d', 'g']] as const)
        await store.add(record(digest, grant === undefined ? {} : { grant }))
      expect(await digests(store.ofGrant('g'))).toEqual(['a', 'd'])
      expect(await digests(store.ofGrant('none'))).toEqual([])
      expect(await digests(store.latest(3))).toEqual(['d', 'c', 'b'])
      expect(await digests(store.latest(10))).toEqual(['d', 'c', 'b', 'a'])
    })

    test('counts, also when many count at once', async () => {
      const other = await place.open()
      await Promise.all(Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? store : other).tally(100, 'my app', 'issued')))
      await store.tally(101, 'my app', 'issued')
      await store.tally(99, 'api', 'asked')
      await store.tally(0, 'api', 'asked')
      expect(await store.usage(100)).toEqual([
        { minute: 100, clientId: 'my app', kind: 'issued', count: 10 },
        { minute: 101, clientId: 'my app', kind: 'issued', count: 1 },
      ])
      expect(await store.usage(102)).toEqual([])
      expect(await store.usage(0)).toEqual([{ minute: 0, clientId: 'api', kind: 'asked', count: 1 }])
    })

    test('forgets tokens and figures of the past, but not the figures of all time', async () => {
      await store.add(record('old', { expiresAt: 5999, grant: 'g' }))
      await store.add(record('new', { expiresAt: 6000, grant: 'g' }))
      for (const minute of [0, 98, 99, 100]) await store.tally(minute, 'app', 'issued')
      await store.forget(6000)
      expect(await place.dump?.()).not.toEqual(expect.stringContaining('old'))
      expect(await store.find('old')).toBeUndefined()
      expect(await digests(store.latest(10))).toEqual(['new'])
      expect(await digests(store.ofGrant('g'))).toEqual(['new'])
      expect((await store.usage(1)).map(({ minute }) => minute)).toEqual([100])
      expect(await store.usage(0)).toHaveLength(1)
    })

    test('keeps no token, only digests', async () => {
      const server = await start({ store, dialects: { axway: true } })
      const form = { grant_type: 'client_credentials' }
      const { json } = await post(server.dialect('axway').tokenEndpoint, form, { authorization: `Basic ${btoa('app:app-secret')}` })
      const issued = [await server.issueToken(), String(json['access_token']), String(json['refresh_token'])]
      await server.close()
      const kept = (await place.dump?.()) ?? JSON.stringify(await store.latest(10))
      for (const token of issued) {
        expect(kept).not.toContain(token)
        expect(kept).toContain(digestToken(token))
      }
    })
    if (lasting)
      test('loses nothing when the server is started again', async () => {
        const first = await start({ store, audience: 'urn:me' })
        const [kept, revoked] = [await first.issueToken(), await first.issueToken()]
        await first.revoke(revoked)
        const before = await introspectAt(first, kept)
        await first.close()
        const second = await start({ store: await place.open() })
        expect(await introspectAt(second, kept)).toEqual({ ...before, iss: second.issuer })
        expect(await introspectAt(second, revoked)).toEqual({ active: false })
      })

    test('is shared: what one server issues the other knows, and what one revokes is over at the other', async () => {
      const [one, other] = [await start({ store }), await start({ store: await place.open() })]
      const token = await one.issueToken()
      expect(await introspectAt(other, token)).toMatchObject({ active: true, client_id: 'app' })
      await other.revoke(token)
      expect(await introspectAt(one, token)).toEqual({ active: false })
    })
  })
}
