/**
 * Usage figures, as JSON and in Prometheus' text format.
 *
 * @module
 */
import type { TokenStore, UsageFigure, UsageKind } from '../token-store/token-store.ts'
import { type ControlRoutes, jsonReply } from './control.ts'
import type { Watch } from './watch.ts'

const metrics: readonly (readonly [UsageKind, string, string])[] = [
  ['issued', 'oauth_dev_tokens_issued_total', 'Access tokens issued.'],
  ['asked', 'oauth_dev_introspections_total', 'Introspection requests.'],
  ['inactive', 'oauth_dev_introspections_inactive_total', 'Introspection requests about a token that is not active.'],
  ['refused', 'oauth_dev_requests_refused_total', 'Token and introspection requests that were answered with an error.'],
  ['revoked', 'oauth_dev_tokens_revoked_total', 'Access tokens revoked.'],
]

/** `/usage?minutes=60` and `/metrics`. */
export function usageRoutes(store: TokenStore, watch: Watch, now: () => number): ControlRoutes {
  return {
    'GET /usage': async (_body, { url = '' }) => {
      await watch.settle()
      const minutes = Number(new URL(url, 'http://localhost').searchParams.get('minutes') ?? 60)
      if (!Number.isInteger(minutes) || minutes < 1 || minutes > 1440)
        throw new TypeError('"minutes" must be a whole number from 1 to 1440')
      const since = Math.max(1, Math.floor(now() / 60_000) - minutes + 1)
      return jsonReply({ totals: sumUp(await store.usage(0)), minutes: (await store.usage(since)).map(tellMinute) })
    },
    'GET /metrics': async () => {
      await watch.settle()
      return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: exposition(await store.usage(0), watch) }
    },
  }
}

function tellMinute({ minute, clientId, kind, count }: UsageFigure): unknown {
  return { minute: new Date(minute * 60_000).toISOString(), clientId, kind, count }
}

/** By client, every kind. */
function sumUp(figures: readonly UsageFigure[]): unknown {
  const kinds = metrics.map(([kind]) => kind)
  const clients = [...new Set(figures.map(({ clientId }) => clientId))].sort()
  const countOf = (client: string, kind: UsageKind): number =>
    figures.find((each) => each.clientId === client && each.kind === kind)?.count ?? 0
  return Object.fromEntries(clients.map((client) => [client, Object.fromEntries(kinds.map((kind) => [kind, countOf(client, kind)]))]))
}

/** Text exposition, version 0.0.4. The counters outlive a restart where the store does. */
function exposition(figures: readonly UsageFigure[], { durations }: Watch): string {
  const lines = metrics.flatMap(([kind, name, help]) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} counter`,
    ...figures.filter((each) => each.kind === kind).map(({ clientId, count }) => `${name}{client="${escapeLabel(clientId)}"} ${count}`),
  ])
  const name = 'oauth_dev_request_duration_seconds'
  const times = [...durations].flatMap(([endpoint, { count, sumMs }]) => [
    `${name}_sum{endpoint="${endpoint}"} ${(sumMs / 1000).toFixed(4)}`,
    `${name}_count{endpoint="${endpoint}"} ${count}`,
  ])
  return [...lines, `# HELP ${name} How long requests took, since the start.`, `# TYPE ${name} summary`, ...times, ''].join('\n')
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
