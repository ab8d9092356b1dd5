/**
 * What an operator can watch. A listener that throws disturbs no request; faults and warnings that repeat are counted, not poured out.
 *
 * @module
 */
import type { RefusalReason } from './challenge.ts'
import type { CircuitState } from './circuit-breaker.ts'
import type { IntrospectionError, IntrospectionErrorCode } from './errors.ts'
import type { ResourceRequest } from './resource-request.ts'

/** Conditions that work, but that an operator should know of. */
export type WarningCode =
  | 'AUDIENCE_UNCHECKED'
  | 'EVERYTHING_INACTIVE'
  | 'REVOCATION_BUS_LOST'
  | 'REVOCATION_MARKS_COLLAPSED'
  | 'STORE_UNUSED'
  | 'TLS_CERTIFICATE_NOT_SHOWN'
  | 'TOKEN_IN_URL'
  | 'UNENCODED_CREDENTIALS'
  // Of imported configurations, where they do not mean here what they meant there: docs/authorization-servers.md.
  | 'ACTIVE_DEMANDED'
  | 'ENDPOINT_INSECURE'
  | 'HEADER_KEPT'
  | 'OPTIONS_REVIVED'
  | 'OPTIONS_UNUSED'
  | 'SCHEME_UNUSUAL'
  | 'SCOPES_NOT_CHECKED'
  | 'TLS_VERIFIED'
  | 'TOKEN_ENCODED'

/** Where the answer about a token came from. */
export type AnswerSource = 'memory' | 'store' | 'asked' | 'joined' | 'stale'

/** What happened, without the time. */
export type Happening =
  | { readonly type: 'granted'; readonly source: AnswerSource; readonly ageMs: number }
  | { readonly type: 'refused'; readonly reason: RefusalReason; readonly status: number; readonly paths?: readonly string[] }
  | {
      readonly type: 'introspected'
      readonly authorizationServer: string
      /** HTTP status of the reply; 0 where there was none. */
      readonly status: number
      readonly durationMs: number
      readonly attempt: number
    }
  | { readonly type: 'breaker'; readonly state: CircuitState; readonly authorizationServer: string }
  | {
      readonly type: 'fault'
      readonly code: IntrospectionErrorCode
      readonly error: IntrospectionError
      /** How often this code came since it was last told, this time included. */
      readonly count: number
    }
  | {
      /** The shared store did not do what it should, and that is a miss; or it does so again. */
      readonly type: 'store'
      readonly operation: StoreOperation
      readonly failed: boolean
      readonly count: number
    }
  /** Tokens were revoked: by these members of a mark; their values are left out. */
  | { readonly type: 'revoked'; readonly names: readonly string[] }
  | { readonly type: 'warning'; readonly code: WarningCode; readonly count: number }

/** What is done to a shared store. */
export type StoreOperation = 'get' | 'set' | 'delete'

/** An event of a resource server: `at` in milliseconds since epoch; `request`, where there is one, is not enumerable. */
export type IntrospectEvent = Happening & { readonly at: number; readonly request?: ResourceRequest }

/** Takes what happened; `request` rides along unseen by loggers that print an event whole. */
export interface EventSink {
  /** False when nobody listens, so that the hot path need not describe what nobody reads. */
  readonly listening: boolean
  /** `at`: the time, where it is at hand. */
  emit(happening: Exclude<Happening, { readonly type: 'fault' | 'store' | 'warning' }>, request?: ResourceRequest, at?: number): void
  fault(error: IntrospectionError): void
  store(operation: StoreOperation, failed: boolean): void
  warn(code: WarningCode): void
  /** How often the listener has thrown. */
  readonly listenerFailures: number
}

/** An event that a request rides along with: a class, because to define the property on each of them costs four times as much. */
class RequestEvent {
  declare readonly at: number
  readonly #request: ResourceRequest

  constructor(happening: Happening, at: number, request: ResourceRequest) {
    Object.assign(this, happening)
    this.at = at
    this.#request = request
  }

  get request(): ResourceRequest {
    return this.#request
  }
}

const quietMs = 60_000

/** Makes the sink that hands events to a listener. */
export function createEventSink(listener: ((event: IntrospectEvent) => void) | undefined, now: () => number): EventSink {
  let listenerFailures = 0
  const told = new Map<string, { at: number; unsaid: number }>()

  function countFailure(): void {
    listenerFailures++
  }

  function tell(happening: Happening, request?: ResourceRequest, time?: number): void {
    if (listener === undefined) return
    const at = time ?? now()
    const event = request === undefined ? { ...happening, at } : (new RequestEvent(happening, at, request) as RequestEvent & Happening)
    try {
      // A listener may be asynchronous in spite of its type; a rejection that nobody takes would end a Node process.
      const result: unknown = listener(event)
      if (result instanceof Promise) result.catch(countFailure)
    } catch {
      countFailure()
    }
  }

  /** The number of times a code has to be told of now: 0 while it has been told less than a minute ago. */
  function due(code: string): number {
    const at = now()
    const last = told.get(code)
    if (last !== undefined && at >= last.at && at - last.at < quietMs) {
      last.unsaid++
      return 0
    }
    told.set(code, { at, unsaid: 0 })
    return (last?.unsaid ?? 0) + 1
  }

  return {
    listening: listener !== undefined,
    emit: tell,
    fault(error) {
      const count = due(error.code)
      if (count > 0) tell({ type: 'fault', code: error.code, error, count })
    },
    store(operation, failed) {
      const count = due(`${operation} ${failed}`)
      if (count > 0) tell({ type: 'store', operation, failed, count })
    },
    warn(code) {
      const count = due(code)
      if (count > 0) tell({ type: 'warning', code, count })
    },
    get listenerFailures() {
      return listenerFailures
    },
  }
}
