/**
 * What is known about tokens: remembered, or asked for now. Puts memory, client and claims schema together for one authorization server.
 *
 * @module
 */
import { runtime } from '#runtime'
import type { Wanted } from './authorization-server-metadata.ts'
import { type Answer, createMemory, type Recollection } from './cache/remember.ts'
import { readClaims } from './claims-schema.ts'
import { createDiscovery, type Discovery } from './discovery.ts'
import { IntrospectionError } from './errors.ts'
import type { EventSink } from './events.ts'
import { createIntrospectionClient } from './introspection-client.ts'
import type { Issuer } from './introspection-endpoint.ts'
import type { ResourceServerStats } from './outcome.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import { connectByFetch } from './runtime/fetch-connection.ts'

/** The answers about tokens. */
export interface Answers {
  /** The answer about a token, at most `maxAgeMs` old; rejects with an `IntrospectionError` when it cannot be had. */
  readonly recall: (token: string, maxAgeMs: number) => Recollection | Promise<Recollection>
  readonly forget: (token: string) => Promise<void>
  readonly stats: () => Pick<ResourceServerStats, 'calls' | 'failedCalls' | 'callsInFlight' | 'entries' | 'inactiveEntries'>
  /** Resolves when it is known where to ask and who signs; rejects with an `IntrospectionError` when that cannot be found, and when credentials cannot be made. */
  readonly ready: () => Promise<void>
  readonly close: () => Promise<void>
}

// So many answers, all of them "inactive", are more likely about us than about the tokens: the wrong client, tenant or issuer asks.
const suspiciousInactivity = 20

/** Makes the answers of one resource server. */
export function createAnswers(settings: ResolvedOptions, events: EventSink): Answers {
  const { now } = settings
  const connection =
    settings.transport === undefined
      ? runtime.connect({
          ...settings.http(),
          connectTimeoutMs: settings.timeoutMs,
          certificate: settings.clientAuthentication.certificate?.(),
        })
      : connectByFetch(settings.transport)
  const endpoint = settings.endpoint instanceof URL ? settings.endpoint : findEndpoint(settings.endpoint)
  const client = createIntrospectionClient({ ...settings, endpoint, issuer: settings.rules.issuer, connection, events })
  const memory = createMemory({ rules: settings.memory, now, sha256: runtime.sha256 })
  const { recall, forget } = memory.of({ identity: client.identity, ask })
  let inactiveOnly = 0

  function findEndpoint(issuer: Issuer): Discovery {
    const method = settings.clientAuthentication.method
    const wanted: Wanted = { ...issuer, endpointName: 'introspection_endpoint', method, ownParameter: settings.requestRules.tokenParameter }
    return createDiscovery({ ...settings, wanted, connection, onFault: (error) => events.fault(error) })
  }

  async function ask(token: string): Promise<Answer> {
    const sentAt = now()
    try {
      const introspection = await client.introspect(token)
      watchForInactivity(introspection.active)
      if (!introspection.active) return { active: false, sentAt }
      return { active: true, introspection, sentAt, ...(await readClaims(settings.claims, introspection.claims)) }
    } catch (error) {
      if (IntrospectionError.is(error)) events.fault(error)
      throw error
    }
  }

  function watchForInactivity(active: boolean): void {
    inactiveOnly = active ? Infinity : inactiveOnly + 1
    if (inactiveOnly === suspiciousInactivity) events.warn('EVERYTHING_INACTIVE')
  }

  return {
    recall,
    forget,
    stats: () => ({ calls: client.calls, failedCalls: client.failedCalls, ...memory.size() }),
    ready: async () => {
      await settings.clientAuthentication.ready?.()
      if (!(endpoint instanceof URL)) await endpoint.find()
      await client.ready()
    },
    close: () => connection.close(),
  }
}
