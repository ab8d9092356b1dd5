/**
 * The one suite that every method of client authentication runs: what is on the wire, what is not, and what never gets out.
 *
 * @module
 */
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type ClientAuthentication, createResourceServer, type IntrospectEvent, type ResourceServer } from '@oauth-introspect/core'
import { type AuthorizationServer, json, reset, startAuthorizationServer } from './authorization-server.ts'

/** A method of client authentication. */
export interface ClientAuthenticationUnderTest {
  /** The registered name. */
  readonly method: string
  readonly make: () => ClientAuthentication
  /** The same method with the credentials of another client, where it has any. */
  readonly makeOther?: () => ClientAuthentication
  /** The whole `Authorization` header, or the one named by `header`, where there is one. */
  readonly authorization?: string
  /** The header that holds the credentials. Default `authorization`. */
  readonly header?: string
  /** The form parameters beside those about the token. */
  readonly form?: readonly (readonly [name: string, value: string])[]
  /** Texts of `make()` that must be nowhere but on the wire. */
  readonly secrets: readonly string[]
  /** Calls that must fail, and what their one message names. */
  readonly wrong?: readonly (readonly [situation: string, make: () => unknown, names: readonly string[], secret?: string])[]
}

const token = 'CANARY-token-9f3b6c2d81e4'

/** Runs the suite on a method. */
export function describeClientAuthentication(subject: ClientAuthenticationUnderTest): void {
  const { method, make, makeOther, authorization, header = 'authorization', form = [], secrets, wrong = [] } = subject

  describe(method, () => {
    let as: AuthorizationServer
    let server: ResourceServer<unknown>
    let events: IntrospectEvent[]

    const ask = (): Promise<unknown> =>
      Promise.resolve(
        server.authorize({
          method: 'GET',
          url: '/',
          header: (name) => (name === 'authorization' ? [`Bearer ${token}`] : []),
          native: undefined,
        }),
      )

    beforeEach(async () => {
      as = await startAuthorizationServer()
      events = []
      server = createResourceServer({
        introspectionEndpoint: `${as.introspectionEndpoint}?tenant=1`,
        clientAuthentication: make(),
        audience: null,
        cache: false,
        onEvent: (event) => events.push(event),
      })
    })
    afterEach(async () => {
      await Promise.all([server.close(), as.close()])
    })

    it('sends its own credentials and those of no other method [IR-10]', async () => {
      await ask()
      expect(as.calls.map((call) => ({ authorization: call.headers[header], form: [...call.form] }))).toEqual([
        { authorization, form: [['token', token], ['token_type_hint', 'access_token'], ...form] },
      ])
    })

    it('puts nothing into the URL or into another header [IR-04] [IR-09]', async () => {
      await ask()
      expect(as.calls.map(({ url }) => url)).toEqual(['/introspect?tenant=1'])
      const others = Object.entries(as.calls[0]?.headers ?? {}).filter(([name]) => name !== header)
      expect(others.map(([name]) => name).sort()).toEqual(['accept', 'connection', 'content-length', 'content-type', 'host'])
      for (const secret of secrets) expect(JSON.stringify(others)).not.toContain(secret)
    })

    it('sends the same again when a question is asked again', async () => {
      as.behave(reset, json({ active: false }))
      await ask()
      expect(as.calls.map((call) => call.headers[header])).toEqual([authorization, authorization])
      expect(as.calls[1]?.body).toBe(as.calls[0]?.body)
    })

    it('is called by its registered name, and cannot be changed', () => {
      expect(make().method).toBe(method)
      expect(Object.isFrozen(make())).toBe(true)
    })

    it('has the same identity for the same credentials, and another for others', () => {
      expect(make().identity).toBe(make().identity)
      if (makeOther !== undefined) expect(makeOther().identity).not.toBe(make().identity)
    })

    it('shows no secret when it is printed, or when the authorization server refuses it [LG-01]', async () => {
      as.behave((call, response) => {
        json({ error: 'invalid_client', error_description: call.headers[header] }, 401)(call, response)
      })
      const made = make()
      const printed = [made, { ...made }, server, await ask(), events]
        .map((value) => `${inspect(value, { depth: 9, showHidden: true })}${JSON.stringify(value)}${String(value)}`)
        .join('\n')
      expect(printed).toContain('CLIENT_REJECTED')
      for (const secret of [token, ...secrets]) {
        expect(printed).not.toContain(secret)
        expect(made.identity).not.toContain(secret)
      }
    })

    if (wrong.length === 0) return
    it.each(wrong)('cannot be made of %s', (...[, makeWrong, names, secret]) => {
      let thrown: unknown
      try {
        makeWrong()
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(TypeError)
      for (const name of names) expect(String(thrown)).toContain(name)
      if (secret !== undefined) expect(String(thrown)).not.toContain(secret)
    })
  })
}
