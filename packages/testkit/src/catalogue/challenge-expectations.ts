/**
 * Holds the challenges of an answer against what a row expects (RFC 6750 §3, RFC 9110 §11.6.1).
 *
 * @module
 */
import { type Challenge, parseChallenges } from '../challenge-parser.ts'
import { type Happened, isBelowApplication, lastOf } from './expectations.ts'
import type { Expected } from './row.ts'
import { type Answer, linesOf } from './wire.ts'

/** The challenges of an answer; none when they are not well-formed, which `invariants.ts` tells. */
export function challengesOf(answer: Answer): readonly Challenge[] {
  try {
    return parseChallenges(linesOf(answer, 'www-authenticate'))
  } catch {
    return []
  }
}

/** What is wrong with the challenges. */
export function judgeChallenges({ expected, ...happened }: Happened): readonly string[] {
  const answer = lastOf(happened)
  const challenges = challengesOf(answer)
  const recommended = answer.status === expected.status
  return [
    ...judgeError(expected, answer, challenges, recommended),
    ...(expected.challenge && !isBelowApplication(answer) && (recommended || (answer.status >= 400 && answer.status < 500))
      ? judgeParameters(expected.challenge, challenges, recommended)
      : []),
    ...judgeValues(expected, answer, challenges),
    ...(expected.challenges === undefined || (!recommended && expected.challenges !== null)
      ? []
      : judgeWhole(expected.challenges, answer.status, challenges)),
  ]
}

const valueOf = ({ parameters }: Challenge, name: string): string | undefined => parameters.find(([known]) => known === name)?.[1]

function judgeError(
  { error, error_any, challenge }: Expected,
  { status }: Answer,
  challenges: readonly Challenge[],
  recommended: boolean,
): readonly string[] {
  if (error === undefined) return []
  const errors = challenges.map((one) => valueOf(one, 'error')).filter((value) => value !== undefined)
  const allowed: readonly (string | null)[] = [error, ...(error_any ?? [])]
  if (errors.length > 0) {
    // Where no challenge is demanded, a tolerated status may come with one.
    if (error === null && error_any === undefined && challenge === null && !recommended) return []
    return errors.every((value) => allowed.includes(value))
      ? []
      : [`error="${errors.join()}", expected ${allowed.map(String).join(' or ')}`]
  }
  const needed = recommended || (challenges.length > 0 && [400, 401, 403].includes(status))
  return needed && !allowed.includes(null) ? [`no error, expected ${allowed.map(String).join(' or ')}`] : []
}

function judgeParameters(
  { schemes = [], require = [], forbid = [] }: NonNullable<Expected['challenge']>,
  challenges: readonly Challenge[],
  recommended: boolean,
): readonly string[] {
  const wanted = schemes.map((scheme) => scheme.toLowerCase())
  const found = challenges.map(({ scheme }) => scheme.toLowerCase())
  const has = (name: string): boolean => challenges.some((challenge) => valueOf(challenge, name) !== undefined)
  return [
    ...wanted.filter((scheme) => !found.includes(scheme)).map((scheme) => `no challenge of the scheme ${scheme}`),
    ...found.filter((scheme) => !wanted.includes(scheme)).map((scheme) => `a challenge of the scheme ${scheme}`),
    ...(recommended ? require.filter((name) => !has(name)).map((name) => `the challenge has no ${name}`) : []),
    ...forbid.filter(has).map((name) => `the challenge has ${name}`),
  ]
}

function judgeValues(
  { challenge_scope: scope, challenge_value = {}, raw_challenge: raw }: Expected,
  answer: Answer,
  challenges: readonly Challenge[],
): readonly string[] {
  const values = { ...challenge_value, ...(scope === undefined ? {} : { scope }) }
  return [
    ...Object.entries(values)
      .filter(([name, value]) => !challenges.some((challenge) => valueOf(challenge, name) === value))
      .map(([name, value]) => `no challenge has ${name}="${value}"`),
    ...(raw === undefined || linesOf(answer, 'www-authenticate').includes(raw) ? [] : [`the challenge is not ${raw}`]),
  ]
}

// Descriptions are free text, and any list of algorithms will do.
function judgeWhole(
  wanted: NonNullable<Expected['challenges']> | null,
  status: number,
  challenges: readonly Challenge[],
): readonly string[] {
  if (wanted === null) return challenges.length === 0 || status === 401 ? [] : ['a challenge where none is expected']
  const show = (list: readonly (readonly [string, readonly (readonly [string, string])[]])[]): string =>
    JSON.stringify(
      list
        .map(([scheme, parameters]) => [
          scheme,
          parameters
            .filter(([name]) => name !== 'error_description')
            .map(([name, value]) => (name === 'algs' ? name : `${name}="${value}"`))
            .sort(),
        ])
        .sort(),
    )
  const got = show(challenges.map(({ scheme, parameters }) => [scheme, parameters]))
  const expected = show(wanted.map(({ scheme, params }) => [scheme, Object.entries(params)]))
  return got === expected ? [] : [`challenges ${got}, expected ${expected}`]
}
