import { createHash } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import type { Verdict } from '../../src/cache/answer.ts'
import { readIntrospection } from '../../src/introspection-response.ts'
import { createMarks, type MarkedAnswer, type MarkRules, type Marks } from '../../src/revocation/marks.ts'
import type { RevocationMark } from '../../src/revocation/revocation-mark.ts'

const issuer = 'https://as.example'
const start = Date.parse('2026-11-21T12:00:00Z')
const seconds = start / 1000
const tokenDigest = createHash('sha256').update('some-token').digest('base64url')

const rules: MarkRules = {
  ...{ maxMarks: 100, maxClockSkewMs: 5000, maxTokenLifetimeSeconds: 3600, maxAnswerAgeMs: 60_000 },
  onBusLost: 'ask',
}

class Bench {
  clock = start
  /** By the clock that nobody sets, where there is one. */
  elapsed = 500
  collapsed = 0
  readonly marks: Marks

  constructor({ elapsed = false, ...more }: Partial<MarkRules> & { readonly elapsed?: boolean } = {}) {
    this.marks = createMarks({
      rules: { ...rules, ...more },
      now: () => this.clock,
      elapsed: elapsed ? () => this.elapsed : undefined,
      onCollapse: () => this.collapsed++,
    })
  }

  pass(milliseconds: number): void {
    this.clock += milliseconds
    this.elapsed += milliseconds
  }

  /** The clock is set. */
  jump(milliseconds: number): void {
    this.clock += milliseconds
  }

  /** What marks say of an answer, sent a second ago where nothing else is said, about a token as old as an hour. */
  judge(members: object = {}, more: Partial<MarkedAnswer> = {}): Verdict {
    const about = { active: true, iss: issuer, sub: 'user-1', client_id: 'client-1', iat: seconds - 3600, exp: seconds + 3000, ...members }
    // What is given as `undefined` is left out.
    const given = JSON.parse(JSON.stringify(about)) as Record<string, unknown>
    const introspection = readIntrospection(given, 'some-token', { scopeSeparator: ' ', inactiveErrors: [], missingActive: 'refuse' })
    if (!introspection.active) throw new Error('expected an active token')
    return this.marks.judge({ introspection, sentAt: this.clock - 1000, from: 'memory', tokenDigest: undefined, ...more })
  }

  /** Once a second has passed since an answer was sent. */
  receive(...marks: readonly RevocationMark[]): void {
    this.pass(1000)
    for (const mark of marks) this.marks.receive(mark)
  }
}

describe('marks', () => {
  it('are nothing to look at while there are none', () => {
    const { marks } = new Bench()
    expect(marks).toMatchObject({ any: false, needsTokenDigest: false, size: 0, received: 0 })
  })

  it.each<[string, RevocationMark, object]>([
    ['subject', { subject: 'user-1' }, {}],
    ['subject of an issuer', { issuer, subject: 'user-1' }, {}],
    [
      'name, where the server gives no identifier',
      { issuer, subject: 'user@example.com' },
      { sub: undefined, username: 'user@example.com' },
    ],
    ['session', { issuer, session: 's-1' }, { sid: 's-1' }],
    ['identifier', { issuer, jti: 'j-1' }, { jti: 'j-1' }],
    ['subject and client', { subject: 'user-1', client: 'client-1' }, {}],
    ['subject, where nothing is said of issuer or session', { issuer, subject: 'user-1', session: 's-1' }, { iss: undefined }],
    ['client, when a mark says so', { client: 'client-1', effect: 'refuse' }, {}],
  ])('end tokens by %s [RS-16] [RS-18]', (_name, mark, members) => {
    const bench = new Bench()
    bench.receive(mark)
    expect(bench.marks).toMatchObject({ any: true, size: 1 })
    expect(bench.judge(members)).toBe('refuse')
    // Asked for now, and still called active: it has ended all the same.
    expect(bench.judge(members, { sentAt: bench.clock + 1000, from: 'call' })).toBe('refuse')
  })

  it.each<[string, RevocationMark, object]>([
    ['another subject', { issuer, subject: 'user-2' }, {}],
    ['another issuer', { issuer: 'https://other.example', subject: 'user-1' }, {}],
    ['another session of the subject', { issuer, subject: 'user-1', session: 's-1' }, { sid: 's-2' }],
    ['another session', { issuer, session: 's-1' }, { sid: 's-2' }],
    ['another client of the subject', { subject: 'user-1', client: 'client-2' }, {}],
    ['another identifier', { jti: 'j-1' }, { jti: 'j-2' }],
    ['a subject, of a token of nobody', { subject: 'user-1' }, { sub: undefined }],
    ['a session, of a token of nobody', { session: 's-1' }, { sub: undefined }],
    ['another issuer, by which nothing is said', { issuer: 'https://other.example' }, {}],
    ['names that read the same one after the other', { subject: 'user-1', session: 's1' }, { sub: 'user-1s', sid: '1' }],
    ['a name that looks like a missing one', { subject: 'user-1', session: '?' }, { sid: 's-1' }],
  ])('leave the others alone: %s', (_name, mark, members) => {
    const bench = new Bench()
    bench.receive(mark)
    expect(bench.judge(members)).toBe('stands')
  })

  it.each<[string, RevocationMark, object]>([
    ['a client', { issuer, client: 'client-1' }, {}],
    ['an issuer', { issuer }, {}],
    ['a subject, when the mark says so', { issuer, subject: 'user-1', effect: 'ask' }, {}],
    ['a session that the reply does not name', { issuer, session: 's-1' }, {}],
    ['an identifier that the reply does not name', { issuer, jti: 'j-1', subject: 'user-1' }, {}],
    ['a client that the reply does not name', { issuer, client: 'client-9' }, { client_id: undefined }],
  ])('ask again about %s, and believe what is said then', (_name, mark, members) => {
    const bench = new Bench()
    bench.receive(mark)
    expect(bench.judge(members)).toBe('ask')
    expect(bench.judge(members, { from: 'stale' })).toBe('ask')
    expect(bench.judge(members, { from: 'call' })).toBe('ask')
    // In the same millisecond: nobody knows which came first.
    expect(bench.judge(members, { sentAt: bench.clock })).toBe('ask')
    expect(bench.judge(members, { sentAt: bench.clock + 1 })).toBe('stands')
  })

  it('know what came first in one millisecond where they are told how many there were', () => {
    const bench = new Bench()
    bench.receive({ client: 'client-1' })
    expect(bench.judge({}, { sentAt: bench.clock, sentAfter: 0 })).toBe('ask')
    expect(bench.judge({}, { sentAt: bench.clock, sentAfter: bench.marks.received })).toBe('stands')
  })

  it('do not trust the clock of another instance further than it may be off', () => {
    const bench = new Bench()
    bench.receive({ client: 'client-1' })
    const sent = (ms: number): Verdict => bench.judge({}, { sentAt: bench.clock + ms, sentAfter: 9, from: 'store' })
    expect([sent(1), sent(5000), sent(5001)]).toEqual(['ask', 'ask', 'stands'])
  })

  it('spare tokens that are newer than the event, which are asked about [RS-05]', () => {
    const bench = new Bench()
    bench.receive({ subject: 'user-1', eventTime: seconds - 100 })
    expect([-101, -100, -99].map((iat) => bench.judge({ iat: seconds + iat }))).toEqual(['refuse', 'refuse', 'ask'])
    expect(bench.judge({ iat: seconds - 99 }, { sentAt: bench.clock + 1 })).toBe('stands')
  })

  it('know by exp what is newer where there is no iat', () => {
    const bench = new Bench()
    bench.receive({ subject: 'user-1', eventTime: seconds - 100 })
    const judge = (exp: number | undefined): Verdict => bench.judge({ iat: undefined, exp }, { sentAt: bench.clock + 1 })
    expect([judge(seconds - 100 + 3600), judge(seconds - 100 + 3601), judge(undefined)]).toEqual(['refuse', 'stands', 'refuse'])
  })

  it('take now for the time of an event that nobody knows, and of one that lies ahead', () => {
    const known = new Bench()
    known.receive({ subject: 'user-1' })
    expect([known.judge({ iat: seconds + 1 }), known.judge({ iat: seconds + 2 })]).toEqual(['refuse', 'ask'])
    const ahead = new Bench()
    ahead.receive({ subject: 'user-1', eventTime: seconds + 1e6 })
    expect([ahead.judge({ iat: seconds + 6 }), ahead.judge({ iat: seconds + 7 })]).toEqual(['refuse', 'ask'])
  })

  it('end one token by its digest or identifier, whatever its time', () => {
    const bench = new Bench()
    bench.receive({ tokenDigest, eventTime: 1 }, { jti: 'j-1', eventTime: 1 })
    expect(bench.marks.needsTokenDigest).toBe(true)
    expect(bench.judge({ iat: seconds }, { tokenDigest })).toBe('refuse')
    expect(bench.judge({ iat: seconds, jti: 'j-1' }, { tokenDigest: 'another' })).toBe('refuse')
    expect(bench.judge({ iat: seconds, jti: 'j-2' }, { tokenDigest: 'another' })).toBe('stands')
    bench.clock += 3_605_000
    expect(bench.judge({ jti: 'j-2' }, { tokenDigest })).toBe('stands')
    expect(bench.marks).toMatchObject({ needsTokenDigest: false, any: false })
  })

  it('that say the same are one, which lasts as long as the longer and ends what either ends', () => {
    const bench = new Bench()
    bench.receive({ issuer, subject: 'user-1', eventTime: seconds - 50 }, { issuer, subject: 'user-1', eventTime: seconds - 100 })
    bench.receive({ subject: 'user-1', issuer, effect: 'ask' })
    expect(bench.marks).toMatchObject({ size: 1, received: 3 })
    expect([bench.judge({ iat: seconds - 50 }), bench.judge({ iat: seconds - 49 })]).toEqual(['refuse', 'ask'])
  })

  it('of several issuers all hold of a token whose issuer is not said, and of one that is known otherwise only those of that one', () => {
    const bench = new Bench()
    bench.receive({ issuer, subject: 'user-1' }, { issuer: 'https://other.example', subject: 'user-1', effect: 'ask' })
    expect(bench.judge({ iss: undefined })).toBe('refuse')
    expect(bench.judge({ iss: undefined }, { issuer: 'https://other.example' })).toBe('ask')
    expect(bench.judge({ iss: undefined }, { issuer: 'https://third.example' })).toBe('stands')
  })

  it('are forgotten when no token and no answer can be left of those that they speak of', () => {
    const bench = new Bench()
    bench.receive({ client: 'client-1' }, { issuer, subject: 'user-1' })
    const at = bench.clock
    const size = (ms: number): number => {
      bench.clock = at + ms
      bench.judge({}, { sentAt: at - 1 })
      return bench.marks.size
    }
    expect([size(64_000), size(75_000), size(3_604_000), size(3_615_000)]).toEqual([2, 1, 1, 0])
    expect(bench.marks.any).toBe(false)
  })

  it('of the past last from when they came, and make us ask about what was known then', () => {
    const bench = new Bench()
    bench.receive({ subject: 'user-1', eventTime: seconds - 4000 })
    expect(bench.judge({ iat: seconds - 5000 })).toBe('refuse')
    expect(bench.judge({ iat: seconds - 3999 })).toBe('ask')
    bench.clock += 3_600_000
    expect(bench.judge({ iat: seconds - 5000 })).toBe('refuse')
    bench.clock += 15_000
    bench.judge()
    expect(bench.marks.any).toBe(false)
  })

  it('let nothing count in a store that is older than they are, once a clock that was set back is right again', () => {
    const bench = new Bench()
    const sentAt = bench.clock + 500
    bench.receive({ client: 'client-1' })
    const judge = (): Verdict => bench.judge({}, { sentAt, from: 'store' })
    bench.jump(-600_000)
    judge()
    bench.jump(600_000)
    expect(judge()).toBe('ask')
  })

  it('still hold when the clock is set back, and let what is asked for then count', () => {
    const bench = new Bench()
    bench.receive({ client: 'client-1' }, { subject: 'user-2' })
    bench.clock -= 600_000
    expect(bench.judge({}, { sentAt: bench.clock - 1 })).toBe('ask')
    expect(bench.judge({}, { sentAt: bench.clock + 1 })).toBe('stands')
    expect(bench.judge({ sub: 'user-2' })).toBe('refuse')
  })

  describe('where there is a clock that nobody sets', () => {
    const day = 86_400_000
    const ask = { client: 'client-1' } as const
    const user = { subject: 'user-1' } as const

    it.each<[string, RevocationMark, MarkedAnswer['from'], Verdict]>([
      ['a token by its digest', { tokenDigest }, 'memory', 'refuse'],
      ['a token by its identifier', { jti: 'j-1' }, 'call', 'refuse'],
      ['the tokens of a subject', user, 'memory', 'refuse'],
      ['what is to be asked about', ask, 'memory', 'ask'],
    ])('are not forgotten by one that jumps ahead, and back: %s', (_name, mark, from, verdict) => {
      const bench = new Bench({ elapsed: true })
      const sentAt = bench.clock
      bench.receive(mark)
      const judge = (): Verdict => bench.judge({ jti: 'j-1' }, { tokenDigest, from, sentAt, sentAfter: 0 })
      expect(judge()).toBe(verdict)
      for (const jump of [day, -day, -day, day, 1000 * day]) {
        bench.jump(jump)
        // Whoever looks, and whatever comes then, has what is over forgotten.
        bench.elapsed += 11_000
        bench.marks.receive({ subject: 'another' })
        expect(judge()).toBe(verdict)
      }
    })

    it('count as long as others when they come while it is ahead', () => {
      const bench = new Bench({ elapsed: true })
      bench.jump(day)
      bench.receive({ ...user, eventTime: seconds })
      bench.jump(-day)
      bench.pass(3_600_000)
      expect(bench.judge({ iat: seconds - 60 })).toBe('refuse')
    })

    it('are over by that clock, and by that alone', () => {
      const bench = new Bench({ elapsed: true })
      bench.receive(user)
      bench.pass(3_604_999)
      expect(bench.judge()).toBe('refuse')
      bench.pass(1)
      expect(bench.judge()).toBe('stands')
      bench.elapsed += 10_000
      bench.judge()
      expect(bench.marks.any).toBe(false)
    })
  })

  it('that are too many become one for the issuer with the most: all its tokens are asked about, none of another is let go', () => {
    const bench = new Bench({ maxMarks: 10 })
    bench.receive({ issuer: 'https://small.example', subject: 'kept' }, { subject: 'of nobody' })
    for (let at = 0; at < 8; at++) bench.receive({ issuer, subject: `user-${at}` })
    expect(bench).toMatchObject({ collapsed: 0, marks: { size: 10 } })
    bench.receive({ issuer, subject: 'user-8' })
    expect(bench).toMatchObject({ collapsed: 1, marks: { size: 3 } })
    expect(bench.judge({ sub: 'user-0' })).toBe('ask')
    expect(bench.judge({ sub: 'user-99' })).toBe('ask')
    expect(bench.judge({ sub: 'user-99' }, { sentAt: bench.clock + 1 })).toBe('stands')
    expect(bench.judge({ iss: 'https://small.example', sub: 'kept' })).toBe('refuse')
    expect(bench.judge({ iss: 'https://small.example', sub: 'other' })).toBe('stands')
    expect(bench.judge({ iss: 'https://third.example', sub: 'of nobody' })).toBe('refuse')
  })

  it.each<[string, RevocationMark]>([
    ['digest', { tokenDigest }],
    ['digest, of an issuer', { issuer, tokenDigest }],
    ['identifier', { issuer, jti: 'j-1' }],
    ['identifier, of whatever issuer', { jti: 'j-1' }],
    ['session', { issuer, session: 's-1' }],
  ])('that are too many have the server asked about what they refused: by %s', (_name, mark) => {
    const bench = new Bench({ maxMarks: 10 })
    const judge = (more: Partial<MarkedAnswer> = {}): Verdict => bench.judge({ jti: 'j-1', sid: 's-1' }, { tokenDigest, ...more })
    bench.receive(mark)
    expect(judge()).toBe('refuse')
    for (let at = 0; at < 10; at++) bench.receive({ ...('issuer' in mark ? { issuer } : {}), subject: `another-${at}` })
    expect(bench).toMatchObject({ collapsed: 1, marks: { size: 1 } })
    // What was asked about while it was refused, too.
    for (const from of ['memory', 'store', 'stale', 'call'] as const) expect(judge({ from, sentAfter: 10 })).toBe('ask')
    expect(judge({ sentAfter: bench.marks.received })).toBe('stands')
  })

  it('that are too many leave in force what refuses all tokens of the issuer', () => {
    const bench = new Bench({ maxMarks: 5 })
    bench.receive({ issuer, effect: 'refuse' })
    for (let round = 1; round < 4; round++) {
      for (let at = 0; at < 5; at++) bench.receive({ issuer, subject: `user-${round}-${at}` })
      expect(bench.collapsed).toBeGreaterThanOrEqual(round)
      expect(bench.judge({ sub: 'anybody' }, { sentAfter: bench.marks.received })).toBe('refuse')
      expect(bench.judge({ sub: 'anybody', iat: seconds + 60 }, { sentAfter: bench.marks.received })).toBe('stands')
    }
  })

  it('that are too many change nothing about tokens of other issuers, and let none of their own stand that did not', () => {
    const issuers = ['https://a.example', 'https://b.example', 'https://c.example']
    const digests = Array.from({ length: 3 }, (_, at) => createHash('sha256').update(`token-${at}`).digest('base64url'))
    const bench = new Bench({ maxMarks: 30 })
    // Numbers that look like chance, the same each time.
    let state = 1
    const pick = <T>(list: readonly T[]): T => {
      state = (state * 48_271) % 2_147_483_647
      return list[state % list.length] as T
    }
    const tokens = Array.from({ length: 300 }, (_, at) => ({
      members: { iss: issuers[at % 3], sub: `user-${at % 20}`, sid: `s-${at % 7}`, jti: `j-${at}`, client_id: `client-${at % 4}` },
      more: { tokenDigest: digests[at % 5], sentAfter: 0, sentAt: start - 1000 },
    }))
    const verdicts = (): Verdict[] => tokens.map(({ members, more }) => bench.judge(members, more))
    let before = verdicts()
    for (let at = 0; at < 400; at++) {
      const collapsed = bench.collapsed
      const from = pick(issuers)
      const about = pick<RevocationMark>([
        { jti: `j-${pick([...tokens.keys()])}` },
        { subject: `user-${at % 20}`, session: `s-${pick([0, 1, 2, 3, 4, 5, 6])}` },
        { tokenDigest: pick(digests), client: `client-${pick([0, 1, 2, 3])}` },
      ])
      bench.marks.receive({ issuer: from, ...about })
      const after = verdicts()
      const changed = issuers.filter((iss) => tokens.some(({ members }, token) => members.iss === iss && after[token] !== before[token]))
      expect(changed.length).toBeLessThanOrEqual(bench.collapsed > collapsed ? 2 : 1)
      tokens.forEach((_token, token) => {
        if (before[token] !== 'stands') expect(after[token]).not.toBe('stands')
      })
      before = after
    }
    expect(bench.collapsed).toBeGreaterThan(5)
  })

  it('of as many issuers as there is room for become one for all', () => {
    const bench = new Bench({ maxMarks: 3 })
    bench.receive(...['a', 'b', 'c'].map((name) => ({ issuer: `https://${name}.example`, subject: 'user-1' })), { subject: 'user-1' })
    expect(bench).toMatchObject({ collapsed: 1, marks: { size: 1 } })
    expect(bench.judge({ iss: 'https://z.example', sub: 'user-9' })).toBe('ask')
    expect(bench.judge({ iss: 'https://z.example', sub: 'user-9' }, { sentAt: bench.clock + 1 })).toBe('stands')
  })

  it('are no more than so many, however many come', () => {
    const bench = new Bench({ maxMarks: 50 })
    for (let at = 0; at < 5000; at++) {
      bench.receive({ ...(at % 3 === 0 ? { issuer } : {}), subject: `user-${at}`, session: `s-${at}` })
      expect(bench.marks.size).toBeLessThanOrEqual(50)
      expect(bench.judge({ sub: `user-${at}`, sid: `s-${at}` })).not.toBe('stands')
    }
  })
})

describe('a bus that cannot be heard', () => {
  it('leaves nothing to trust but what is asked for now, until it is heard again', () => {
    const bench = new Bench()
    bench.marks.lost()
    expect(bench.marks.any).toBe(true)
    const of = (from: MarkedAnswer['from']): Verdict => bench.judge({}, { from })
    expect([of('memory'), of('store'), of('stale'), of('call')]).toEqual(['ask', 'ask', 'ask', 'stands'])
    bench.marks.restored()
    expect(bench.marks.any).toBe(false)
    expect(of('memory')).toBe('stands')
  })

  it('changes nothing where that is what is wanted', () => {
    const bench = new Bench({ onBusLost: 'continue' })
    bench.marks.lost()
    expect(bench.marks.any).toBe(false)
    expect(bench.judge()).toBe('stands')
  })

  it('does not undo what was heard before', () => {
    const bench = new Bench()
    bench.receive({ subject: 'user-1' })
    bench.marks.lost()
    bench.marks.restored()
    expect(bench.marks.any).toBe(true)
    expect(bench.judge()).toBe('refuse')
  })
})
