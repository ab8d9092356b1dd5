/**
 * Makes an answer of what an introspection endpoint has replied, plain or signed (RFC 9701), and of for how long it may be kept.
 *
 * @module
 */
import { readFreshForMs } from './cache/freshness.ts'
import { type Discovery, discoveryFailed } from './discovery.ts'
import { toFault } from './endpoint-fault.ts'
import type { EventSink } from './events.ts'
import { readIntrospectionReply } from './introspection-reply.ts'
import { type IntrospectionResponse, type ReplyRules, readIntrospection } from './introspection-response.ts'
import type { Connection, Deadline, HttpFailure, HttpReply } from './runtime/runtime.ts'
import type { SignedReplies } from './signed-introspection.ts'
import type { SignedReplyRules } from './signed-introspection-options.ts'

/** What the authorization server knows of a token, and for how many milliseconds that may be kept, where it says so and that counts. */
export type Introspected = IntrospectionResponse & { readonly freshForMs?: number }

/** What answers rest on. */
export interface AnswerParts {
  readonly endpoint: URL | Discovery
  readonly issuer?: string | undefined
  readonly connection: Connection
  readonly timeoutMs: number
  readonly maxResponseBytes: number
  readonly replyRules: ReplyRules
  /** Whether a reply says for how long it may be kept. */
  readonly respectCacheControl?: boolean
  /** Replies must be signed. */
  readonly signed?: SignedReplyRules | undefined
  readonly events: EventSink
  readonly now: () => number
}

/** Makes answers. */
export interface IntrospectionAnswers {
  /** @throws {IntrospectionError} with any code but `OVERLOADED` and `CIRCUIT_OPEN`. */
  read(reply: HttpReply | HttpFailure, token: string, deadline: Deadline): Promise<Introspected>
  /** Resolves when keys are at hand, where replies are signed. @throws {IntrospectionError} when they cannot be had. */
  ready(deadline: Deadline): Promise<void>
}

/** Makes what reads the replies of one endpoint. */
export function createIntrospectionAnswers(parts: AnswerParts): IntrospectionAnswers {
  const { endpoint, replyRules, signed, now } = parts
  let signedReplies: SignedReplies | undefined

  async function readReply(reply: HttpReply, token: string, deadline: Deadline): Promise<IntrospectionResponse> {
    // An error is not signed: RFC 9701 §5 speaks of answers only.
    if (signed === undefined || reply.status !== 200) return readIntrospectionReply(reply, token, replyRules, now())
    const members = await (await loadSignedReplies(signed)).read(reply, deadline)
    return readIntrospection(members, token, replyRules)
  }

  /** Loaded on demand: whoever takes plain replies loads no code for signatures. */
  async function loadSignedReplies(rules: SignedReplyRules): Promise<SignedReplies> {
    const { createSignedReplies } = await import('./signed-introspection.ts')
    // Kept when it is there, and not as a promise: on Workers one request must not wait for what another has begun.
    signedReplies ??= createSignedReplies(rules, { ...parts, findKeys })
    return signedReplies
  }

  async function findKeys(): Promise<URL> {
    const jwksUri = endpoint instanceof URL ? undefined : (await endpoint.find()).jwksUri
    if (jwksUri === undefined) throw discoveryFailed('its "jwks_uri" is missing, or must not be gone to')
    return jwksUri
  }

  return {
    async read(reply, token, deadline) {
      if ('failure' in reply) throw toFault(reply, 'introspection', parts)
      const response = await readReply(reply, token, deadline)
      const freshForMs = parts.respectCacheControl === true ? readFreshForMs(reply) : undefined
      return freshForMs === undefined ? response : { ...response, freshForMs }
    },
    async ready(deadline) {
      if (signed !== undefined) await (await loadSignedReplies(signed)).ready(deadline)
    },
  }
}
