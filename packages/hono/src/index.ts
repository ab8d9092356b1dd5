/**
 * The Hono adapter, for Node, Workers, Deno and Bun: moves requests in and outcomes out, and decides nothing.
 *
 * @module
 */
import {
  type AuthInfo,
  type Claims,
  type DefaultSchema,
  type Header,
  type Options,
  type Outcome,
  type Refused,
  type Requirements,
  type ResourceServer,
  webRequest,
} from '@oauth-introspect/core'
import * as adapter from '@oauth-introspect/core/adapter'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { HTTPException } from 'hono/http-exception'

export type { SecurityEventPaths } from '@oauth-introspect/core/adapter'

/** How `introspect()` answers. */
export type AdapterOptions = Omit<adapter.AdapterOptions, 'property'>

/** The variables behind `introspect()`; with `optional: true` the `auth` may be `undefined`. */
export type AuthVariables<C = Claims, Optional extends boolean = false> = {
  auth: AuthInfo<C> | (Optional extends true ? undefined : never)
}

type Guard<C, A extends boolean> = MiddlewareHandler<{ Variables: AuthVariables<C, A> }>
type Given = adapter.GivenOptions | ResourceServer<unknown>

/**
 * Guards what comes after it: sets `c.var.auth` when the request's token is enough, else answers (RFC 6750 §3).
 * A function of the context gives the options on the first request, where bindings are at hand; they are kept, a failure is not.
 *
 * @throws {TypeError} naming every wrong option.
 */
export function introspect<C, A extends boolean>(
  server: ResourceServer<C, A>,
  requirements?: Requirements,
  adapterOptions?: AdapterOptions,
): Guard<C, A>
export function introspect<S extends StandardSchemaV1 = DefaultSchema, A extends boolean = false>(
  options: Options<S, A, Context>,
  adapterOptions?: AdapterOptions,
): Guard<StandardSchemaV1.InferOutput<S>, A>
export function introspect<S extends StandardSchemaV1 = DefaultSchema, A extends boolean = false>(
  configure: (c: Context) => Options<S, A, Context> | Promise<Options<S, A, Context>>,
  adapterOptions?: AdapterOptions,
): Guard<StandardSchemaV1.InferOutput<S>, A>
export function introspect<C, A extends boolean>(choose: (c: Context) => ResourceServer<C, A>, adapterOptions?: AdapterOptions): Guard<C, A>
export function introspect(
  first: Given | ((c: Context) => Given | Promise<Given>),
  second?: Requirements | AdapterOptions,
  third?: AdapterOptions,
): MiddlewareHandler {
  const find =
    typeof first === 'function'
      ? configureOnce(first, second as AdapterOptions | undefined)
      : always(adapter.readGuarding(first, second, third, adapterOptionNames))
  return function introspect(c, next) {
    const guarding = find(c)
    // At once where nothing has to be waited for, as with a remembered answer.
    if (!('then' in guarding) && !hasReadBody(c)) return judge(guarding, undefined, c, next)
    return Promise.all([guarding, readParsed(c)]).then(([found, body]) => judge(found, body, c, next))
  }
}

/** Lets pass only tokens with all these scopes; stands behind `introspect()` and makes no call. */
export function requireScopes(...scopes: [string, ...string[]]): MiddlewareHandler {
  const requirements = adapter.readRequiredScopes(scopes)
  return function requireScopes(c, next) {
    return guard(requirements, c, next)
  }
}

/** Lets pass only requests with a token, one that meets the requirements; stands behind `introspect()`. */
export function requireToken(requirements?: Requirements): MiddlewareHandler {
  const needed = adapter.readGuardRequirements(requirements)
  return function requireToken(c, next) {
    return guard(needed, c, next)
  }
}

/**
 * Receives that tokens have ended, for the option `revocation`: Security Event Tokens (RFC 8935), OpenID Connect back-channel logout, signed
 * webhooks. Stands at the root of the application, before parsers of content, and answers its own paths only.
 *
 * @throws {TypeError} naming every wrong option.
 */
export function securityEvents(server: ResourceServer<unknown>, paths?: adapter.SecurityEventPaths): MiddlewareHandler {
  const receive = adapter.createSignalReceiver(server, paths)
  return async function securityEvents(c, next) {
    const answer = receive(webRequest(c.req.raw, { native: c, body: await readParsed(c) }))
    if (answer === undefined) return next()
    const { status, headers, content } = await answer
    for (const [name, value] of headers) c.header(name, value)
    return content === '' ? c.body(null, status) : c.body(content, status)
  }
}

/** The `auth` of a request; throws when there is none, or when another resource server than the one given granted it. */
export const getAuth: adapter.GetAuth<Context> = adapter.getAuth

/** The `auth` of a request; `undefined` when it is anonymous; throws when another resource server than the one given judged it. */
export const findAuth: adapter.FindAuth<Context> = adapter.findAuth

/** A refusal handed to `app.onError`, with `onRefusal: 'throw'`: an `HTTPException` whose response is the answer. */
export class RefusalError extends HTTPException implements adapter.RefusalFields {
  override readonly name = 'RefusalError'
  declare readonly status: adapter.RefusalFields['status']
  declare readonly statusCode: adapter.RefusalFields['statusCode']
  declare readonly expose: true
  declare readonly headers: adapter.RefusalFields['headers']
  declare readonly reason: adapter.RefusalFields['reason']
  declare readonly outcome: Refused

  constructor(refused: Refused, response: Response = adapter.refusalResponse(refused)) {
    super(refused.status, { message: adapter.refusalMessage(refused), res: response, cause: refused.cause })
    Object.assign(this, adapter.refusalFields(refused))
  }

  /** Tells whether a value is a `RefusalError`, also one of another copy of this package. */
  static is(value: unknown): value is RefusalError {
    return adapter.isRefusalError(value)
  }
}

/** Node's response, where `@hono/node-server` serves: only that tells when everything has been sent. */
function responseOf({ env }: Context): adapter.NodeClosable | undefined {
  const outgoing = (env as { readonly outgoing?: adapter.NodeClosable } | undefined)?.outgoing
  return typeof outgoing?.once === 'function' ? outgoing : undefined
}

function always(guarding: adapter.Guarding): () => adapter.Guarding {
  return () => guarding
}

// Types keep `auth` at one place.
const adapterOptionNames = ['onRefusal'] as const

/** Not keyed by `c.env`: that is a new object per request on Node, and missing in `app.request()`. */
function configureOnce(
  configure: (c: Context) => Given | Promise<Given>,
  adapterOptions: AdapterOptions | undefined,
): (c: Context) => Promise<adapter.Guarding> {
  adapter.readAdapterOptions(adapterOptions, adapterOptionNames)
  let kept: adapter.Guarding | undefined
  return async (c) => {
    if (kept !== undefined) return kept
    const given = await configure(c)
    if (adapter.isResourceServer(given)) return adapter.readGuarding(given, undefined, adapterOptions)
    kept ??= adapter.readGuarding(given, adapterOptions, undefined)
    return kept
  }
}

function hasReadBody({ req }: Context): boolean {
  for (const _part in req.bodyCache) return true
  return false
}

/** What earlier middleware has read by `c.req`: the raw request is used up then. */
async function readParsed({ req }: Context): Promise<unknown> {
  // Promises, whatever their types say.
  const { text, formData, arrayBuffer } = req.bodyCache as Readonly<Record<string, unknown>>
  try {
    const read: unknown = await (text ?? formData ?? arrayBuffer)
    return read instanceof ArrayBuffer ? new Uint8Array(read) : read
  } catch {
    return undefined // it could not be read: there is no token in it
  }
}

type Answer = ReturnType<MiddlewareHandler>

function guard(requirements: Requirements, c: Context, next: Next): Answer {
  const guarding = adapter.findGuarding(c)
  return settle(adapter.checkRequest(guarding, c, requirements), guarding, c, next)
}

function judge(guarding: adapter.Guarding, body: unknown, c: Context, next: Next): Answer {
  const request = webRequest(c.req.raw, { native: c, body, response: responseOf(c) })
  return settle(adapter.authorizeRequest(guarding, c, request), guarding, c, next)
}

/** Acts unless nobody is there any more to hear of it. The signal is looked at before, or Node's server makes none. */
function settle(outcome: Outcome<unknown> | Promise<Outcome<unknown>>, guarding: adapter.Guarding, c: Context, next: Next): Answer {
  if (!('then' in outcome)) return act(outcome, guarding, c, next)
  const { signal } = c.req.raw
  return outcome.then((settled) => (signal.aborted ? leave(c) : act(settled, guarding, c, next)))
}

function leave(c: Context): Response | undefined {
  return c.finalized ? undefined : new Response(null, { status: 499 })
}

function act(outcome: Outcome<unknown>, { throws }: adapter.Guarding, c: Context, next: Next): Answer {
  if (c.finalized) return Promise.resolve()
  const { headers } = outcome
  for (const [name, value] of headers) c.header(name, value, { append: adapter.isAppended(name) })
  if (outcome.outcome !== 'refused') {
    c.set('auth', outcome.outcome === 'granted' ? outcome.auth : undefined)
    return headers.length === 0 ? next() : next().then(() => setAgain(headers, c))
  }
  c.header('Content-Type', 'application/json')
  const response = c.body(JSON.stringify(outcome.body), outcome.status)
  return throws ? Promise.reject(new RefusalError(outcome, response)) : Promise.resolve(response)
}

/** A handler that returns a Response of its own has left out what was set before. */
function setAgain(headers: readonly Header[], c: Context): void {
  for (const [name, value] of headers) if (!c.res.headers.has(name)) c.header(name, value)
}
