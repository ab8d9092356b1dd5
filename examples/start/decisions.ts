// Tells what a resource server decides, one line for each request.
import type { IntrospectEvent } from '@oauth-introspect/core'

/** The line about an event, such as `koa      granted GET /  (from memory, 12 ms old)`; `undefined` for what is not told. */
export function describe(name: string, event: IntrospectEvent): string | undefined {
  const decision = describeDecision(event)
  return decision === undefined ? undefined : `${name.padEnd(8)} ${decision}`
}

function describeDecision(event: IntrospectEvent): string | undefined {
  // Without the query, where someone may have put a token.
  const request = event.request === undefined ? '' : `${event.request.method} ${event.request.url.replace(/\?.*/s, '')}`
  switch (event.type) {
    case 'granted':
      return `granted ${request}  (${event.source === 'memory' ? `from memory, ${event.ageMs} ms old` : 'the authorization server was asked'})`
    case 'refused':
      return `refused ${request}  (${event.status}, ${event.reason})`
    case 'fault':
      return `fault   ${event.code}: ${event.error.message}`
    case 'warning':
      return `warning ${event.code}`
    default:
      return undefined
  }
}
