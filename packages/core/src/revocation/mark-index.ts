/**
 * Finds what marks say of a token: by what introspection says of it, one look-up for each set of members that marks name, however many
 * marks there are. Nothing is kept for a token.
 *
 * @module
 */
import type { ActiveIntrospection } from '../introspection-response.ts'

// The first that a mark names says what it is about; the others narrow it.
const names = ['tokenDigest', 'jti', 'subject', 'session', 'client', 'issuer'] as const

/** A member by which marks name tokens. */
export type Name = (typeof names)[number]

/** The values of such members, of a mark or of a token. */
export type Named = { readonly [N in Name]?: string | undefined }

/** What holds of the tokens that are named. Milliseconds, but for `endedAt`; both ends by the clock that nobody sets. */
export interface Term {
  /** By the wall clock, as the times at which other instances asked. */
  receivedAt: number
  /** The number of the mark. */
  order: number
  /** Tokens that are not newer than this, in seconds, are refused; `undefined`: none is. */
  endedAt: number | undefined
  refuseUntil: number
  /** Until then there may be answers from before the mark. */
  askUntil: number
}

/** The terms of all marks that name the same members. */
interface Shape {
  readonly members: readonly Name[]
  readonly terms: Map<string, Term>
}

/** A term that holds of a token. */
export interface Found {
  readonly term: Term
  /** Whether what the marks are about is a member that the token has. Otherwise they may speak of it, or not. */
  readonly identified: boolean
}

/** The terms by the tokens that they hold of. */
export class MarkIndex {
  readonly #shapes = new Map<string, Shape>()

  /** Whether a mark is about tokens with a certain digest. */
  get namesDigests(): boolean {
    for (const { members } of this.#shapes.values()) if (members[0] === 'tokenDigest') return true
    return false
  }

  /** The terms that hold of a token. */
  find(token: Named): readonly Found[] {
    const found: Found[] = []
    for (const { members, terms } of this.#shapes.values()) {
      const term = terms.get(keyOf(members, token))
      const [subject] = members
      if (term !== undefined) found.push({ term, identified: subject !== undefined && token[subject] !== undefined })
    }
    return found
  }

  add(named: Named, term: Term): void {
    const members = membersOf(named)
    const id = members.join()
    const shape = this.#shapes.get(id) ?? { members, terms: new Map<string, Term>() }
    this.#shapes.set(id, shape)
    for (const key of keysOf(members, named)) {
      const known = shape.terms.get(key)
      if (known === undefined) shape.terms.set(key, { ...term })
      else merge(known, term)
    }
  }

  /** Forgets the terms that are over. */
  sweep(isOver: (term: Term) => boolean): void {
    for (const [id, { terms }] of this.#shapes) {
      for (const [key, term] of terms) if (isOver(term)) terms.delete(key)
      if (terms.size === 0) this.#shapes.delete(id)
    }
  }

  clear(): void {
    this.#shapes.clear()
  }
}

/** Lets a term say what another says, too. */
export function merge(known: Term, term: Term): void {
  known.receivedAt = term.receivedAt
  known.order = Math.max(known.order, term.order)
  if (term.endedAt !== undefined) known.endedAt = Math.max(term.endedAt, known.endedAt ?? -Infinity)
  known.refuseUntil = Math.max(known.refuseUntil, term.refuseUntil)
  known.askUntil = Math.max(known.askUntil, term.askUntil)
}

/** The members by which a mark, or anything like it, names tokens; the first is what it is about. */
export function membersOf(named: Named): readonly Name[] {
  return names.filter((name) => named[name] !== undefined)
}

/** Nothing but those members. */
export function nameOnly(named: Named): Named {
  return Object.fromEntries(membersOf(named).map((name) => [name, named[name]]))
}

/** By what a mark can name a token. One of nobody has no session either; whatever else is not said may be so or not. */
export function describeToken({ sub, username, client_id: client, iss, claims }: ActiveIntrospection, more: Named): Named {
  const { sid, jti } = claims
  // Servers that do not say who it is by an identifier say it by a name.
  const subject = sub ?? username ?? ''
  return {
    tokenDigest: more.tokenDigest,
    jti: typeof jti === 'string' ? jti : undefined,
    subject,
    session: typeof sid === 'string' ? sid : subject === '' ? '' : undefined,
    client,
    issuer: iss ?? more.issuer,
  }
}

/** Whether a mark may be about a token: each member that both have is equal. */
export function mayMean(mark: Named, token: Named): boolean {
  for (const name of names) {
    const named = mark[name]
    const own = token[name]
    if (named !== undefined && own !== undefined && named !== own) return false
  }
  return true
}

/** What is missing has a key of its own; lengths keep two lists of values from reading the same. */
export function keyOf(members: readonly Name[], values: Named): string {
  let key = ''
  for (const name of members) {
    const value = values[name]
    key += value === undefined ? '?' : `${value.length}:${value}`
  }
  return key
}

/** The keys of all tokens that a mark fits: each member equal, or missing there (SSF 1.0, subject matching). */
function keysOf(members: readonly Name[], named: Named): readonly string[] {
  let variants: readonly Named[] = [named]
  // Whose token it is, is always known, be it nobody's.
  for (const name of members) if (name !== 'subject') variants = variants.flatMap((values) => [values, { ...values, [name]: undefined }])
  return variants.map((values) => keyOf(members, values))
}
