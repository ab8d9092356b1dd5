/**
 * What an adapter has answered, in a form that must be the same for every adapter, and the committed answers of all.
 *
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { lastOf } from './expectations.ts'
import type { Observed } from './observed.ts'
import type { Members } from './row.ts'
import { linesOf } from './wire.ts'

/** An answer without what differs between frameworks by right. */
export type CanonicalAnswer = Members

const file = new URL('../../cases/answers.json', import.meta.url)

/** The answer of a row. */
export function canonicalAnswer({ happened, protection, token }: Observed): CanonicalAnswer {
  const { row, calls, handled } = happened
  const last = lastOf(happened)
  const refused = last.status >= 400
  // An error page of the application or of the framework is theirs.
  const ours = protection.ownErrors !== true && protection.throws !== true
  const entries: Readonly<Record<string, unknown>> = {
    status: last.status,
    challenge: linesOf(last, 'www-authenticate'),
    cacheControl: linesOf(last, 'cache-control'),
    vary: linesOf(last, 'vary'),
    retryAfter: linesOf(last, 'retry-after'),
    contentType: refused && ours ? linesOf(last, 'content-type') : [],
    body: refused && ours ? last.body : '',
    handled: handled.length > 0,
    claims: handled.at(-1)?.auth?.claims ?? null,
    // Of several requests at once, how many calls they share is a matter of the moment.
    calls: row.request.n === undefined ? calls.length : 0,
  }
  const text = JSON.stringify(
    Object.fromEntries(
      Object.entries(entries).filter(([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)),
    ),
  )
  // A port is another each time.
  return JSON.parse(text.replaceAll(token, '{{T}}').replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, '{{as}}')) as Members
}

/** The committed answers, by row. */
export function readAnswers(): Readonly<Record<string, CanonicalAnswer>> {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, CanonicalAnswer>>) : {}
}

/** Commits answers to the file, one line each. */
export function writeAnswers(answers: Readonly<Record<string, CanonicalAnswer>>): void {
  const lines = Object.entries(answers).map(([id, answer]) => `  ${JSON.stringify(id)}: ${JSON.stringify(answer)}`)
  writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`)
}

/** In which rows answers differ from the committed ones; `missing` rows need a part that is not built. */
export function compareAnswers(
  answers: Readonly<Record<string, CanonicalAnswer>>,
  committed: Readonly<Record<string, CanonicalAnswer>>,
  missing: readonly string[],
): readonly string[] {
  return [
    ...Object.entries(answers)
      .filter(([id, answer]) => JSON.stringify(answer) !== JSON.stringify(committed[id]))
      .map(([id, answer]) =>
        id in committed
          ? `${id}: ${JSON.stringify(answer)}, committed: ${JSON.stringify(committed[id])}`
          : `${id}: no answer is committed yet`,
      ),
    ...missing.filter((id) => id in committed).map((id) => `${id}: was answered once, and now needs a part that is not there`),
  ]
}
