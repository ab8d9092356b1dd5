/**
 * The answers of all authorization servers: exactly one is asked about a token, and none about a token that is nobody's.
 *
 * @module
 */
import { runtime } from '#runtime'
import { type AuthorizationServer, createAuthorizationServer } from './authorization-server.ts'
import { selectByName, selectByToken } from './authorization-server-selection.ts'
import { createMemory, type MemoryStats } from './cache/memory.ts'
import { SharedAnswers } from './cache/shared-answers.ts'
import type { EventSink } from './events.ts'
import type { ResourceServerStats } from './outcome.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import type { ResourceRequest } from './resource-request.ts'
import type { Marks } from './revocation/marks.ts'

/** The answers about tokens. */
export interface Answers {
  /**
   * The authorization server that is asked about a token; `undefined` when none is. Throws what the application's function throws, and a
   * `TypeError` when that chooses one which is not listed.
   */
  readonly serverOf: (token: string, request: ResourceRequest) => AuthorizationServer | undefined
  readonly forget: (token: string) => Promise<void>
  readonly stats: () => MemoryStats & Pick<ResourceServerStats, 'calls' | 'failedCalls'>
  /** Resolves when all of them are ready; rejects when one is not. */
  readonly ready: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Makes the answers of one resource server. */
export function createAnswers(settings: ResolvedOptions, events: EventSink, marks: Marks): Answers {
  const { now, elapsed, memory: rules, shared } = settings
  const joins = runtime.joinsRequests
  const tell: EventSink['store'] = (operation, failed) => {
    events.store(operation, failed)
  }
  const memory = createMemory({
    marks,
    ...{ rules, now, elapsed, joins, sha256: runtime.sha256, sha256Binary: runtime.sha256Binary },
    shared: shared === undefined ? undefined : new SharedAnswers({ ...shared, now, joins, tell }),
  })
  const servers = settings.authorizationServers.map((listed) => createAuthorizationServer(listed, settings, memory, events))
  const select = settings.selectAuthorizationServer
  const [only] = settings.listed ? [] : servers
  const sum = (figure: 'calls' | 'failedCalls'): number => servers.reduce((total, server) => total + server[figure], 0)
  const all = async (act: (server: AuthorizationServer) => Promise<void>): Promise<void> => {
    await Promise.all(servers.map(act))
  }

  return {
    serverOf: (token, request) =>
      only ?? (select === undefined ? selectByToken(servers, token) : selectByName(servers, select, request, token)),
    forget: (token) => all((server) => server.forget(token)),
    stats: () => ({ calls: sum('calls'), failedCalls: sum('failedCalls'), ...memory.stats() }),
    ready: () => all((server) => server.ready()),
    close: () => all((server) => server.close()),
  }
}
