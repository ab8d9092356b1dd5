/**
 * Reads what the authorization server says of a token, RFC 7662 §2.2, as what it is: untrusted. Only `active === true` is active.
 * Members that this file reads and that are of the wrong type make the whole reply unusable; unknown members are kept.
 *
 * @module
 */
import { IntrospectionError } from './errors.ts'

/** The members of a reply, or what a schema made of them. */
export type Claims = Readonly<Record<string, unknown>>

/** An active token: wire names, lists where the wire allows one or several, times in seconds. */
export interface ActiveIntrospection {
  readonly active: true
  readonly scope: readonly string[]
  readonly aud: readonly string[]
  readonly client_id: string | undefined
  readonly username: string | undefined
  readonly token_type: string | undefined
  readonly sub: string | undefined
  readonly iss: string | undefined
  readonly exp: number | undefined
  readonly iat: number | undefined
  readonly nbf: number | undefined
  /** A `cnf` member is there: whoever presents the token must prove more than its possession (RFC 7800). */
  readonly bound: boolean
  /** Everything the server said, deep-frozen. */
  readonly claims: Claims
}

/** What the authorization server knows of a token. */
export type IntrospectionResponse = ActiveIntrospection | { readonly active: false }

/** What a reply without `active` means. */
export type MissingActive = 'refuse' | 'checkToken'

/** How replies are read. */
export interface ReplyRules {
  readonly scopeSeparator: string
  /** Error codes of a 400 that are about the token presented, not about our request. */
  readonly inactiveErrors: readonly string[]
  readonly missingActive: MissingActive
  /** True where those error codes count whatever the status of the reply, 200 too. */
  readonly errorsAtAnyStatus?: boolean
  /** Gives one value for all equal ones, where what is read will be kept for long. */
  readonly share?: (value: unknown) => unknown
}

/**
 * Reads the members about a token, wherever they stood.
 *
 * @throws {IntrospectionError} `RESPONSE_NOT_CONFORM`.
 */
export function readIntrospection(members: Record<string, unknown>, token: string, rules: ReplyRules): IntrospectionResponse {
  const { active } = members
  if (active === false) return { active: false }
  if (active !== true && !(rules.missingActive === 'checkToken' && namesParty(members))) throw notConform('"active" is not a boolean')
  return readActive(members, token, rules)
}

/** Spring's old `check_token` endpoint knows no `active`: it answers a good token with its client and user, any other with an error. */
function namesParty(members: Readonly<Record<string, unknown>>): boolean {
  if (members['active'] !== undefined || members['error'] !== undefined) return false
  return ['client_id', 'user_name', 'username', 'sub'].some((name) => typeof members[name] === 'string' && members[name] !== '')
}

function readActive(members: Record<string, unknown>, token: string, rules: ReplyRules): ActiveIntrospection {
  // Read before the token is taken out: a member that decides must not be taken for an absent one.
  for (const name of ['token_type', 'iss']) readDeciding(members, name, token)
  for (const name of ['exp', 'iat', 'nbf']) readTime(members, name)
  readConfirmation(members['cnf'])
  const { share = (value: unknown) => value } = rules
  // Made anew where something was taken out: an object is given three times the room then, and a list has a hole where null is meant.
  if (clean(members, token, share)) return readActive(JSON.parse(JSON.stringify(members)) as Record<string, unknown>, token, rules)
  const scope = share(Object.freeze(readScope(members, rules.scopeSeparator))) as readonly string[]
  const aud = share(Object.freeze(readAudience(members['aud']))) as readonly string[]
  const otherName = rules.missingActive === 'checkToken' ? readString(members, 'user_name') : undefined
  return describeActive(members, { scope, aud, username: readString(members, 'username') ?? otherName })
}

/** What was made of members that may be written in several ways. */
export interface Reading {
  readonly scope: readonly string[]
  readonly aud: readonly string[]
  /** Where the name does not stand in `username`. */
  readonly username?: string | undefined
}

/** The token that members are about which have been read before. */
export function describeActive(claims: Claims, { scope, aud, username }: Reading): ActiveIntrospection {
  return {
    active: true,
    scope,
    aud,
    client_id: readString(claims, 'client_id'),
    username: username ?? readString(claims, 'username'),
    token_type: readString(claims, 'token_type'),
    sub: readString(claims, 'sub'),
    iss: readString(claims, 'iss'),
    exp: readTime(claims, 'exp'),
    iat: readTime(claims, 'iat'),
    nbf: readTime(claims, 'nbf'),
    bound: readConfirmation(claims['cnf']),
    claims,
  }
}

/**
 * Takes out of the reply what no handler should hold, and freezes the rest: an own `__proto__`, which becomes a prototype when a handler
 * copies the object, and any text with the token in it. Tells whether there was any.
 */
function clean(value: unknown, token: string, share: (value: unknown) => unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  let found = false
  const parent = value as Record<string, unknown>
  for (const name of Object.keys(parent)) {
    const member = parent[name]
    if (name === '__proto__' || holds(name, token) || (typeof member === 'string' && holds(member, token))) {
      Reflect.deleteProperty(parent, name)
      found = true
    } else {
      found = clean(member, token, share) || found
      // Written in any case: what is written now and then has several shapes to V8, and takes more room.
      parent[name] = ownMembers.has(name) ? member : share(member)
    }
  }
  Object.freeze(value)
  return found
}

// No two tokens, or users, have these in common: to look for equal ones would only cost.
const ownMembers = new Set(['sub', 'username', 'jti', 'sid'])

/** A token shorter than 16 characters cannot be told from ordinary words. */
function holds(text: string, token: string): boolean {
  return token.length >= 16 && text.includes(token)
}

/** A string whose absence would let more pass. */
function readDeciding(members: Claims, name: string, token: string): void {
  const value = readString(members, name)
  if (value !== undefined && holds(value, token)) throw notConform(`"${name}" is the token`)
}

/** `null` says the same as absence: some servers write it for what they do not know. */
function readString(members: Claims, name: string): string | undefined {
  const value = members[name] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw notConform(`"${name}" is not a string`)
}

/** NumericDate of RFC 7519 §2: may have a fraction, which is rounded down. */
function readTime(members: Claims, name: string): number | undefined {
  const value = members[name] ?? undefined
  if (value === undefined) return undefined
  if (Number.isFinite(value)) return Math.floor(Number(value))
  throw notConform(`"${name}" is not a number of seconds`)
}

/** A string as RFC 7662 §2.2 has it, or a list as many servers do; an item with a separator in it stays one item, which matches nothing. */
function readScope(members: Record<string, unknown>, separator: string): string[] {
  const value = members['scope'] ?? members['scp'] ?? undefined
  if (value === undefined) return []
  if (typeof value === 'string') return [...new Set(value.split(separator).filter((scope) => scope !== ''))]
  if (Array.isArray(value)) return value.filter((item: unknown): item is string => typeof item === 'string' && item !== '')
  throw notConform('"scope" is neither a string nor a list')
}

/** A string or a list (RFC 7519 §4.1.3). Whatever else stands there names no audience, so that a required one is not met. */
function readAudience(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((item: unknown): item is string => typeof item === 'string') : []
}

/** Any object binds the token, an empty or unknown one too: the server said "bound" (RFC 7800 §3.1, read to fail closed). */
function readConfirmation(value: unknown): boolean {
  if (value === undefined) return false
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return true
  throw notConform('"cnf" is not an object')
}

/** A reply that nothing can be done with; told in constant words. */
export function notConform(what: string): IntrospectionError {
  return new IntrospectionError('RESPONSE_NOT_CONFORM', `the introspection reply cannot be used: ${what}`)
}
