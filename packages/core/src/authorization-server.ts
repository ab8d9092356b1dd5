/**
 * One authorization server: what is known of its tokens, remembered or asked for now. Puts memory, client and claims schema together.
 *
 * @module
 */
import { runtime } from '#runtime'
import type { Admit } from './admission.ts'
import type { Wanted } from './authorization-server-metadata.ts'
import type { Answer, Reread } from './cache/answer.ts'
import type { Memory } from './cache/memory.ts'
import type { Recall } from './cache/recall.ts'
import { readClaims } from './claims-schema.ts'
import { createDiscovery, type Discovery } from './discovery.ts'
import { IntrospectionError } from './errors.ts'
import type { EventSink } from './events.ts'
import { createIntrospectionClient } from './introspection-client.ts'
import type { Issuer } from './introspection-endpoint.ts'
import { readIntrospection } from './introspection-response.ts'
import type { ListedServer } from './listed-authorization-servers.ts'
import { isShared, type ResolvedOptions } from './resolve-options.ts'
import { connectByFetch } from './runtime/fetch-connection.ts'

/** An authorization server that is asked. */
export interface AuthorizationServer
  extends Recall,
    Pick<ListedServer, 'name' | 'issuer' | 'tokenPrefix' | 'fallback' | 'needs' | 'rules'> {
  readonly calls: number
  readonly failedCalls: number
  /** Resolves when it is known where to ask and who signs; rejects with an `IntrospectionError` when that cannot be found, and when credentials cannot be made. */
  readonly ready: () => Promise<void>
  readonly close: () => Promise<void>
}

// So many answers, all of them "inactive", are more likely about us than about the tokens: the wrong client, tenant or issuer asks.
const suspiciousInactivity = 20

/** Makes the way to one authorization server. */
export function createAuthorizationServer(
  listed: ListedServer,
  settings: ResolvedOptions,
  memory: Memory,
  events: EventSink,
): AuthorizationServer {
  const { now } = settings
  const { name, issuer, tokenPrefix, fallback, needs, rules, clientAuthentication } = listed
  const replyRules = { ...listed.replyRules, share: memory.share }
  const parts = { ...settings, ...listed, replyRules }
  const connection =
    settings.transport === undefined
      ? runtime.connect({ ...listed.http(), connectTimeoutMs: listed.timeoutMs, certificate: clientAuthentication.certificate?.() })
      : connectByFetch(settings.transport)
  const endpoint = listed.endpoint instanceof URL ? listed.endpoint : findEndpoint(listed.endpoint)
  const client = createIntrospectionClient({ ...parts, authorizationServer: name, endpoint, connection, events })
  let inactiveOnly = 0
  let closing: Promise<void> | undefined

  function findEndpoint(named: Issuer): Discovery {
    const { method } = clientAuthentication
    const wanted: Wanted = { ...named, endpointName: 'introspection_endpoint', method, ownParameter: listed.requestRules.tokenParameter }
    return createDiscovery({ ...parts, wanted, connection, onFault: (error) => events.fault(error) })
  }

  async function ask(token: string, admit?: Admit): Promise<Answer> {
    const sentAt = now()
    try {
      const introspection = await client.introspect(token, admit)
      const { active, freshForMs } = introspection
      watchForInactivity(active)
      if (!introspection.active) return { active: false, sentAt, freshForMs }
      return { active: true, introspection, sentAt, freshForMs, ...(await readClaims(settings.claims, introspection.claims)) }
    } catch (error) {
      if (IntrospectionError.is(error)) events.fault(error)
      throw error
    }
  }

  async function reread(members: Record<string, unknown>, token: string): Promise<Reread> {
    const introspection = readIntrospection(members, token, replyRules)
    return introspection.active ? { introspection, ...(await readClaims(settings.claims, introspection.claims)) } : undefined
  }

  async function close(): Promise<void> {
    await client.close()
    await connection.close()
  }

  function watchForInactivity(active: boolean): void {
    inactiveOnly = active ? Infinity : inactiveOnly + 1
    if (inactiveOnly === suspiciousInactivity) events.warn('EVERYTHING_INACTIVE')
  }

  return {
    ...{ name, issuer, tokenPrefix, fallback, needs, rules },
    ...memory.of({ identity: client.identity, issuer, isShared: isShared(listed, settings), ask, reread }),
    get calls() {
      return client.calls
    },
    get failedCalls() {
      return client.failedCalls
    },
    ready: async () => {
      await clientAuthentication.ready?.()
      if (!(endpoint instanceof URL)) await endpoint.find()
      await client.ready()
    },
    close: () => (closing ??= close()),
  }
}
