/**
 * Reads which authorization servers there are: the one of the options themselves, or those of `authorizationServers`.
 *
 * @module
 */

import {
  type AskingRules,
  type AskingSurroundings,
  commonNames,
  nameOf,
  ownNames,
  readAskingRules,
} from './authorization-server-options.ts'
import type { Selectable } from './authorization-server-selection.ts'
import { readTightening, requirementNames } from './needs.ts'
import { flag, OptionFaults, readMembers, text } from './option-faults.ts'
import { combine, type Needs, type StandingRules } from './requirements.ts'

/** One authorization server: how it is asked, and what its answers are judged by. */
export interface ListedServer extends AskingRules, Selectable {
  /** What events and `auth` call it. */
  readonly name: string
  readonly needs: Needs
  readonly rules: StandingRules
  /** Whether it has been said which audience tokens must have, or that it does not matter. */
  readonly audienceSettled: boolean
}

/** What holds for all of them. */
export interface CommonRules extends Omit<AskingSurroundings, 'options'> {
  readonly needs: Needs
  readonly rules: Omit<StandingRules, 'issuer'>
  /** Whether something else than the token chooses. */
  readonly selected: boolean
}

const entryNames = ['name', 'tokenPrefix', 'fallback', 'requireIssuer', ...ownNames, ...commonNames, ...requirementNames]

type Members = Readonly<Record<string, unknown>>

/** The authorization server that options without a list speak of. */
export function readOnlyServer(members: Members, options: unknown, common: CommonRules, faults: OptionFaults): ListedServer {
  const asking = readAskingRules(members, { ...common, options }, faults)
  const rules = { ...common.rules, issuer: asking.issuer }
  const audienceSettled = members['audience'] !== undefined
  return { ...asking, name: nameOf(asking), needs: common.needs, rules, audienceSettled, tokenPrefix: undefined, fallback: true }
}

/** The authorization servers of a list; what an entry does not say is as the options have it. */
export function readListedServers(members: Members, common: CommonRules, faults: OptionFaults): readonly ListedServer[] {
  const list = members['authorizationServers']
  for (const name of ownNames) {
    if (members[name] !== undefined) faults.say(`"${name}" must not stand beside "authorizationServers": each has its own`)
  }
  if (!Array.isArray(list) || list.length === 0) {
    faults.expect('authorizationServers', 'a list of at least one authorization server', list)
    return []
  }
  const shared = Object.fromEntries(commonNames.filter((name) => members[name] !== undefined).map((name) => [name, members[name]]))
  const servers = list.map((entry: unknown, at): ListedServer => {
    const own = new OptionFaults()
    const server = readEntry(entry, shared, { common, several: list.length > 1 }, own)
    for (const fault of own.found) faults.say(`in "authorizationServers[${at}]": ${fault}`)
    return server
  })
  findClashes(servers, common.selected ? ['name'] : ['name', 'issuer', 'tokenPrefix', 'fallback'], faults)
  return servers
}

function readEntry(
  entry: unknown,
  shared: Members,
  { common, several }: { readonly common: CommonRules; readonly several: boolean },
  faults: OptionFaults,
): ListedServer {
  const members = readMembers(entry, entryNames, faults)
  const asking = readAskingRules({ ...shared, ...members }, { ...common, options: entry }, faults)
  const { name, tokenPrefix, fallback, requireIssuer } = members
  if (name === undefined) faults.say('"name" is needed')
  const chosen = {
    tokenPrefix: tokenPrefix === undefined ? undefined : text(tokenPrefix, 'tokenPrefix', faults),
    fallback: fallback === undefined ? false : (flag(fallback, 'fallback', faults) ?? false),
  }
  if (!common.selected && asking.issuer === undefined && chosen.tokenPrefix === undefined && !chosen.fallback) {
    faults.say('"issuer", "tokenPrefix" or "fallback" is needed: no token would ever be asked about here')
  }
  const demanded = requireIssuer === undefined ? undefined : flag(requireIssuer, 'requireIssuer', faults)
  if (demanded === false && common.rules.requireIssuer) faults.say('"requireIssuer" must not be false here: requirements only tighten')
  // Where there are several, whose token it is must be certain: one that chose its server by what it looks like says so in the reply.
  const ambiguous = several && asking.issuer !== undefined
  const added = requirementNames.some((requirement) => members[requirement] !== undefined)
  return {
    ...asking,
    ...chosen,
    name: (name === undefined ? undefined : text(name, 'name', faults)) ?? '',
    needs: added ? combine(common.needs, readTightening(members, common.needs, faults)) : common.needs,
    rules: { ...common.rules, issuer: asking.issuer, requireIssuer: common.rules.requireIssuer || (demanded ?? ambiguous) },
    audienceSettled: members['audience'] !== undefined,
  }
}

/** What chooses one authorization server must not choose another. */
function findClashes(servers: readonly ListedServer[], distinct: readonly (keyof Selectable | 'name')[], faults: OptionFaults): void {
  for (const what of distinct) {
    const values = servers.map((server) => server[what]).filter((value) => value !== undefined && value !== false && value !== '')
    if (new Set(values).size < values.length) faults.say(`"${what}" must differ between the entries of "authorizationServers"`)
  }
}
