/**
 * One authorization server: what is known of its tokens, remembered or asked for now. Puts memory, client and claims schema together.
 *
 * @module
 */
import { runtime } from '#runtime'
import type { Admit } from './admission.ts'
import type { Wanted } from './authorization-server-metadata.ts'
import type { Answer, Memory, Recall } from './cache/remember.ts'
import { readClaims } from './claims-schema.ts'
import { createDiscovery, type Discovery } from './discovery.ts'
import { IntrospectionError } from './errors.ts'
import type { EventSink } from './events.ts'
import { createIntrospectionClient } from './introspection-client.ts'
import type { Issuer } from './introspection-endpoint.ts'
import type { ListedServer } from './listed-authorization-servers.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import type { Marks } from './revocation/marks.ts'
import { underMarks } from './revocation/under-marks.ts'
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
  { memory, marks }: { readonly memory: Memory; readonly marks: Marks },
  events: EventSink,
): AuthorizationServer {
  const { now } = settings
  const { name, issuer, tokenPrefix, fallback, needs, rules, clientAuthentication } = listed
  const parts = { ...settings, ...listed }
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
      watchForInactivity(introspection.active)
      if (!introspection.active) return { active: false, sentAt }
      return { active: true, introspection, sentAt, ...(await readClaims(settings.claims, introspection.claims)) }
    } catch (error) {
      if (IntrospectionError.is(error)) events.fault(error)
      throw error
    }
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
    ...underMarks(memory.of({ identity: client.identity, ask }), marks, issuer),
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
