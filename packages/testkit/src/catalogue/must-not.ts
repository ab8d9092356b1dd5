/**
 * The facts that fail a row: its `must_not`, and bounds on what it may log and keep.
 *
 * @module
 */
import { printed } from './canaries.ts'
import { challengesOf } from './challenge-expectations.ts'
import { lastOf } from './expectations.ts'
import type { Observed } from './observed.ts'
import { linesOf } from './wire.ts'

/** Judged in every row (`invariants.ts`), by asking again (`afterwards.ts`), by the exchange, or by the test runner. */
const elsewhere: readonly string[] = [
  ...['token_in_log', 'token_in_response', 'token_in_claims', 'token_in_inspect', 'token_in_error_object', 'token_in_upstream_url'],
  ...['secret_in_log', 'secret_in_response', 'secret_in_inspect', 'secret_in_error_object', 'secret_in_upstream_url'],
  ...['request_to_other_host', 'token_in_foreign_request', 'redirect_followed', 'request_to_other_path', 'upstream_text_in_response'],
  ...['duplicate_param_in_challenge', 'non_ascii_in_header', 'prototype_polluted', 'hang', 'claims_exposed', 'positive_entries_evicted'],
  ...['cached_at_all', 'cached_as_active', 'cached_as_inactive', 'hold_longer_than', 'retry_storm'],
  ...['process_crash', 'unhandled_rejection'],
]

type Fact = (observed: Observed, argument: string) => boolean

const hasErrors = ({ happened }: Observed): boolean =>
  challengesOf(lastOf(happened)).some(({ parameters }) => parameters.some(([name]) => name === 'error'))

const facts: Readonly<Record<string, Fact>> = {
  handler_called: ({ happened }) => happened.handled.length > 0,
  www_authenticate_error: hasErrors,
  upstream_call: ({ happened }) => happened.calls.length > 0,
  upstream_header: ({ happened }, name) => happened.calls.some(({ headers }) => name in headers),
  http_request_sent: ({ calls, strays }) => calls.length + strays.length > 0,
  header_split: ({ happened }) => linesOf(lastOf(happened), 'set-cookie').length > 0,
  log_line_injected: ({ output }) => output.some((text) => /^(?:2026-01-01 INFO|Set-Cookie)/m.test(text)),
  pii_in_log: ({ output, events }) => [...output, ...events.map(printed)].some((text) => /jdoe|j@example/.test(text)),
  html_reflection: ({ happened }) => lastOf(happened).text.includes('<script>'),
  header: ({ happened }, argument) => {
    const [name = '', value] = argument.split('=')
    return linesOf(lastOf(happened), name).some((line) => value === undefined || line === value)
  },
  status: ({ happened }, status) => lastOf(happened).status === Number(status),
  negative_delay: ({ happened }) => linesOf(lastOf(happened), 'retry-after').some((value) => !(Number(value) >= 1 && Number(value) <= 120)),
  granted_scopes_in_response: ({ happened, protection }) => {
    const { scope } = (happened.row.as.body ?? {}) as { readonly scope?: unknown }
    const required = [protection.options['requiredScopes']].flat().map(String)
    const granted = typeof scope === 'string' ? scope.split(' ') : []
    return granted.some((one) => one !== '' && !required.includes(one) && new RegExp(`\\b${one}\\b`).test(lastOf(happened).text))
  },
  event_loop_blocked: ({ blockedMs }) => blockedMs > 50,
  memory_over: ({ grownBytes }, size) => grownBytes > Number.parseInt(size) * 2 ** 20,
}

/** Which of them are facts. @throws {Error} when one is not known. */
export function judgeMustNot(observed: Observed): readonly string[] {
  const { must_not = [], log_lines_max: lines, store_must_not_contain: stored } = observed.happened.expected
  const problems = must_not.filter((entry) => {
    const [, name = '', , argument = ''] = /^(\w+)(:(.*))?$/.exec(entry) ?? []
    const fact = facts[name]
    if (fact === undefined && !elsewhere.includes(name)) throw new Error(`nothing judges must_not "${entry}"`)
    return fact?.(observed, argument) === true
  })
  const loud = observed.events.filter(({ type }) => type === 'fault' || type === 'warning').length + observed.output.length
  return [
    ...problems.map((entry) => `must not: ${entry}`),
    ...(lines !== undefined && loud > lines ? [`${loud} lines for the log`] : []),
    ...(stored !== undefined && JSON.stringify([...observed.store]).includes(stored) ? ['the store has the token'] : []),
    ...(stored !== undefined && observed.store.size === 0 ? ['nothing was stored'] : []),
    ...(observed.happened.row.id === 'LOG-014' && observed.events.length === 0 ? ['the listener was never called'] : []),
  ]
}
