/**
 * Reads requirements, of the resource server and of its routes, into what a token is judged by. What would loosen is a fault.
 *
 * @module
 */
import { OptionFaults, readMembers, seconds, texts } from './option-faults.ts'
import { combine, type Needs, type Requirements } from './requirements.ts'
import { readScopes } from './scope.ts'

/** The options of a resource server that are requirements. */
export const requirementNames = ['requiredScopes', 'audience', 'allowedClients', 'maxTokenAgeSeconds'] as const

/**
 * Resolves what a route or guard needs. With the needs of its server at hand, what would loosen them is a fault.
 *
 * @throws {TypeError} naming every fault.
 */
export function resolveRequirements(requirements: unknown, server?: Needs): Omit<Needs, 'scope'> {
  const faults = new OptionFaults()
  const members = readMembers(requirements, [...requirementNames, 'maxAnswerAgeSeconds'], faults)
  const needs = readTightening(members, server, faults)
  faults.throwAny('oauth-introspect requirements')
  return needs
}

/** Reads the requirements among members that stand on top of others. */
export function readTightening(
  members: Readonly<Record<string, unknown>>,
  server: Needs | undefined,
  faults: OptionFaults,
): Omit<Needs, 'scope'> {
  if (members['audience'] === null && server?.audiences.length !== 0) {
    faults.say('"audience" must not be null here: requirements only tighten')
  }
  const needs = readNeeds(members, faults)
  if (server !== undefined && members['maxTokenAgeSeconds'] !== undefined && needs.maxTokenAgeSeconds > server.maxTokenAgeSeconds) {
    faults.say(`"maxTokenAgeSeconds" must not be more than the resource server's ${server.maxTokenAgeSeconds}: requirements only tighten`)
  }
  return needs
}

/** Reads requirements on top of needs that hold already; each requirements object is read once for each of those. */
export function createNeedsReader(server: Needs): (needs: Needs, requirements?: Requirements) => Needs {
  const read = new WeakMap<Needs, WeakMap<Requirements, Needs>>()
  return (needs, requirements) => {
    if (requirements === undefined) return needs
    let known = read.get(needs)
    if (known === undefined) read.set(needs, (known = new WeakMap<Requirements, Needs>()))
    let combined = known.get(requirements)
    if (combined === undefined) known.set(requirements, (combined = combine(needs, resolveRequirements(requirements, server))))
    return combined
  }
}

/** Reads the requirements among the members of an options object. */
export function readNeeds(members: Readonly<Record<string, unknown>>, faults: OptionFaults): Omit<Needs, 'scope'> {
  const { requiredScopes, audience, allowedClients, maxTokenAgeSeconds, maxAnswerAgeSeconds } = members
  const scopes = requiredScopes === undefined ? { rule: [] } : readScopes(requiredScopes)
  if ('fault' in scopes) faults.expect('requiredScopes', scopes.fault, requiredScopes)
  const audiences = audience === undefined || audience === null ? undefined : texts({ alone: true })(audience, 'audience', faults)
  const clients = allowedClients === undefined ? undefined : texts({ alone: false })(allowedClients, 'allowedClients', faults)
  const age = (value: unknown, name: string): number => (value === undefined ? undefined : seconds(value, name, faults)) ?? Infinity
  return {
    scopes: 'rule' in scopes && scopes.rule.length > 0 ? [scopes.rule] : [],
    audiences: audiences === undefined ? [] : [audiences],
    clients: clients === undefined ? [] : [clients],
    maxTokenAgeSeconds: age(maxTokenAgeSeconds, 'maxTokenAgeSeconds'),
    maxAnswerAgeMs: age(maxAnswerAgeSeconds, 'maxAnswerAgeSeconds') * 1000,
  }
}
