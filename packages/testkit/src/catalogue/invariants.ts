/**
 * What holds in every row, whatever it expects.
 *
 * @module
 */
import { parseChallenges } from '../challenge-parser.ts'
import { findCanaries } from './canaries.ts'
import { challengesOf } from './challenge-expectations.ts'
import { isBelowApplication, lastOf, parse } from './expectations.ts'
import type { Observed } from './observed.ts'
import type { Step } from './row.ts'
import { type Answer, linesOf } from './wire.ts'

/** What does not hold. */
export function judgeInvariants(observed: Observed): readonly string[] {
  const { happened, protection } = observed
  // Endpoints of their own have error formats of their own, and what an application throws is answered by the framework.
  const ours = protection.endpoints?.includes('securityEvents') !== true && protection.throws !== true
  const answers = happened.answers.slice(0, 50).filter((answer) => !isBelowApplication(answer))
  const all = [
    ...answers.flatMap((answer) => [
      ...judgeAnyAnswer(answer),
      ...(ours && answer.status >= 400
        ? judgeRefusal(answer, protection.ownErrors === true || happened.row.request.method === 'HEAD')
        : []),
    ]),
    ...findCanaries(observed),
    ...judgeRequests(observed),
    ...findWordsOfServer(happened.row.as, happened.handled.length > 0 ? undefined : lastOf(happened)),
    ...(observed.prototypeClean ? [] : ['Object.prototype is polluted']),
  ]
  return [...new Set(all)]
}

const characters: Readonly<Record<string, RegExp>> = {
  scope: /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/,
  error: /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/,
  error_description: /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/,
  error_uri: /^[\x21\x23-\x5b\x5d-\x7e]+$/,
  algs: /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/,
}

function judgeAnyAnswer(answer: Answer): readonly string[] {
  const problems: string[] = []
  const lines = linesOf(answer, 'www-authenticate')
  try {
    parseChallenges(lines)
  } catch (error) {
    problems.push(`the challenge is not well-formed: ${String(error)}`)
  }
  for (const { parameters } of challengesOf(answer)) {
    for (const [name, value] of parameters) {
      if (characters[name]?.test(value) === false) problems.push(`${name} has characters that it must not have (RFC 6750 §3)`)
    }
  }
  if (answer.headers.some(([name, value]) => /[^\x20-\x7e\t]/.test(name + value))) problems.push('a header is not US-ASCII')
  return problems
}

function judgeRefusal(answer: Answer, bodyIsOthers: boolean): readonly string[] {
  const problems: string[] = []
  const challenges = challengesOf(answer)
  if (answer.status === 401 && challenges.length === 0) problems.push('a 401 has no challenge (RFC 9110 §15.5.2)')
  if (!linesOf(answer, 'cache-control').join().split(/[, ]+/).includes('no-store'))
    problems.push('a refusal has no Cache-Control: no-store')
  if (answer.status >= 500 && challenges.length > 0) problems.push('a fault has a challenge')
  if (bodyIsOthers) return problems
  const body = parse(answer.body)
  const said = Object.fromEntries(challenges.flatMap(({ parameters }) => parameters.filter(([name]) => name.startsWith('error'))))
  if (!answer.body.startsWith('{')) problems.push(`the body of a refusal is no JSON: ${answer.body.slice(0, 80)}`)
  else if (body['error'] !== said['error'] || body['error_description'] !== said['error_description']) {
    problems.push(`the body ${answer.body} says something else than the challenge`)
  }
  return problems
}

// Only keys, metadata and events are asked for besides introspection, and no other host at all.
function judgeRequests({ strays, elsewhere, lookups, happened }: Observed): readonly string[] {
  const stray = strays.find(({ url }) => !/^\/(?:jwks$|poll$|\.well-known\/)/.test(url))
  const foreign = lookups.find((host) => !['nxdomain.invalid', 'hang.example'].includes(host))
  return [
    ...(stray === undefined ? [] : [`a request to another path: ${stray.url}`]),
    ...(elsewhere.length === 0 ? [] : ['a request to another host']),
    ...(foreign === undefined ? [] : [`another host was looked up: ${foreign}`]),
    ...(lastOf(happened).status === 0 && happened.row.request.kind !== 'abort_request' ? ['no answer'] : []),
  ]
}

// Words that are ours as well do not count.
const ours = ['invalid_request', 'invalid_token', 'insufficient_scope']

function findWordsOfServer({ body_raw: raw = '', status }: Step, refusal: Answer | undefined): readonly string[] {
  if (refusal === undefined || refusal.status < 400 || status === 200) return []
  const values = Object.values(parse(raw)).filter((value) => typeof value === 'string')
  return (values.length > 0 ? values : [raw])
    .filter((word) => word.length > 1 && !ours.includes(word) && refusal.text.includes(word))
    .map((word) => `the answer repeats the authorization server: ${word}`)
}
