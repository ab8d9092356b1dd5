/**
 * Every option: its type, unit, default and check. Read once, resolved and frozen; the caller's object is never written to.
 *
 * @module
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { PresentationRules, TokenSyntax } from './bearer-token.ts'
import type { MemoryRules } from './cache/remember.ts'
import type { Protection } from './challenge.ts'
import type { ClientAuthentication } from './client-authentication/client-authentication.ts'
import { clientSecretBasic } from './client-authentication/client-secret-basic.ts'
import type { IntrospectEvent } from './events.ts'
import { readEndpoint } from './introspection-endpoint.ts'
import type { Claims, ReplyRules } from './introspection-response.ts'
import { readNeeds, requirementNames } from './needs.ts'
import { callable, flag, OptionFaults, oneOf, type Reader, readMembers, seconds, text, whole } from './option-faults.ts'
import { combine, type Needs, type Requirements, type StandingRules } from './requirements.ts'
import type { Transport } from './runtime/fetch-connection.ts'
import type { ScopeMatching } from './scope.ts'

/** What `auth.claims` is without a `claims` schema. */
export type DefaultSchema = StandardSchemaV1<unknown, Claims>

/** How long answers are remembered. */
export interface CacheOptions {
  /** Active answers kept at most. Default 10 000. */
  readonly maxEntries?: number
  /** Seconds an active answer is kept at most; its `exp` ends it earlier. Default 60. `0` keeps none. */
  readonly maxAgeSeconds?: number
  /** Inactive answers kept at most, in a store of their own. Default 10 000. */
  readonly inactiveMaxEntries?: number
  /** Seconds an inactive answer is kept. Default 10. `0` keeps none. */
  readonly inactiveMaxAgeSeconds?: number
}

interface Endpoint {
  /** Absolute https URL of the introspection endpoint (RFC 7662 §2); its query is kept; http only on loopback. */
  readonly introspectionEndpoint: string | undefined
  /** The issuer whose tokens are accepted: an `iss` in a reply must equal it. */
  readonly issuer?: string | undefined
  /** Allows an http endpoint that is not on loopback: tokens and credentials then travel in the clear. Default `false`. */
  readonly allowInsecureEndpoint?: boolean
}

type Credentials =
  | {
      /** Short for `clientAuthentication: clientSecretBasic(clientId, clientSecret)`. */
      readonly clientId: string | undefined
      /** See `clientId`. */
      readonly clientSecret: string | undefined
      readonly clientAuthentication?: never
    }
  | {
      /** How this resource server authenticates to the introspection endpoint (RFC 7662 §2.1). */
      readonly clientAuthentication: ClientAuthentication
      readonly clientId?: never
      readonly clientSecret?: never
    }

interface Settings<S extends StandardSchemaV1, A extends boolean> extends Omit<Requirements, 'audience' | 'maxAnswerAgeSeconds'> {
  /** One of these must be in `aud`. Absent: unchecked, with a warning event; `null`: unchecked on purpose. */
  readonly audience?: string | readonly string[] | null | undefined
  /** How granted scopes are held against required ones. Default `'exact'`. */
  readonly scopeMatching?: ScopeMatching
  /** What separates scopes in a reply. Default one space (RFC 6749 §3.3). */
  readonly scopeSeparator?: string
  /** Refuses tokens without `exp`. Default `false`. */
  readonly requireExpiry?: boolean
  /** Refuses tokens without `sub`. Default `false`. */
  readonly requireSubject?: boolean
  /** Refuses tokens without `iss`. Default `false`. */
  readonly requireIssuer?: boolean
  /** Seconds that `nbf` and `iat` may lie ahead. Default 10. */
  readonly clockToleranceSeconds?: number
  /** Seconds past `exp` within which a fresh reply, never a remembered one, still counts. Default 0. */
  readonly expiryToleranceSeconds?: number
  /** Characters a token may have: `'b64token'` (RFC 6750 §2.1, default) or `'vschar'` (RFC 6749 A.12, but no space and no comma). */
  readonly tokenSyntax?: TokenSyntax
  /** Characters of the longest token that is looked at. Default 8192. */
  readonly maxTokenLength?: number
  /** Lets requests without a token pass as anonymous; a bad token or an outage is still refused. Default `false`. */
  readonly optional?: A
  /** The `realm` of challenges. Default `'api'`. */
  readonly realm?: string
  /** A Standard Schema for `auth.claims`: types them, and refuses tokens whose reply does not meet it. */
  readonly claims?: S
  /** Milliseconds within which everything about one question must be done, a retry included. Default 2000. */
  readonly timeoutMs?: number
  /** Bytes of the largest reply that is read, after decoding. Default 65 536. */
  readonly maxResponseBytes?: number
  /** How often a question is asked again after a network failure or 502, 503, 504. Default 1. */
  readonly retries?: number
  /** Questions under way at once; past it requests are answered 503. Default 256. */
  readonly maxConcurrentCalls?: number
  /** What is remembered, and for how long; `false`: nothing. */
  readonly cache?: false | CacheOptions
  /** Hears what happens; what it throws is swallowed and counted. */
  readonly onEvent?: (event: IntrospectEvent) => void
  /** The clock: milliseconds since epoch. Default `Date.now`. */
  readonly now?: () => number
  /** HTTP of your own in place of the runtime's; the global `fetch` fits. */
  readonly transport?: Transport
}

/** Options of `createResourceServer()` and of every adapter's `introspect()`. */
export type Options<S extends StandardSchemaV1 = DefaultSchema, A extends boolean = boolean> = Endpoint & Credentials & Settings<S, A>

/** Options with every default in its place. */
export interface ResolvedOptions {
  readonly endpoint: URL
  readonly clientAuthentication: ClientAuthentication
  readonly authorizationServer: string
  readonly needs: Needs
  readonly audienceUnchecked: boolean
  readonly rules: StandingRules
  readonly presentation: PresentationRules
  readonly replyRules: ReplyRules
  readonly optional: boolean
  readonly protection: Protection
  readonly claims: StandardSchemaV1 | undefined
  readonly timeoutMs: number
  readonly maxResponseBytes: number
  readonly retries: number
  readonly maxConcurrentCalls: number
  readonly memory: MemoryRules
  readonly onEvent: ((event: IntrospectEvent) => void) | undefined
  readonly now: () => number
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

const clientAuthentication: Reader<ClientAuthentication> = (value, name, faults) =>
  typeof value === 'object' && value !== null && 'credentials' in value && typeof value.credentials === 'function'
    ? (value as ClientAuthentication)
    : faults.expect(name, 'a client authentication method, such as clientSecretBasic(id, secret)', value)

const optionNames = [
  ...['introspectionEndpoint', 'issuer', 'allowInsecureEndpoint', 'clientId', 'clientSecret', 'clientAuthentication'],
  ...requirementNames,
  ...['scopeMatching', 'scopeSeparator', 'requireExpiry', 'requireSubject', 'requireIssuer', 'clockToleranceSeconds'],
  ...['expiryToleranceSeconds', 'tokenSyntax', 'maxTokenLength', 'optional', 'realm', 'claims', 'timeoutMs', 'maxResponseBytes'],
  ...['retries', 'maxConcurrentCalls', 'cache', 'onEvent', 'now', 'transport'],
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

  const endpoint = readEndpoint(members, faults)
  const issuer = optionally('issuer', text)
  const resolved: ResolvedOptions = {
    endpoint,
    clientAuthentication: readClientAuthentication(members, faults),
    authorizationServer: issuer ?? endpoint.origin + endpoint.pathname,
    needs: combine(readNeeds(members, faults)),
    audienceUnchecked: members['audience'] === undefined,
    rules: {
      issuer,
      scopeMatching: read('scopeMatching', scopeMatching, 'exact'),
      requireExpiry: read('requireExpiry', flag, false),
      requireSubject: read('requireSubject', flag, false),
      requireIssuer: read('requireIssuer', flag, false),
      clockToleranceSeconds: read('clockToleranceSeconds', seconds, 10),
      expiryToleranceSeconds: read('expiryToleranceSeconds', seconds, 0),
    },
    presentation: {
      tokenSyntax: read('tokenSyntax', oneOf('b64token', 'vschar'), 'b64token'),
      maxTokenLength: read('maxTokenLength', whole('characters', 1), 8192),
    },
    replyRules: { scopeSeparator: read('scopeSeparator', text, ' '), inactiveErrors: ['unsupported_token_type'] },
    optional: read('optional', flag, false),
    protection: { realm: read('realm', realm, 'api') },
    claims: optionally('claims', schema),
    timeoutMs: read('timeoutMs', timeout, 2000),
    maxResponseBytes: read('maxResponseBytes', whole('bytes', 1, 2 ** 30), 65_536),
    retries: read('retries', whole('retries', 0, 10), 1),
    maxConcurrentCalls: read('maxConcurrentCalls', whole('calls', 1), 256),
    memory: readCache(members['cache'], faults),
    onEvent: optionally('onEvent', callable<(event: IntrospectEvent) => void>()),
    now: read('now', callable<() => number>(), clock),
    transport: optionally('transport', callable<Transport>()),
  }
  faults.throwAny('oauth-introspect options')
  return Object.freeze(resolved)
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

function readClientAuthentication(members: Readonly<Record<string, unknown>>, faults: OptionFaults): ClientAuthentication {
  const { clientId, clientSecret, clientAuthentication: method } = members
  const unauthenticated: ClientAuthentication = { method: 'none', identity: '', credentials: () => ({}) }
  if (method !== undefined) {
    if (clientId !== undefined || clientSecret !== undefined) {
      faults.say('"clientAuthentication" must not stand beside "clientId" or "clientSecret": they are a method of their own')
    }
    return clientAuthentication(method, 'clientAuthentication', faults) ?? unauthenticated
  }
  const id = clientId === undefined ? undefined : text(clientId, 'clientId', faults)
  const secret = clientSecret === undefined ? undefined : text(clientSecret, 'clientSecret', faults)
  if (id !== undefined && secret !== undefined) return clientSecretBasic(id, secret)
  if (clientId === undefined || clientSecret === undefined) {
    faults.say('"clientId" and "clientSecret", or "clientAuthentication", are needed: RFC 7662 §2.1 has the endpoint know who asks')
  }
  return unauthenticated
}
