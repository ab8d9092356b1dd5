/**
 * Reads the options of a resource server, once, and puts every default in its place; the caller's object is never written to.
 *
 * @module
 */

import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { AdmissionKey } from './admission.ts'
import { commonNames, ownNames } from './authorization-server-options.ts'
import type { SelectAuthorizationServer } from './authorization-server-selection.ts'
import { readBreaker } from './breaker-options.ts'
import { type CacheRules, readCache } from './cache/cache-options.ts'
import type { Header, Protection } from './challenge.ts'
import type { BreakerRules } from './circuit-breaker.ts'
import type { IntrospectEvent, WarningCode } from './events.ts'
import { type CommonRules, type ListedServer, readListedServers, readOnlyServer } from './listed-authorization-servers.ts'
import { readNeeds, requirementNames } from './needs.ts'
import { callable, flag, OptionFaults, oneOf, type Reader, readMembers, seconds, whole } from './option-faults.ts'
import { combine, type Needs } from './requirements.ts'
import { type RevocationRules, readRevocation } from './revocation/revocation-options.ts'
import type { Transport } from './runtime/fetch-connection.ts'
import type { ScopeMatching } from './scope.ts'
import type { SourceRules, TokenPlace, TokenSources } from './token-sources.ts'

/** Options with every default in its place. */
export interface ResolvedOptions extends CacheRules {
  readonly authorizationServers: readonly ListedServer[]
  /** True when they were given as a list, of one or several: a token must then choose. */
  readonly listed: boolean
  /** Chooses among them by the application's own lights. */
  readonly selectAuthorizationServer: SelectAuthorizationServer | undefined
  readonly needs: Needs
  readonly scopeMatching: ScopeMatching
  /** What works, but an operator should know of. */
  readonly warnings: readonly WarningCode[]
  readonly presentation: SourceRules
  /** What granted answers carry. */
  readonly grantedHeaders: readonly Header[]
  readonly optional: boolean
  readonly skipPreflight: boolean
  readonly protection: Protection
  readonly claims: StandardSchemaV1 | undefined
  readonly maxResponseBytes: number
  readonly retries: number
  readonly maxConcurrentCalls: number
  readonly breaker: BreakerRules | undefined
  readonly admission: AdmissionKey | undefined
  readonly revocation: RevocationRules
  readonly clockToleranceSeconds: number
  /** 0: what is held by an `auth.signal` is not asked about. */
  readonly streamRecheckMs: number
  readonly onEvent: ((event: IntrospectEvent) => void) | undefined
  readonly now: () => number
  /** Milliseconds by a clock that nobody sets, where the time is not the application's own. */
  readonly elapsed: (() => number) | undefined
  readonly transport: Transport | undefined
}

const realm: Reader<string> = (value, name, faults) =>
  typeof value === 'string' && /^[\x20-\x7e]+$/.test(value) ? value : faults.expect(name, 'printable ASCII text', value)

const scopeMatching: Reader<ScopeMatching> = (value, name, faults) =>
  typeof value === 'function'
    ? (value as ScopeMatching)
    : (oneOf('exact', 'hierarchic', 'wildcard')(value, name, new OptionFaults()) ??
      faults.expect(name, '"exact", "hierarchic", "wildcard" or a function', value))

const schema: Reader<StandardSchemaV1> = (value, name, faults) =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value
    ? (value as StandardSchemaV1)
    : faults.expect(name, 'a Standard Schema', value)

const places: readonly TokenPlace[] = ['header', 'form', 'query']

const tokenSources: Reader<TokenSources> = (value, name, faults) => {
  if (typeof value === 'function') return value as Exclude<TokenSources, readonly TokenPlace[]>
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  const chosen = places.filter((place) => list.includes(place))
  return list.length > 0 && chosen.length === list.length
    ? chosen
    : faults.expect(name, 'a list of "header", "form" and "query", each at most once, or a function', value)
}

const optionNames = [
  ...ownNames,
  ...commonNames,
  ...requirementNames,
  ...['authorizationServers', 'selectAuthorizationServer', 'scopeMatching', 'requireExpiry', 'requireSubject', 'requireIssuer'],
  ...['clockToleranceSeconds', 'expiryToleranceSeconds', 'tokenSources', 'tokenSyntax', 'maxTokenLength', 'optional', 'skipPreflight'],
  ...[
    'corsExposeHeaders',
    'realm',
    'claims',
    'maxResponseBytes',
    'retries',
    'maxConcurrentCalls',
    'breaker',
    'admission',
    'cache',
    'revocation',
    'streamRecheckSeconds',
    'onEvent',
    'now',
    'transport',
  ],
]

/**
 * Resolves the options of a resource server; `clock` tells the time where `now` is not given, and `elapsed` what has passed of it.
 *
 * @throws {TypeError} naming every fault.
 */
export function resolveOptions(options: unknown, clock: () => number, elapsed?: () => number): ResolvedOptions {
  const faults = new OptionFaults()
  const members = readMembers(options, optionNames, faults)
  const read = <T>(name: string, reader: Reader<T>, byDefault: T): T => {
    const value = members[name]
    return value === undefined ? byDefault : (reader(value, name, faults) ?? byDefault)
  }
  const optionally = <T>(name: string, reader: Reader<T>): T | undefined => read<T | undefined>(name, reader, undefined)

  const sources = read('tokenSources', tokenSources, ['header'])
  const transport = optionally('transport', callable<Transport>())
  const needs = combine(readNeeds(members, faults))
  const clockToleranceSeconds = read('clockToleranceSeconds', seconds, 10)
  const common: CommonRules = {
    needs,
    rules: {
      scopeMatching: read('scopeMatching', scopeMatching, 'exact'),
      requireExpiry: read('requireExpiry', flag, false),
      requireSubject: read('requireSubject', flag, false),
      requireIssuer: read('requireIssuer', flag, false),
      clockToleranceSeconds,
      expiryToleranceSeconds: read('expiryToleranceSeconds', seconds, 0),
    },
    clockToleranceSeconds,
    transport: members['transport'] !== undefined,
    selected: members['selectAuthorizationServer'] !== undefined,
  }
  const listed = members['authorizationServers'] !== undefined
  if (common.selected && !listed) faults.say('"selectAuthorizationServer" needs "authorizationServers" to choose among')
  const servers = listed ? readListedServers(members, common, faults) : [readOnlyServer(members, options, common, faults)]
  const unchecked = members['audience'] === undefined && servers.some((server) => !server.audienceSettled)
  const cache = readCache(members['cache'], faults)
  const unshared = cache.shared !== undefined && servers.some((server) => !isShared(server, cache))
  const resolved: ResolvedOptions = {
    authorizationServers: servers,
    listed,
    selectAuthorizationServer: optionally('selectAuthorizationServer', callable<SelectAuthorizationServer>()),
    needs,
    scopeMatching: common.rules.scopeMatching,
    warnings: [
      ...new Set([
        ...(unchecked ? (['AUDIENCE_UNCHECKED'] as const) : []),
        ...(unshared ? (['STORE_UNUSED'] as const) : []),
        ...servers.flatMap(({ warnings }) => warnings),
      ]),
    ],
    presentation: {
      sources,
      tokenSyntax: read('tokenSyntax', oneOf('b64token', 'vschar'), 'b64token'),
      maxTokenLength: read('maxTokenLength', whole('characters', 1), 8192),
      // Among several servers the choice may be by what stands in the token.
      checksLater: !listed,
    },
    // RFC 6750 §2.3: no shared cache may keep the answer to a URL with a token in it.
    grantedHeaders: Object.freeze(typeof sources !== 'function' && sources.includes('query') ? [['Cache-Control', 'private']] : []),
    optional: read('optional', flag, false),
    skipPreflight: read('skipPreflight', flag, false),
    protection: { realm: read('realm', realm, 'api'), exposed: read('corsExposeHeaders', flag, false) },
    claims: optionally('claims', schema),
    maxResponseBytes: read('maxResponseBytes', whole('bytes', 1, 2 ** 30), 65_536),
    retries: read('retries', whole('retries', 0, 10), 1),
    maxConcurrentCalls: read('maxConcurrentCalls', whole('calls', 1), 256),
    breaker: readBreaker(members['breaker'], faults),
    admission: optionally('admission', callable<AdmissionKey>()),
    ...cache,
    revocation: readRevocation(members['revocation'], faults),
    clockToleranceSeconds,
    streamRecheckMs: read('streamRecheckSeconds', seconds, 0) * 1000,
    onEvent: optionally('onEvent', callable<(event: IntrospectEvent) => void>()),
    now: read('now', callable<() => number>(), clock),
    elapsed: members['now'] === undefined ? elapsed : undefined,
    transport,
  }
  faults.throwAny('oauth-introspect options')
  return Object.freeze(resolved)
}

/** Whoever shares a store could be another tenant, who gets other answers: where credentials do not tell them apart, a prefix has to. */
export function isShared({ clientAuthentication }: ListedServer, { shared }: Pick<CacheRules, 'shared'>): boolean {
  const { method, identity } = clientAuthentication
  return shared !== undefined && (shared.prefix !== '' || method !== 'bearer_token' || identity !== '')
}
