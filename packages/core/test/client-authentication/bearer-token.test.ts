import { describe, expect, it } from '@jest/globals'
import { describeClientAuthentication } from '@oauth-introspect/testkit'
import { bearerToken } from '../../src/client-authentication/bearer-token.ts'

const attempt = { issuer: undefined, now: 0 }

const ours = 'CANARY-ours-77aa01.~+/=='

describeClientAuthentication({
  method: 'bearer_token',
  make: () => bearerToken(ours),
  makeOther: () => bearerToken('another-token'),
  authorization: `Bearer ${ours}`,
  secrets: [ours],
  wrong: [
    ['a token that is missing', () => bearerToken(undefined), ['bearerToken()', '"token" is undefined', 'environment variable']],
    ['an empty token', () => bearerToken(''), ['bearerToken()', '"token" must be']],
    ['a token with a space', () => bearerToken(`${ours} x`), ['"token" must be'], ours],
    ['a token with a line break', () => bearerToken(`${ours}\nx`), ['"token" must be'], ours],
    ['a token with its scheme', () => bearerToken(`Bearer ${ours}`), ['"token" must be'], ours],
    ['null', () => bearerToken(null as never), ['"token" must be a string, a function or a token source, got null']],
    ['an object that gives no token', () => bearerToken({ token: ours } as never), ['got an object'], ours],
    ['a number', () => bearerToken(8675309 as never), ['"token" must be'], '8675309'],
  ],
})

describeClientAuthentication({
  method: 'bearer_token',
  make: () => bearerToken({ token: () => Promise.resolve(ours), invalidate: () => undefined }),
  authorization: `Bearer ${ours}`,
  secrets: [ours],
})

describe('bearer_token', () => {
  it('asks a function for each call, and a token source too', async () => {
    let asked = 0
    const byFunction = bearerToken(() => `t${++asked}`)
    const bySource = bearerToken({ token: () => Promise.resolve(`t${++asked}`), invalidate: () => undefined })
    expect(asked).toBe(0)
    expect(byFunction.credentials(attempt)).toEqual({ headers: { authorization: 'Bearer t1' } })
    expect(byFunction.credentials(attempt)).toEqual({ headers: { authorization: 'Bearer t2' } })
    expect(await bySource.credentials(attempt)).toEqual({ headers: { authorization: 'Bearer t3' } })
    expect(await bySource.credentials(attempt)).toEqual({ headers: { authorization: 'Bearer t4' } })
  })

  it('keeps the token source as its `this`', async () => {
    class Source {
      readonly #kept = ours
      token(): Promise<string> {
        return Promise.resolve(this.#kept)
      }
      invalidate(): void {
        throw new Error('not asked for')
      }
    }
    expect(await bearerToken(new Source()).credentials(attempt)).toEqual({ headers: { authorization: `Bearer ${ours}` } })
  })

  it('hands on what a function throws', async () => {
    const failure = new Error('no token to be had')
    const failing = bearerToken(() => Promise.reject(failure))
    await expect(failing.credentials(attempt)).rejects.toBe(failure)
    const throwing = bearerToken(() => {
      throw failure
    })
    expect(() => throwing.credentials(attempt)).toThrow(failure)
  })

  it.each<[string, unknown]>([
    ['a text that cannot stand in a header', `${ours}\r\nx: y`],
    ['a promise of such a text', Promise.resolve(`${ours} x`)],
    ['a promise of nothing', Promise.resolve(undefined)],
    ['an empty text', ''],
    ['nothing', undefined],
    ['null', null],
    ['a number', 8675309],
    ['an object', { token: ours }],
  ])('says what is wrong when a function gives %s, without repeating it', async (_situation, given) => {
    const call = async (): Promise<unknown> => bearerToken(() => given as string).credentials(attempt)
    const thrown: unknown = await call().catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(TypeError)
    expect(String(thrown)).toContain('bearerToken(): "token" must be text')
    expect(String(thrown)).not.toMatch(/CANARY|8675309/)
  })

  it('that was refused is forgotten by its source, once a minute at most', () => {
    let invalidated = 0
    const method = bearerToken({ token: () => Promise.resolve(ours), invalidate: () => invalidated++ })
    expect([method.refused?.(0), method.refused?.(1), method.refused?.(59_999), method.refused?.(60_000)]).toEqual([
      true,
      false,
      false,
      true,
    ])
    expect(invalidated).toBe(2)
    expect(method.refused?.(-1)).toBe(true)
  })

  it('that is fixed, or given by a function, cannot be had anew', () => {
    expect([bearerToken(ours).refused?.(0), bearerToken(() => ours).refused?.(0)]).toEqual([false, false])
  })

  it('stands for the party that its source names', () => {
    const source = { token: () => Promise.resolve(ours), invalidate: () => undefined }
    expect(bearerToken({ ...source, identity: 'rs-client' }).identity).toBe('rs-client')
    expect(bearerToken(source).identity).toBe('')
  })
})
