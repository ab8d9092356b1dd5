/**
 * The Express adapter, 4.18+ and 5: moves requests in and outcomes out, and decides nothing.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import { type DefaultSchema, nodeRequest, type Options, type Outcome, type Requirements, type ResourceServer } from '@oauth-introspect/core'
import * as adapter from '@oauth-introspect/core/adapter'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Request, RequestHandler, Response } from 'express'

export { type AdapterOptions, RefusalError, type SecurityEventPaths } from '@oauth-introspect/core/adapter'

/**
 * Guards what comes after it: attaches `req.auth` (or `property`) when the request's token is enough, else answers (RFC 6750 §3).
 *
 * @throws {TypeError} naming every wrong option.
 */
export function introspect(
  server: ResourceServer<unknown>,
  requirements?: Requirements,
  adapterOptions?: adapter.AdapterOptions,
): RequestHandler
export function introspect<S extends StandardSchemaV1 = DefaultSchema>(
  options: Options<S, boolean, Request>,
  adapterOptions?: adapter.AdapterOptions,
): RequestHandler
export function introspect(
  first: adapter.GivenOptions | ResourceServer<unknown>,
  second?: Requirements | adapter.AdapterOptions,
  third?: adapter.AdapterOptions,
): RequestHandler {
  const guarding = adapter.readGuarding(first, second, third)
  return function introspect(req, res, next) {
    settle(guarding, req, res, next, () =>
      adapter.authorizeRequest(guarding, req, nodeRequest(req, { body: req.body as unknown, url: req.originalUrl, response: res })),
    )
  }
}

/** Lets pass only tokens with all these scopes; stands behind `introspect()` and makes no call. */
export function requireScopes(...scopes: [string, ...string[]]): RequestHandler {
  const requirements = adapter.readRequiredScopes(scopes)
  return function requireScopes(req, res, next) {
    guard(requirements, req, res, next)
  }
}

/** Lets pass only requests with a token, one that meets the requirements; stands behind `introspect()`. */
export function requireToken(requirements?: Requirements): RequestHandler {
  const needed = adapter.readGuardRequirements(requirements)
  return function requireToken(req, res, next) {
    guard(needed, req, res, next)
  }
}

/**
 * Receives that tokens have ended, for the option `revocation`: Security Event Tokens (RFC 8935), OpenID Connect back-channel logout, signed
 * webhooks. Stands at the root of the application, before parsers of content, and answers its own paths only.
 *
 * @throws {TypeError} naming every wrong option.
 */
export function securityEvents(server: ResourceServer<unknown>, paths?: adapter.SecurityEventPaths): RequestHandler {
  const receive = adapter.createSignalReceiver(server, paths)
  return function securityEvents(req, res, next) {
    const answer = receive(nodeRequest(req, { body: req.body as unknown, url: req.originalUrl }))
    if (answer === undefined) next()
    else
      answer.then(({ status, headers, content }) => {
        if (res.headersSent) return
        res.statusCode = status
        adapter.writeHeaders(headers, res)
        res.end(content)
      }, next)
  }
}

/** The `auth` of a request; throws when there is none, or when another resource server than the one given granted it. */
export const getAuth: adapter.GetAuth<IncomingMessage> = adapter.getAuth

/** The `auth` of a request; `undefined` when it is anonymous; throws when another resource server than the one given judged it. */
export const findAuth: adapter.FindAuth<IncomingMessage> = adapter.findAuth

type Req = Parameters<RequestHandler>[0]
type Next = Parameters<RequestHandler>[2]

function guard(requirements: Requirements, req: Req, res: Response, next: Next): void {
  let guarding: adapter.Guarding
  try {
    guarding = adapter.findGuarding(req)
  } catch (error) {
    next(error)
    return
  }
  settle(guarding, req, res, next, () => adapter.checkRequest(guarding, req, requirements))
}

/** Express 4 does not look after promises: whatever fails goes to `next`. */
function settle(
  guarding: adapter.Guarding,
  req: Req,
  res: Response,
  next: Next,
  judge: () => Outcome<unknown> | Promise<Outcome<unknown>>,
): void {
  let outcome: Outcome<unknown> | Promise<Outcome<unknown>>
  try {
    outcome = judge()
  } catch (error) {
    next(error)
    return
  }
  if ('then' in outcome) {
    outcome.then((settled) => {
      act(settled, guarding, req, res, next)
    }, next)
  } else act(outcome, guarding, req, res, next)
}

function act(outcome: Outcome<unknown>, { property, throws }: adapter.Guarding, req: Req, res: Response, next: Next): void {
  // Answered by somebody else meanwhile, or nobody is there any more.
  if (res.headersSent || res.destroyed) return
  if (outcome.outcome !== 'refused') {
    adapter.writeHeaders(outcome.headers, res)
    const attached = req as unknown as Record<string, unknown>
    attached[property] = outcome.outcome === 'granted' ? outcome.auth : undefined
    next()
  } else if (throws) {
    adapter.writeHeaders(outcome.headers, res)
    next(new adapter.RefusalError(outcome))
  } else adapter.writeRefusal(outcome, res)
}
