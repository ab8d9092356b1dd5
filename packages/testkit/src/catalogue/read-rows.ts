/**
 * Reads the files of the catalogue. An expectation that nothing here judges is an error, not a row that passes.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { readPeerRow } from './peer-row.ts'
import type { Members, Row, Step } from './row.ts'

const folder = new URL('../../cases/', import.meta.url)

/** Every row: of situations, of what other middleware does, of our own. */
export function readRows(): readonly Row[] {
  const cases = (file: string): readonly Members[] =>
    members(JSON.parse(readFileSync(new URL(file, folder), 'utf8')), file)['cases'] as never
  const rows = [
    ...cases('hostile-cases.json').map(readRow),
    ...cases('own-cases.json').map(readRow),
    ...cases('peer-cases.json').map(readPeerRow),
  ]
  const twice = rows.find(({ id }, at) => rows.findIndex((row) => row.id === id) !== at)
  if (twice !== undefined) throw new Error(`"${twice.id}" stands in the catalogue twice`)
  return rows
}

/** The rules of the standards that a row shows to be kept, by its id. */
export function readRules(): Readonly<Record<string, readonly string[]>> {
  return JSON.parse(readFileSync(new URL('rules.json', folder), 'utf8')) as Readonly<Record<string, readonly string[]>>
}

const judged: readonly string[] = [
  ...['status', 'status_any', 'error', 'error_any', 'challenge', 'challenge_scope', 'challenge_value', 'raw_challenge', 'handler_called'],
  ...['upstream_calls', 'upstream', 'upstream_form', 'claims', 'actor', 'cache', 'store_must_not_contain', 'jwks', 'max_ms', 'retry_after'],
  ...['response_headers', 'content_type', 'json', 'json_absent', 'no_body', 'body_empty', 'body_still_readable', 'log_lines_max'],
  ...['statuses', 'kind', 'expect', 'must_not'],
]

// No name in the public contract to look at, or words for people.
const notJudged: readonly string[] = ['warning', 'note', 'then']

/** Reads a row. @throws {Error} when it is none, or expects what nothing here judges. */
export function readRow(value: unknown): Row {
  const row = members(value, 'a row')
  const id = text(row['id'], 'id')
  const expected = members(row['expected'], `${id}: "expected"`)
  for (const name of Object.keys(expected)) {
    if (!judged.includes(name) && !notJudged.includes(name)) throw new Error(`${id} expects "${name}", which nothing judges`)
  }
  return {
    id,
    what: text(row['what'], `${id}: "what"`),
    profile: text(row['profile'], `${id}: "profile"`),
    options: row['options'] === undefined ? {} : members(row['options'], `${id}: "options"`),
    request: members(row['request'], `${id}: "request"`),
    as: (row['as'] === undefined ? { kind: 'must_not_be_called' } : members(row['as'], `${id}: "as"`)) as unknown as Step,
    expected,
    platforms: (row['platforms'] ?? []) as readonly string[],
    setup: typeof row['setup'] === 'string' ? row['setup'] : '',
  }
}

/** A value that must be an object. */
function members(value: unknown, what: string): Members {
  if (typeof value !== 'object' || value === null) throw new Error(`${what} must be an object`)
  return value as Members
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Error(`${what} must be a string`)
  return value
}
