/**
 * The Koa adapter, 2.13+ and 3: moves requests in and outcomes out, and decides nothing.
 *
 * @module
 */
import {
  type AuthInfo,
  type Claims,
  type DefaultSchema,
  nodeRequest,
  type Options,
  type Outcome,
  type Requirements,
  type ResourceServer,
} from '@oauth-introspect/core'
import * as adapter from '@oauth-introspect/core/adapter'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type Koa from 'koa'

export { type AdapterOptions, RefusalError, type SecurityEventPaths } from '@oauth-introspect/core/adapter'

/** The state behind `introspect()`; with `optional: true` the `auth` may be missing. */
export interface AuthState<C = Claims, Optional extends boolean = false> {
  auth: AuthInfo<C> | (Optional extends true ? undefined : never)
}

/**
 * Guards what comes after it: attaches `ctx.state.auth` (or `property`) when the request's token is enough, else answers (RFC 6750 §3).
 *
 * @throws {TypeError} naming every wrong option.
 */
export function introspect<C, A extends boolean>(
  server: ResourceServer<C, A>,
  requirements?: Requirements,
  adapterOptions?: adapter.AdapterOptions,
): Koa.Middleware<AuthState<C, A>>
export function introspect<S extends StandardSchemaV1 = DefaultSchema, A extends boolean = false>(
  options: Options<S, A, Koa.Context>,
  adapterOptions?: adapter.AdapterOptions,
): Koa.Middleware<AuthState<StandardSchemaV1.InferOutput<S>, A>>
export function introspect(
  first: adapter.GivenOptions | ResourceServer<unknown>,
  second?: Requirements | adapter.AdapterOptions,
  third?: adapter.AdapterOptions,
): Koa.Middleware {
  const guarding = adapter.readGuarding(first, second, third)
  return function introspect(ctx, next) {
    const { body } = ctx.request as { readonly body?: unknown }
    const request = nodeRequest(ctx.req, { body, url: ctx.originalUrl, native: ctx, response: ctx.res })
    return settle(adapter.authorizeRequest(guarding, ctx, request), guarding, ctx, next)
  }
}

/** Lets pass only tokens with all these scopes; stands behind `introspect()` and makes no call. */
export function requireScopes(...scopes: [string, ...string[]]): Koa.Middleware {
  const requirements = adapter.readRequiredScopes(scopes)
  return function requireScopes(ctx, next) {
    return guard(requirements, ctx, next)
  }
}

/** Lets pass only requests with a token, one that meets the requirements; stands behind `introspect()`. */
export function requireToken(requirements?: Requirements): Koa.Middleware {
  const needed = adapter.readGuardRequirements(requirements)
  return function requireToken(ctx, next) {
    return guard(needed, ctx, next)
  }
}

/**
 * Receives that tokens have ended, for the option `revocation`: Security Event Tokens (RFC 8935), OpenID Connect back-channel logout, signed
 * webhooks. Stands at the root of the application, before parsers of content, and answers its own paths only.
 *
 * @throws {TypeError} naming every wrong option.
 */
export function securityEvents(server: ResourceServer<unknown>, paths?: adapter.SecurityEventPaths): Koa.Middleware {
  const receive = adapter.createSignalReceiver(server, paths)
  return async function securityEvents(ctx, next) {
    const { body } = ctx.request as { readonly body?: unknown }
    const answer = receive(nodeRequest(ctx.req, { body, url: ctx.originalUrl, native: ctx }))
    if (answer === undefined) return next() as Promise<unknown>
    const { status, headers, content } = await answer
    ctx.body = content === '' ? null : content
    ctx.status = status
    for (const [name, value] of headers) ctx.set(name, value)
    return undefined
  }
}

/** The `auth` of a request; throws when there is none, or when another resource server than the one given granted it. */
export const getAuth: adapter.GetAuth<object> = adapter.getAuth

/** The `auth` of a request; `undefined` when it is anonymous; throws when another resource server than the one given judged it. */
export const findAuth: adapter.FindAuth<object> = adapter.findAuth

type Ctx = Parameters<Koa.Middleware>[0]

function guard(requirements: Requirements, ctx: Ctx, next: Koa.Next): Promise<unknown> | undefined {
  const guarding = adapter.findGuarding(ctx)
  return settle(adapter.checkRequest(guarding, ctx, requirements), guarding, ctx, next)
}

/** At once where nothing has to be waited for, as with a remembered answer. */
function settle(
  outcome: Outcome<unknown> | Promise<Outcome<unknown>>,
  guarding: adapter.Guarding,
  ctx: Ctx,
  next: Koa.Next,
): Promise<unknown> | undefined {
  if (!('then' in outcome)) return act(outcome, guarding, ctx, next)
  return outcome.then((settled) => act(settled, guarding, ctx, next))
}

function act(outcome: Outcome<unknown>, { property, throws }: adapter.Guarding, ctx: Ctx, next: Koa.Next): Promise<unknown> | undefined {
  // Answered by somebody else meanwhile, or nobody is there any more.
  if (ctx.headerSent || ctx.res.destroyed) return undefined
  for (const [name, value] of outcome.headers) {
    if (adapter.isAppended(name)) ctx.append(name, value)
    else ctx.set(name, value)
  }
  if (outcome.outcome !== 'refused') {
    const state: Record<string, unknown> = ctx.state
    state[property] = outcome.outcome === 'granted' ? outcome.auth : undefined
    return next()
  }
  if (throws) throw new adapter.RefusalError(outcome)
  ctx.status = outcome.status
  // Not by ctx.type, which would add a charset that JSON does not have (RFC 8259 §11).
  ctx.set('Content-Type', 'application/json')
  ctx.body = JSON.stringify(outcome.body)
  return undefined
}
