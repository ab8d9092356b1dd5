/**
 * A product as its documentation has it: who may ask, where and how, and what it says of each kind of token.
 *
 * @module
 */
import type { Options } from '@oauth-introspect/core'
import { type Behaviour, type IntrospectionCall, json } from '../authorization-server.ts'

/** The kinds of tokens that are asked about, each longer than any word of ours. */
export const tokens = {
  good: 'CANARY-good-2YotnFZFEjr1zCsicMWpAA',
  inactive: 'CANARY-inactive-JIXdAfKyXvgWwKmnlp',
  /** Its time is over, but the product still calls it active. */
  expired: 'CANARY-expired-EJ3xTDFOUsl4bpmdWQ8',
  /** Of another server. */
  foreign: 'CANARY-foreign-P1fcL6uMpAcM6m7V3Ms',
  refresh: 'CANARY-refresh-tGzv3JOkF0XG5Qx2TlK',
  lacking: 'CANARY-lacking-mF9B5f41JqMzEcIeaLy',
} as const

/** A kind of token. */
export type Kind = keyof typeof tokens

/** What a product says: its body, and its status where that is not 200. */
export interface Said {
  readonly body: unknown
  readonly status?: number
}

/** A product under test. */
export interface Product {
  readonly name: string
  /** Options as an application writes them; with other credentials than the product knows, if told so. */
  readonly options: (origin: string, wrongly?: boolean) => Options
  /** The request about a token, as the documentation writes it. */
  readonly request: (token: string) => {
    readonly method: string
    readonly url: string
    readonly body: string
    readonly headers: Readonly<Record<string, string | undefined>>
  }
  /** Where the token stands in a request. */
  readonly tokenOf: (call: IntrospectionCall) => string | undefined
  readonly says: Readonly<Record<Kind, (token: string, now: number) => Said>>
  /** The scope that the guarded route needs, which all but `lacking` have. */
  readonly scope: string
  /** What becomes of those whom it does not know, where that is no 401: every token is inactive to them, or they are answered like others. */
  readonly strangers?: 'inactive' | 'answered'
  /** What the handler sees of the good token. */
  readonly seen: object
  /** The codes of warnings that are told at start. */
  readonly warnings: readonly string[]
}

/** Behaves as the product does, on its own path only, and for those only who show that they are who may ask. */
export function behaveAs(product: Product, now: number): Behaviour {
  return (call, response) => {
    const token = product.tokenOf(call) ?? ''
    const expected = product.request(token)
    const authorized = Object.entries(expected.headers).every(([name, value]) => call.headers[name] === value)
    if (!authorized && product.strangers === 'inactive') json({ active: false })(call, response)
    else if (!authorized) json({ error: 'invalid_client', error_description: `CANARY of the server: ${token}` }, 401)(call, response)
    else if (call.method !== expected.method || call.url !== expected.url) json({ error: 'CANARY of the server' }, 404)(call, response)
    else {
      const kind = (Object.keys(tokens) as Kind[]).find((name) => tokens[name] === token)
      const { body, status } = kind === undefined ? { body: { active: false }, status: 200 } : product.says[kind](token, now)
      json(body, status)(call, response)
    }
  }
}

/** A secret of ours that must be nowhere but on the wire. */
export const secret = 'CANARY-secret-f2ddb55e-30b5-4a45'

/** Credentials as `curl -u` writes them. */
export function basic(id: string, password: string = secret): string {
  return `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`
}

/** What most say of a token that is no good. */
export function inactive(): Said {
  return { body: { active: false } }
}

/** The token in the query. */
export function tokenInQuery({ url }: IntrospectionCall): string | undefined {
  return new URL(url, 'http://x.example').searchParams.get('token') ?? undefined
}

/** The token in the form. */
export function tokenInForm({ form }: IntrospectionCall): string | undefined {
  return form.get('token') ?? undefined
}
