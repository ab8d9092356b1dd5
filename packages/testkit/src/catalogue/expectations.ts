/**
 * Holds what has happened against what a row expects. Pure: gives what is wrong, in words.
 *
 * @module
 */
import type { Handled } from '../adapter-suite/bench.ts'
import type { IntrospectionCall } from '../authorization-server.ts'
import { judgeChallenges } from './challenge-expectations.ts'
import type { Expected, Members, Row } from './row.ts'
import { type Answer, linesOf } from './wire.ts'

/** What has happened. */
export interface Happened {
  readonly row: Row
  readonly expected: Expected
  /** The answers that `expected` describes; the last one counts for most of it. */
  readonly answers: readonly Answer[]
  /** The introspection calls and runs of the handler for them. */
  readonly calls: readonly IntrospectionCall[]
  readonly handled: readonly Handled[]
}

/** What is wrong with it. */
export function judge(happened: Happened): readonly string[] {
  return [judgeStatus, judgeChallenges, judgeHandler, judgeCalls, judgeRequestToServer, judgeHeaders, judgeBody].flatMap((step) =>
    step(happened),
  )
}

/** The answer that counts. */
export function lastOf({ answers }: Pick<Happened, 'answers'>): Answer {
  return answers.at(-1) ?? { status: 0, headers: [], body: '', text: '', milliseconds: 0 }
}

/** Refused below the application, by Node's own parser of HTTP. */
export function isBelowApplication({ status, headers, body }: Answer): boolean {
  return headers.length <= 1 && body === '' && (status === 400 || status === 431)
}

function judgeStatus({ expected: { status, status_any = [], statuses, max_ms }, ...happened }: Happened): readonly string[] {
  const problems: string[] = []
  const wrong = happened.answers.find((answer) => answer.status !== status && !status_any.includes(answer.status))
  if (status !== undefined && wrong !== undefined) {
    problems.push(`status ${wrong.status}, expected ${[status, ...status_any].join(' or ')}`)
  }
  const got = happened.answers.map((answer) => answer.status).join()
  if (statuses !== undefined && got !== statuses.join()) problems.push(`statuses ${got}, expected ${statuses.join()}`)
  const { milliseconds } = lastOf(happened)
  if (max_ms !== undefined && milliseconds > max_ms) problems.push(`${tooSlow} ${Math.round(milliseconds)} ms, expected at most ${max_ms}`)
  return problems
}

/** How a problem begins that the machine, too, can cause. */
export const tooSlow = 'answered after'

function judgeHandler({ row, expected, handled, ...happened }: Happened): readonly string[] {
  const problems: string[] = []
  const called = handled.length > 0
  const wanted = expected.handler_called === 'iff_200' ? lastOf(happened).status === 200 : expected.handler_called
  if (wanted !== undefined && wanted !== called) problems.push(`the handler ${called ? 'was' : 'was not'} called`)
  const seen = handled.at(-1)
  if (expected.claims !== undefined && !isSame(seen?.auth?.claims ?? null, expected.claims)) {
    problems.push(`claims ${JSON.stringify(seen?.auth?.claims)}, expected ${JSON.stringify(expected.claims)}`)
  }
  if (expected.actor !== undefined && !isSame((seen?.auth as Members | undefined)?.['actor'], expected.actor))
    problems.push('another actor')
  if (expected.body_still_readable === true && seen?.body?.includes('access_token=') !== true) {
    problems.push(`the handler could not read the body of ${row.request.method ?? 'the request'}: ${JSON.stringify(seen?.body)}`)
  }
  return problems
}

// Below HTTP no call can be counted.
const uncountable = /^(?:connect_|tls_|dns_)/

function judgeCalls({ row: { as }, expected: { upstream_calls: wanted }, calls }: Happened): readonly string[] {
  if (as.kind === 'must_not_be_called' && calls.length > 0) return ['the authorization server was called']
  const unseen = uncountable.test(as.kind) || as.steps?.some(({ kind }) => uncountable.test(kind)) === true
  if (wanted === undefined || unseen) return []
  const { min = 0, max = Number.POSITIVE_INFINITY } = typeof wanted === 'number' ? { min: wanted, max: wanted } : wanted
  return calls.length < min || calls.length > max ? [`${calls.length} introspection calls, expected ${JSON.stringify(wanted)}`] : []
}

function judgeRequestToServer({ expected: { upstream, upstream_form: form = {} }, calls }: Happened): readonly string[] {
  const call = calls.at(-1)
  const problems: string[] = []
  for (const [name, value] of Object.entries(form)) {
    const sent = call?.form.getAll(name) ?? []
    if (sent.length !== 1 || sent[0] !== value) problems.push(`"${name}" went to the authorization server as ${JSON.stringify(sent)}`)
  }
  if (upstream === undefined) return problems
  if (call === undefined) return [...problems, 'there is no introspection call to look at']
  const found: Members = {
    method: call.method,
    content_type: call.headers['content-type']?.split(';')[0],
    query: call.url.split('?')[1] ?? '',
    accept: call.headers.accept?.split(/[,;]/)[0],
    auth_methods: ['client_secret', 'client_assertion'].filter((name) => call.form.has(name)).length + (call.headers.authorization ? 1 : 0),
    assertion_jti: new Set(calls.map(readAssertionId)).size === calls.length ? 'distinct' : 'repeated',
  }
  for (const [name, value] of Object.entries(upstream)) {
    if (name in found && found[name] !== value)
      problems.push(`the introspection request has ${name} ${String(found[name])}, expected ${String(value)}`)
  }
  return problems
}

function readAssertionId({ form }: IntrospectionCall): unknown {
  const [, payload = ''] = form.get('client_assertion')?.split('.') ?? []
  return payload === '' ? '' : (JSON.parse(Buffer.from(payload, 'base64url').toString()) as Members)['jti']
}

function judgeHeaders({ expected, ...happened }: Happened): readonly string[] {
  const last = lastOf(happened)
  const problems: string[] = []
  for (const [name, wanted] of Object.entries(expected.response_headers ?? {})) {
    const got = linesOf(last, name)
    const fine =
      wanted === 'present' ? got.length > 0 : wanted === 'absent' ? got.length === 0 : got.join().includes(wanted.replace('contains:', ''))
    if (!fine) problems.push(`header ${name} is ${JSON.stringify(got)}, expected ${wanted}`)
  }
  const [type = ''] = linesOf(last, 'content-type')[0]?.split(';') ?? []
  if (expected.content_type !== undefined && !expected.content_type.split(' or ').includes(type)) problems.push(`content-type ${type}`)
  const most = /^<=(\d+)/.exec(expected.retry_after ?? '')?.[1]
  const [retryAfter] = linesOf(last, 'retry-after')
  if (most !== undefined && Number(retryAfter ?? 0) > Number(most))
    problems.push(`Retry-After ${String(retryAfter)}, expected at most ${most}`)
  return problems
}

function judgeBody({ expected, ...happened }: Happened): readonly string[] {
  const { body } = lastOf(happened)
  const json = parse(body)
  const problems: string[] = []
  for (const [name, wanted] of Object.entries(expected.json ?? {})) {
    const tolerated = expected.error_any?.includes(json[name] as string) === true
    if (!isSame(json[name], wanted) && !tolerated)
      problems.push(`the body has ${name} ${JSON.stringify(json[name])}, expected ${JSON.stringify(wanted)}`)
  }
  for (const [name, wanted] of Object.entries(expected.expect ?? {})) {
    if (!isLike(json[name], wanted)) problems.push(`${name} is ${JSON.stringify(json[name])}, expected ${JSON.stringify(wanted)}`)
  }
  for (const name of expected.json_absent ?? []) if (name in json) problems.push(`the body has ${name}`)
  if ((expected.no_body === true || expected.body_empty === true) && body !== '') problems.push('the answer has a body')
  return problems
}

/** An object of JSON; empty when it is none. */
export function parse(text: string): Members {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Members) : {}
  } catch {
    return {}
  }
}

/** At least all that is wanted; `*` is whatever text there is. */
function isLike(got: unknown, wanted: unknown): boolean {
  if (wanted === '*') return typeof got === 'string' && got !== ''
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) return isSame(got, wanted)
  const members: Members = typeof got === 'object' && got !== null ? (got as Members) : {}
  return Object.entries(wanted).every(([name, member]) => isLike(members[name], member))
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sort(one)) === JSON.stringify(sort(other))
}

function sort(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, sort(member)]),
  )
}
