/**
 * Keeps tokens in this process: they end with it.
 *
 * @module
 */
import type { TokenRecord } from './token-record.ts'
import type { TokenStore, UsageFigure } from './token-store.ts'

/** A store in memory, which is what a development server has unless another is given. */
export function memoryTokenStore(): TokenStore {
  const records = new Map<string, TokenRecord>()
  const figures = new Map<string, UsageFigure>()
  return {
    add(record) {
      records.set(record.digest, record)
      return Promise.resolve()
    },
    find: (digest) => Promise.resolve(records.get(digest)),
    move(digest, from, to) {
      const record = records.get(digest)
      const moves = record !== undefined && from.includes(record.state)
      if (moves) records.set(digest, { ...record, state: to })
      return Promise.resolve(moves)
    },
    ofGrant: (grant) => Promise.resolve([...records.values()].filter((record) => record.grant === grant)),
    latest: (limit) => Promise.resolve([...records.values()].slice(-limit).reverse()),
    tally(minute, clientId, kind) {
      const key = JSON.stringify([minute, clientId, kind])
      figures.set(key, { minute, clientId, kind, count: (figures.get(key)?.count ?? 0) + 1 })
      return Promise.resolve()
    },
    usage: (sinceMinute) =>
      Promise.resolve([...figures.values()].filter(({ minute }) => (sinceMinute === 0 ? minute === 0 : minute >= sinceMinute))),
    forget(before) {
      for (const [digest, { expiresAt }] of records) if (expiresAt < before) records.delete(digest)
      for (const [key, { minute }] of figures) if (minute !== 0 && (minute + 1) * 60 <= before) figures.delete(key)
      return Promise.resolve()
    },
  }
}
