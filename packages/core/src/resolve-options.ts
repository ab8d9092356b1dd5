/**
 * Reads the options of a resource server, once, and puts every default in its place; the caller's object is never written to.
 *
 * @module
 */

import type { StandardSchemaV1 } from '@standard-schema/spec'
import { runtime } from '#runtime'
import type { MemoryRules } from './cache/remember.ts'
import type { Header, Protection } from './challenge.ts'
import { type ClientAuthentication, checkSurroundings, readClientAuthentication } from './client-authentication/client-authentication.ts'
import { clientSecretBasic } from './client-authentication/client-secret-basic.ts'
import { dialectOf } from './dialect.ts'
import type { IntrospectEvent, WarningCode } from './events.ts'
import { type HttpSettings, readHttpOptions } from './http-options.ts'
import { type Issuer, readWhereToAsk } from './introspection-endpoint.ts'
import type { RequestRules } from './introspection-request.ts'
import { readRequestRules } from './introspection-request-options.ts'
import type { ReplyRules } from './introspection-response.ts'
import { readNeeds, requirementNames } from './needs.ts'
import { callable, flag, OptionFaults, oneOf, type Reader, readMembers, seconds, text, whole } from './option-faults.ts'
import { combine, type Needs, type StandingRules } from './requirements.ts'
import type { Transport } from './runtime/fetch-connection.ts'
import type { ScopeMatching } from './scope.ts'
import { readSignedIntrospection, type SignedReplyRules } from './signed-introspection-options.ts'
import type { SourceRules, TokenPlace, TokenSources } from './token-sources.ts'

/** Options with every default in its place. */
export interface ResolvedOptions {
  /** Where to ask, or the issuer whose metadata say where. */
  readonly endpoint: URL | Issuer
  readonly clientAuthentication: ClientAuthentication
  readonly authorizationServer: string
  readonly needs: Needs
  /** What works, but an operator should know of. */
  readonly warnings: readonly WarningCode[]
  readonly rules: StandingRules
  readonly presentation: SourceRules
  /** What granted answers carry. */
  readonly grantedHeaders: readonly Header[]
  readonly requestRules: RequestRules
  readonly replyRules: ReplyRules
  readonly signed: SignedReplyRules | undefined
  readonly optional: boolean
  readonly skipPreflight: boolean
  readonly protection: Protection
  readonly claims: StandardSchemaV1 | undefined
  readonly timeoutMs: number
  readonly maxResponseBytes: number
  readonly retries: number
  readonly maxConcurrentCalls: number
  readonly memory: MemoryRules
  readonly onEvent: ((event: IntrospectEvent) => void) | undefined
  readonly now: () => number
  /** Behind a function, because a proxy's URL may hold a password. */
  readonly http: () => HttpSettings
  readonly transport: Transport | undefined
}

const timeout = whole('milliseconds', 1, 2 ** 31 - 1)
const count = whole('entries', 1, 2 ** 24)

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
  ...['introspectionEndpoint', 'issuer', 'allowInsecureEndpoint', 'clientId', 'clientSecret', 'clientAuthentication'],
  ...requirementNames,
  ...['scopeMatching', 'scopeSeparator', 'requireExpiry', 'requireSubject', 'requireIssuer', 'clockToleranceSeconds'],
  ...['expiryToleranceSeconds', 'tokenSources', 'tokenSyntax', 'maxTokenLength', 'optional', 'skipPreflight', 'corsExposeHeaders'],
  ...[
    'realm',
    'claims',
    'introspectionRequest',
    'introspectionReply',
    'signedIntrospection',
    'http',
    'timeoutMs',
    'maxResponseBytes',
    'retries',
    'maxConcurrentCalls',
    'cache',
    'onEvent',
    'now',
    'transport',
  ],
]

/**
 * Resolves the options of a resource server; `clock` tells the time where `now` is not given.
 *
 * @throws {TypeError} naming every fault.
 */
export function resolveOptions(options: unknown, clock: () => number): ResolvedOptions {
  const faults = new OptionFaults()
  const members = readMembers(options, optionNames, faults)
  const read = <T>(name: string, reader: Reader<T>, byDefault: T): T => {
    const value = members[name]
    return value === undefined ? byDefault : (reader(value, name, faults) ?? byDefault)
  }
  const optionally = <T>(name: string, reader: Reader<T>): T | undefined => read<T | undefined>(name, reader, undefined)

  const dialect = dialectOf(options)
  const endpoint = readWhereToAsk(members, faults)
  const issuer = optionally('issuer', text)
  const sources = read('tokenSources', tokenSources, ['header'])
  const client = readClient(members, faults)
  const requestRules = readRequestRules(members['introspectionRequest'], client, faults)
  const transport = optionally('transport', callable<Transport>())
  const surroundings = { configurable: runtime.configurable, transport: members['transport'] !== undefined }
  checkSurroundings(client, { issuer, ...surroundings }, faults)
  if (endpoint instanceof URL && endpoint.searchParams.has(requestRules.tokenParameter)) {
    faults.say(`"introspectionEndpoint" must not have "${requestRules.tokenParameter}" in its query: that is the token's`)
  }
  const clockToleranceSeconds = read('clockToleranceSeconds', seconds, 10)
  const replyRules = { scopeSeparator: read('scopeSeparator', text, ' '), ...readReplyRules(members['introspectionReply'], faults) }
  const resolved: ResolvedOptions = {
    endpoint,
    clientAuthentication: client,
    authorizationServer: 'issuer' in endpoint ? endpoint.issuer : (issuer ?? endpoint.origin + endpoint.pathname),
    needs: combine(readNeeds(members, faults)),
    warnings: [
      ...(members['audience'] === undefined ? (['AUDIENCE_UNCHECKED'] as const) : []),
      ...(requestRules.tokenIn.includes('query') ? (['TOKEN_IN_URL'] as const) : []),
      ...(client.unencoded === true ? (['UNENCODED_CREDENTIALS'] as const) : []),
      ...(client.certificate !== undefined && (endpoint instanceof URL ? endpoint : endpoint.url).protocol !== 'https:'
        ? (['TLS_CERTIFICATE_NOT_SHOWN'] as const)
        : []),
      ...(dialect.warnings ?? []),
    ],
    rules: {
      issuer,
      scopeMatching: read('scopeMatching', scopeMatching, 'exact'),
      requireExpiry: read('requireExpiry', flag, false),
      requireSubject: read('requireSubject', flag, false),
      requireIssuer: read('requireIssuer', flag, false),
      clockToleranceSeconds,
      expiryToleranceSeconds: read('expiryToleranceSeconds', seconds, 0),
    },
    presentation: {
      sources,
      tokenSyntax: read('tokenSyntax', oneOf('b64token', 'vschar'), 'b64token'),
      maxTokenLength: read('maxTokenLength', whole('characters', 1), 8192),
    },
    // RFC 6750 §2.3: no shared cache may keep the answer to a URL with a token in it.
    grantedHeaders: Object.freeze(typeof sources !== 'function' && sources.includes('query') ? [['Cache-Control', 'private']] : []),
    requestRules: { ...requestRules, ...dialect.request },
    replyRules: { ...replyRules, ...dialect.reply },
    signed: readSignedIntrospection(members['signedIntrospection'], { issuer, client, clockToleranceSeconds, ...replyRules }, faults),
    optional: read('optional', flag, false),
    skipPreflight: read('skipPreflight', flag, false),
    protection: { realm: read('realm', realm, 'api'), exposed: read('corsExposeHeaders', flag, false) },
    claims: optionally('claims', schema),
    timeoutMs: read('timeoutMs', timeout, 2000),
    maxResponseBytes: read('maxResponseBytes', whole('bytes', 1, 2 ** 30), 65_536),
    retries: read('retries', whole('retries', 0, 10), 1),
    maxConcurrentCalls: read('maxConcurrentCalls', whole('calls', 1), 256),
    memory: readCache(members['cache'], faults),
    onEvent: optionally('onEvent', callable<(event: IntrospectEvent) => void>()),
    now: read('now', callable<() => number>(), clock),
    http: readHttpOptions(members['http'], surroundings, faults),
    transport,
  }
  faults.throwAny('oauth-introspect options')
  return Object.freeze(resolved)
}

const errorCodes: Reader<readonly string[]> = (value, name, faults) =>
  Array.isArray(value) && value.every((code) => typeof code === 'string' && code !== '')
    ? [...(value as string[])]
    : faults.expect(name, 'a list of error codes', value)

function readReplyRules(value: unknown, faults: OptionFaults): Omit<ReplyRules, 'scopeSeparator'> {
  const members = value === undefined ? {} : readMembers(value, ['inactiveErrors', 'missingActive'], faults, 'introspectionReply.')
  const { inactiveErrors = ['unsupported_token_type'], missingActive = 'refuse' } = members
  return {
    inactiveErrors: errorCodes(inactiveErrors, 'introspectionReply.inactiveErrors', faults) ?? [],
    missingActive: oneOf('refuse', 'checkToken')(missingActive, 'introspectionReply.missingActive', faults) ?? 'refuse',
  }
}

const cacheNames = ['maxEntries', 'maxAgeSeconds', 'inactiveMaxEntries', 'inactiveMaxAgeSeconds']

function readCache(value: unknown, faults: OptionFaults): MemoryRules {
  const members =
    value === false
      ? { maxAgeSeconds: 0, inactiveMaxAgeSeconds: 0 }
      : readMembers(value === undefined ? {} : value, cacheNames, faults, 'cache.')
  const read = (name: string, reader: Reader<number>, byDefault: number): number => {
    const member = members[name]
    return member === undefined ? byDefault : (reader(member, `cache.${name}`, faults) ?? byDefault)
  }
  return {
    maxEntries: read('maxEntries', count, 10_000),
    maxAgeMs: read('maxAgeSeconds', seconds, 60) * 1000,
    inactiveMaxEntries: read('inactiveMaxEntries', count, 10_000),
    inactiveMaxAgeMs: read('inactiveMaxAgeSeconds', seconds, 10) * 1000,
  }
}

function readClient(members: Readonly<Record<string, unknown>>, faults: OptionFaults): ClientAuthentication {
  const { clientId, clientSecret, clientAuthentication: method } = members
  const unauthenticated: ClientAuthentication = { method: 'none', identity: '', credentials: () => ({}) }
  if (method !== undefined) {
    if (clientId !== undefined || clientSecret !== undefined) {
      faults.say('"clientAuthentication" must not stand beside "clientId" or "clientSecret": they are a method of their own')
    }
    return readClientAuthentication(method, 'clientAuthentication', faults) ?? unauthenticated
  }
  const id = clientId === undefined ? undefined : text(clientId, 'clientId', faults)
  const secret = clientSecret === undefined ? undefined : text(clientSecret, 'clientSecret', faults)
  if (id !== undefined && secret !== undefined) return clientSecretBasic(id, secret)
  if (clientId === undefined || clientSecret === undefined) {
    faults.say('"clientId" and "clientSecret", or "clientAuthentication", are needed: RFC 7662 §2.1 has the endpoint know who asks')
  }
  return unauthenticated
}
