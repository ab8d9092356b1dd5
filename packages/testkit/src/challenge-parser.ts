/**
 * Reads `WWW-Authenticate` by the grammar of RFC 9110 §11.6.1 alone, knowing nothing of the code that writes it. Strict: throws on anything else.
 *
 * @module
 */

/** One challenge; parameter names in lower case, in order, values unquoted. */
export interface Challenge {
  readonly scheme: string
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
const quotedString = /"((?:[\t \x21\x23-\x5b\x5d-\x7e]|\\[\t \x21-\x7e])*)"/y
const separator = /[ \t]*,[ \t]*/y
const equals = /[ \t]*=[ \t]*/y

/** Parses the lines of the field. @throws {SyntaxError} when they are not challenges. */
export function parseChallenges(lines: readonly string[]): readonly Challenge[] {
  return lines.flatMap((line) => parseLine(line))
}

function parseLine(line: string): Challenge[] {
  const challenges: { scheme: string; parameters: [string, string][] }[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const match = pattern.exec(line) ?? undefined
    if (match !== undefined) at = pattern.lastIndex
    return match
  }
  const fail = (expected: string): never => {
    throw new SyntaxError(`challenge: expected ${expected} at ${at} of ${JSON.stringify(line)}`)
  }
  for (let first = true; at < line.length || first; first = false) {
    if (!first && take(separator) === undefined) fail('a comma')
    const word = take(token)?.[0] ?? fail('a token')
    const current = challenges.at(-1)
    if (take(equals) !== undefined) {
      if (current === undefined || first) return fail('a scheme before the first parameter')
      addParameter(current.parameters, word, take, fail)
      continue
    }
    const started = { scheme: word, parameters: [] }
    challenges.push(started)
    if (line[at] !== ' ') continue
    while (line[at] === ' ') at++
    const name = take(token)?.[0] ?? fail('a parameter')
    if (take(equals) === undefined) fail('"="')
    addParameter(started.parameters, name, take, fail)
  }
  return challenges
}

function addParameter(
  parameters: [string, string][],
  name: string,
  take: (pattern: RegExp) => RegExpExecArray | undefined,
  fail: (expected: string) => never,
): void {
  const key = name.toLowerCase()
  if (parameters.some(([known]) => known === key)) fail(`"${key}" only once`)
  const value = take(quotedString)?.[1]?.replace(/\\(.)/g, '$1') ?? take(token)?.[0] ?? fail('a value')
  parameters.push([key, value])
}
