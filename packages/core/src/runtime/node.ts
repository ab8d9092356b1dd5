/**
 * The runtime of Node: undici's dispatchers and `node:crypto`.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Dispatcher } from 'undici'
import { makeDispatcher } from './node-dispatcher.ts'
import { ReplyHandler } from './node-reply.ts'
import { readTrustStore } from './node-trust-store.ts'
import type { ExchangeLimits, HttpFailure, HttpReply, HttpRequest, Runtime } from './runtime.ts'

/** Node. */
export const runtime: Runtime = {
  sha256: (text) => hash('sha256', text, 'base64url'),
  sha256Binary: (text) => hash('sha256', text, 'binary'),
  joinsRequests: true,
  configurable: true,
  readFile(path) {
    try {
      return readFileSync(path)
    } catch {
      return undefined
    }
  },
  readTrustStore,
  connect(settings) {
    const dispatcher = makeDispatcher(settings)
    return {
      exchange: (request, limits) => exchange(dispatcher, request, limits),
      close: () => dispatcher.destroy(),
    }
  },
}

function exchange(
  dispatcher: Dispatcher,
  { method, url, headers, body }: HttpRequest,
  limits: ExchangeLimits,
): Promise<HttpReply | HttpFailure> {
  return new Promise((resolve) => {
    const handler = new ReplyHandler(limits.maxBytes, resolve)
    limits.deadline.whenExpired(() => {
      handler.fail('ENDPOINT_TIMEOUT')
    })
    try {
      // Introspection is read-only (RFC 9110 §9.2.2), but `idempotent` would let undici pipeline it behind a slow one: left out.
      dispatcher.dispatch({ origin: url.origin, method, path: url.pathname + url.search, headers, body: body ?? null }, handler)
    } catch (error) {
      handler.onResponseError(undefined, error)
    }
  })
}
