/**
 * The door for adapters: what every framework's file would repeat. A grant is found by the framework's own request object, never by
 * a property that a handler or the client could have planted.
 *
 * @module
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { AuthInfo } from './auth-info.ts'
import type { Refused } from './challenge.ts'
import { resolveRequirements } from './needs.ts'
import { OptionFaults, oneOf, readMembers, text } from './option-faults.ts'
import type { Options } from './options.ts'
import type { Outcome, ResourceServer } from './outcome.ts'
import { createPrivateField } from './private-field.ts'
import type { Requirements } from './requirements.ts'
import type { ResourceRequest } from './resource-request.ts'
import { checkRequirements, createResourceServer, refuseAnonymous } from './resource-server.ts'

export { isRefusalError, RefusalError, type RefusalFields, refusalFields, refusalMessage } from './refusal-error.ts'
export { isAppended, refusalResponse, writeHeaders, writeRefusal } from './refusal-response.ts'
export type { NodeClosable } from './resource-request.ts'
export {
  createSignalReceiver,
  type SecurityEventPaths,
  type SignalAnswer,
  type SignalReceiver,
} from './revocation/security-events.ts'

/** How an adapter attaches and answers. */
export interface AdapterOptions {
  /** The property under which `auth` is attached. Default `'auth'`. */
  readonly property?: string
  /** `'answer'` (default) writes refusals; `'throw'` hands a `RefusalError` to the framework's error handling. */
  readonly onRefusal?: 'answer' | 'throw'
}

/** Options whose functions may want the request of any framework: an adapter hands them that of its own. */
export type GivenOptions = Options<StandardSchemaV1, boolean, never>

/** What an `introspect()` call was given, read once. */
export interface Guarding {
  readonly server: ResourceServer<unknown>
  readonly requirements: Requirements | undefined
  readonly property: string
  readonly throws: boolean
}

/**
 * Reads the arguments of `introspect(options, adapterOptions?)` and `introspect(resourceServer, requirements?, adapterOptions?)`.
 *
 * @throws {TypeError} naming every fault.
 */
export function readGuarding(
  first: GivenOptions | ResourceServer<unknown>,
  second: Requirements | AdapterOptions | undefined,
  third: AdapterOptions | undefined,
  known?: readonly (keyof AdapterOptions)[],
): Guarding {
  if (!isResourceServer(first)) {
    if (third !== undefined) throw new TypeError('introspect(): requirements go into the options, or behind a resource server')
    return {
      ...readAdapterOptions(second, known),
      requirements: undefined,
      server: createResourceServer(first as Options<StandardSchemaV1>),
    }
  }
  const requirements = second as Requirements | undefined
  if (requirements !== undefined) checkRequirements(first, requirements)
  return { ...readAdapterOptions(third, known), requirements, server: first }
}

/** Tells a resource server from options. */
export function isResourceServer(value: unknown): value is ResourceServer<unknown> {
  return typeof value === 'object' && value !== null && 'authorize' in value && typeof value.authorize === 'function'
}

/**
 * Reads adapter options, of which a framework may know fewer than all.
 *
 * @throws {TypeError} naming every fault.
 */
export function readAdapterOptions(
  options: unknown = {},
  known: readonly (keyof AdapterOptions)[] = ['property', 'onRefusal'],
): { readonly property: string; readonly throws: boolean } {
  const faults = new OptionFaults()
  const { property, onRefusal } = readMembers(options, known, faults)
  const name = property === undefined ? 'auth' : text(property, 'property', faults)
  const way = onRefusal === undefined ? 'answer' : oneOf('answer', 'throw')(onRefusal, 'onRefusal', faults)
  faults.throwAny('introspect()')
  return { property: name ?? 'auth', throws: way === 'throw' }
}

type Passed = Exclude<Outcome<unknown>, Refused>

const grants = createPrivateField<{ readonly guarding: Guarding; readonly passed: Passed }>()

/** Judges a request and records under `key`, the framework's request object, who let it pass; the last `introspect()` wins. */
export function authorizeRequest(guarding: Guarding, key: object, request: ResourceRequest): Outcome<unknown> | Promise<Outcome<unknown>> {
  return record(key, guarding, guarding.server.authorize(request, guarding.requirements))
}

function record(
  key: object,
  guarding: Guarding,
  outcome: Outcome<unknown> | Promise<Outcome<unknown>>,
): Outcome<unknown> | Promise<Outcome<unknown>> {
  if ('then' in outcome) return outcome.then((settled) => record(key, guarding, settled))
  if (outcome.outcome !== 'refused') grants.set(key, { guarding, passed: outcome })
  return outcome
}

/**
 * Reads the requirements of a guard: `requireToken(requirements)`.
 *
 * @throws {TypeError} naming every fault.
 */
export function readGuardRequirements(requirements: Requirements = {}): Requirements {
  resolveRequirements(requirements)
  return requirements
}

/**
 * Reads the arguments of `requireScopes(...scopes)`.
 *
 * @throws {TypeError} when there are none, or when one is no scope.
 */
export function readRequiredScopes(scopes: readonly string[]): Requirements {
  if (scopes.length === 0) throw new TypeError('requireScopes() takes at least one scope')
  return readGuardRequirements({ requiredScopes: [...scopes] })
}

/** The `introspect()` that a guard stands behind. @throws {Error} when there is none: a guard never passes by itself. */
export function findGuarding(key: object): Guarding {
  const grant = grants.get(key)
  if (grant !== undefined) return grant.guarding
  throw new Error('requireScopes() and requireToken() stand behind introspect(), and none has let this request pass')
}

/** Judges a request once more, for a guard behind `introspect()`. */
export function checkRequest(guarding: Guarding, key: object, requirements: Requirements): Outcome<unknown> | Promise<Outcome<unknown>> {
  const passed = grants.get(key)?.passed
  if (passed?.outcome !== 'granted') return refuseAnonymous(passed)
  return record(key, guarding, guarding.server.check(passed.auth, requirements))
}

/** The type of an adapter's `getAuth`, by what its framework calls a request. */
export interface GetAuth<Key extends object> {
  /** The `auth` of a request. @throws {Error} when there is none. */
  (key: Key): AuthInfo
  /** The `auth` that this server has granted. @throws {Error} when there is none, or when another server granted it. */
  <C>(key: Key, server: ResourceServer<C>): AuthInfo<C>
}

/** The type of an adapter's `findAuth`, by what its framework calls a request. */
export interface FindAuth<Key extends object> {
  /** The `auth` of a request; `undefined` when it is anonymous. */
  (key: Key): AuthInfo | undefined
  /** The `auth` that this server has granted; `undefined` when the request is anonymous. @throws {Error} when another server judged it. */
  <C>(key: Key, server: ResourceServer<C>): AuthInfo<C> | undefined
}

export function findAuth(key: object): AuthInfo | undefined
export function findAuth<C>(key: object, server: ResourceServer<C>): AuthInfo<C> | undefined
/** The `auth` of a request, by the framework's request object. */
export function findAuth(key: object, server?: object): AuthInfo<unknown> | undefined {
  const grant = grants.get(key)
  if (grant === undefined) return undefined
  if (server !== undefined && server !== grant.guarding.server) throw new Error('another resource server has judged this request')
  return grant.passed.outcome === 'granted' ? grant.passed.auth : undefined
}

export function getAuth(key: object): AuthInfo
export function getAuth<C>(key: object, server: ResourceServer<C>): AuthInfo<C>
/** The `auth` of a request, by the framework's request object. */
export function getAuth(key: object, server?: ResourceServer<unknown>): AuthInfo<unknown> {
  const auth = server === undefined ? findAuth(key) : findAuth(key, server)
  if (auth === undefined) throw new Error('no access token was granted for this request: is introspect() in front of this handler?')
  return auth
}
