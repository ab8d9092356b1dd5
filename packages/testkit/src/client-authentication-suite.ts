/**
 * The one suite that every method of client authentication runs: what is on the wire, what is not, and what never gets out.
 *
 * @module
 */
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type ClientAuthentication, createResourceServer, type IntrospectEvent, type ResourceServer } from '@oauth-introspect/core'
import { type AuthorizationServer, json, reset, startAuthorizationServer } from './authorization-server.ts'
import { authority, certifiedServer } from './certificate-authority.ts'
import { startTlsFront, type TlsFront } from './tls-front.ts'

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
  /** The form parameters beside those about the token; in place of a value, what it must look like. */
  readonly form?: readonly (readonly [name: string, value: string | RegExp])[]
  /** The form parameters that are made anew for each attempt. */
  readonly fresh?: readonly string[]
  /** The certificate that is shown in TLS: the method then runs over it. */
  readonly certificate?: string
  /** Further options that the method needs. */
  readonly options?: object
  /** Texts of `make()` that must be nowhere but on the wire. */
  readonly secrets: readonly string[]
  /** Calls that must fail, and what their one message names. */
  readonly wrong?: readonly (readonly [situation: string, make: () => unknown, names: readonly string[], secret?: string])[]
}

const token = 'CANARY-token-9f3b6c2d81e4'

/** Runs the suite on a method. */
export function describeClientAuthentication(subject: ClientAuthenticationUnderTest): void {
  const {
    method,
    make,
    makeOther,
    authorization,
    header = 'authorization',
    form = [],
    fresh = [],
    certificate,
    secrets,
    wrong = [],
  } = subject

  describe(method, () => {
    let as: AuthorizationServer
    let front: TlsFront
    let server: ResourceServer<unknown>
    let events: IntrospectEvent[]

    const ask = (from = server): Promise<unknown> =>
      Promise.resolve(
        from.authorize({
          method: 'GET',
          url: '/',
          header: (name) => (name === 'authorization' ? [`Bearer ${token}`] : []),
          native: undefined,
        }),
      )

    function serve(origin: string, options: object): ResourceServer<unknown> {
      return createResourceServer({
        introspectionEndpoint: `${origin}/introspect?tenant=1`,
        clientAuthentication: make(),
        audience: null,
        cache: false,
        onEvent: (event) => events.push(event),
        ...subject.options,
        ...options,
      })
    }

    beforeEach(async () => {
      as = await startAuthorizationServer()
      front = await startTlsFront(as.origin, certifiedServer)
      events = []
      server = certificate === undefined ? serve(as.origin, {}) : serve(front.origin, { http: { ca: authority } })
    })
    afterEach(async () => {
      await Promise.all([server.close(), front.close(), as.close()])
    })

    it('sends its own credentials and those of no other method [IR-10]', async () => {
      await ask()
      const expected = form.map(([name, value]) => [name, typeof value === 'string' ? value : expect.stringMatching(value)])
      expect(as.calls.map((call) => ({ authorization: call.headers[header], form: [...call.form] }))).toEqual([
        { authorization, form: [['token', token], ['token_type_hint', 'access_token'], ...expected] },
      ])
    })

    it(`shows ${certificate === undefined ? 'no' : 'its'} certificate in TLS [IR-10]`, async () => {
      const overTls = serve(front.origin, { http: { ca: authority } })
      await ask(overTls)
      expect(front.certificates).toEqual([certificate])
      expect(as.calls).toHaveLength(1)
      await overTls.close()
    })

    it('puts nothing into the URL or into another header [IR-04] [IR-09]', async () => {
      await ask()
      expect(as.calls.map(({ url }) => url)).toEqual(['/introspect?tenant=1'])
      const others = Object.entries(as.calls[0]?.headers ?? {}).filter(([name]) => name !== header)
      expect(others.map(([name]) => name).sort()).toEqual(['accept', 'connection', 'content-length', 'content-type', 'host'])
      for (const secret of secrets) expect(JSON.stringify(others)).not.toContain(secret)
    })

    it(`sends the same again when a question is asked again${fresh.length === 0 ? '' : `, but for a new ${fresh.join(', ')} [IR-13]`}`, async () => {
      as.behave(reset, json({ active: false }))
      await ask()
      expect(as.calls.map((call) => call.headers[header])).toEqual([authorization, authorization])
      const [first, second] = as.calls.map((call) => [...call.form])
      expect(second?.map(([name]) => name)).toEqual(first?.map(([name]) => name))
      const changed = first?.filter(([, value], at) => second?.[at]?.[1] !== value).map(([name]) => name)
      expect(changed).toEqual(fresh)
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
