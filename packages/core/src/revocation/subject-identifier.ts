/**
 * Whom an event is about, RFC 9493 and SSF 1.0, in the words of marks. What introspection knows no member for cannot narrow a mark; an event
 * about nothing else makes us ask about all tokens of the issuer, since the authorization server knows what it means.
 *
 * @module
 */
import type { RevocationMark } from './revocation-mark.ts'
import { isObject, isText, type Members } from './signal-fault.ts'

/** The members by which a mark names tokens. */
type Names = Pick<RevocationMark, 'issuer' | 'subject' | 'session' | 'client' | 'jti'>

/** How an identifier is understood. */
export interface SubjectRules {
  /** The issuer of identifiers that name none. */
  readonly issuer: string
  /** Whether an identifier that says nothing else may be that of a session. */
  readonly maybeSession: boolean
  /** Members of a complex subject that must be understood. */
  readonly critical: readonly string[]
}

// Of each format, where the identifier itself stands.
const formats: Readonly<Record<string, string>> = {
  ...{ iss_sub: 'sub', opaque: 'id', email: 'email', phone_number: 'phone_number', account: 'uri', did: 'url', uri: 'uri' },
}

const maxIdentifiers = 16

/**
 * The tokens that an event is about, by any of these names; `undefined` where the identifier is none. An empty list: nothing is known of a
 * member that must be understood, so that the event is to be passed over (SSF 1.0, "Receiver Subject Processing").
 */
export function readSubject(value: unknown, rules: SubjectRules): readonly Names[] | undefined {
  if (!isObject(value) || !isText(value['format'])) return undefined
  if (value['format'] === 'complex') return readComplex(value, rules)
  const { issuer, maybeSession } = rules
  if (value['format'] === 'jwt_id') {
    const { iss, jti } = value
    return isText(iss) && isText(jti) ? [{ issuer: iss, jti }] : undefined
  }
  const identifiers = readSimple(value, issuer)
  if (identifiers === undefined || identifiers.length === 0) return identifiers === undefined ? undefined : [{ issuer }]
  const isOpaque = value['format'] === 'opaque'
  const names = identifiers.flatMap(({ issuer: of, id }) => [
    { issuer: of, subject: id },
    ...(isOpaque && maybeSession ? [{ issuer: of, session: id }] : []),
  ])
  return isNameOnly(identifiers) ? [...names, { issuer }] : names
}

interface Identifier {
  readonly issuer: string
  readonly id: string
  /** It is not what `sub` says, unless the authorization server has no other. */
  readonly isName: boolean
}

/** Introspection may call them by an identifier that none of these tells. */
function isNameOnly(identifiers: readonly Identifier[]): boolean {
  return identifiers.length > 0 && identifiers.every(({ isName }) => isName)
}

/** The identifiers of one subject: several where it has aliases, none where the format is not known; `undefined` where it is malformed. */
function readSimple(value: unknown, issuer: string): readonly Identifier[] | undefined {
  if (!isObject(value) || !isText(value['format'])) return undefined
  const { format, identifiers: aliases, iss } = value
  if (format === 'aliases') {
    if (!Array.isArray(aliases) || aliases.length === 0 || aliases.length > maxIdentifiers) return undefined
    // RFC 9493 §3.2.8: aliases have no aliases.
    const read = aliases.map((alias) => (isObject(alias) && alias['format'] === 'aliases' ? undefined : readSimple(alias, issuer)))
    return read.every((one) => one !== undefined) ? read.flat() : undefined
  }
  const member = Object.hasOwn(formats, format) ? formats[format] : undefined
  if (member === undefined) return []
  const { [member]: id } = value
  if (!isText(id) || (format === 'iss_sub' && !isText(iss))) return undefined
  return [{ issuer: format === 'iss_sub' ? String(iss) : issuer, id, isName: !['iss_sub', 'opaque'].includes(format) }]
}

/** Those members of a complex subject that introspection has a word for. */
const understood = ['user', 'session', 'application'] as const

function readComplex(value: Members, { issuer, critical }: SubjectRules): readonly Names[] | undefined {
  const members = Object.keys(value).filter((name) => name !== 'format')
  if (members.length === 0 || !members.every((name) => isObject(value[name]))) return undefined
  const [users, sessions, applications] = understood.map((name) => (name in value ? readSimple(value[name], issuer) : []))
  if (users === undefined || sessions === undefined || applications === undefined) return undefined
  const known = new Set<string>(understood.filter((_name, at) => [users, sessions, applications][at]?.length !== 0))
  if (members.some((name) => critical.includes(name) && !known.has(name))) return []
  let names: readonly Names[] = users.map(({ issuer: of, id }) => ({ issuer: of, subject: id }))
  if (users.length === 0 || isNameOnly(users)) names = [...names, {}]
  if (sessions.length > 0) names = names.flatMap((name) => sessions.map(({ issuer: of, id }) => ({ issuer: of, ...name, session: id })))
  if (applications.length > 0) names = names.flatMap((name) => applications.map(({ id }) => ({ ...name, client: id })))
  return names.length > maxIdentifiers ? [{ issuer }] : names.map((name) => ({ issuer, ...name }))
}
