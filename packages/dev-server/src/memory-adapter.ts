/**
 * Where oidc-provider keeps what it issued: a map for each of its models, in this process only.
 * Its own adapter forgets the oldest of a thousand entries, and says on each start that it must be changed.
 *
 * @module
 */
import type { Adapter, AdapterPayload } from 'oidc-provider'

interface Entry {
  readonly payload: AdapterPayload
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** A new, empty store for one of oidc-provider's models. */
export function memoryAdapter(): Adapter {
  const entries = new Map<string, Entry>()
  const find = (id: string): Promise<AdapterPayload | undefined> => Promise.resolve(entries.get(id)?.payload)
  // Sessions, user codes and grants belong to flows with a person in them: none is served.
  const nothing = (): Promise<undefined> => Promise.resolve(undefined)
  return {
    upsert(id, payload, expiresIn = Number.POSITIVE_INFINITY) {
      dropExpired(entries)
      entries.set(id, { payload, expiresAt: Date.now() + expiresIn * 1000 })
      return Promise.resolve()
    },
    find,
    destroy(id) {
      entries.delete(id)
      return Promise.resolve()
    },
    findByUserCode: nothing,
    findByUid: nothing,
    consume: nothing,
    revokeByGrantId: nothing,
  }
}

/** Every entry of a model lives equally long, so the oldest expire first. */
function dropExpired(entries: Map<string, Entry>): void {
  for (const [id, { expiresAt }] of entries) {
    if (expiresAt > Date.now()) return
    entries.delete(id)
  }
}
