/**
 * Reads the JSON of Gravitee: with or without the wrapper of an API definition, expressions resolved, defaults of its schema in place.
 *
 * @module
 */
import { findNearest, flag, type OptionFaults, type Reader, whole } from '../option-faults.ts'
import { readJsonObject } from '../strict-json.ts'

/** Resolves an expression, `{#…}` as it is written in the file. */
export type ExpressionResolver = (expression: string) => string

/** What is found out while a document is read. */
export interface Findings {
  readonly faults: OptionFaults
  /** Tells of an option that has no effect here. */
  unused(option: string, why: string): void
}

type Members = Readonly<Record<string, unknown>>

/** One object of a configuration, such as `ssl`. */
export class GraviteeObject {
  readonly #members: Members
  readonly #prefix: string
  readonly #findings: Findings
  readonly #resolve: ExpressionResolver | undefined

  constructor(members: Members, known: readonly string[], findings: Findings, resolve?: ExpressionResolver, prefix = '') {
    this.#members = members
    this.#prefix = prefix
    this.#findings = findings
    this.#resolve = resolve
    for (const [name, value] of Object.entries(members)) {
      if (value === undefined) findings.faults.say(`"${prefix}${name}" is undefined: is an environment variable missing?`)
      if (known.includes(name)) continue
      const nearest = findNearest(name, known)
      if (nearest === undefined) findings.unused(prefix + name, 'it is not known here')
      else findings.faults.say(`unknown option "${prefix}${name}": did you mean "${prefix}${nearest}"?`)
    }
  }

  /** Gravitee drops what is null, and its forms leave empty strings behind. */
  has(name: string): boolean {
    const value = this.#members[name] ?? ''
    return value !== ''
  }

  flag(name: string, byDefault: boolean): boolean {
    return this.#read(name, flag) ?? byDefault
  }

  whole(name: string, unit: string, byDefault: number): number {
    return this.#read(name, whole(unit, 1, 2 ** 31 - 1)) ?? byDefault
  }

  /** A text with its expressions resolved. */
  text(name: string): string | undefined
  text(name: string, byDefault: string): string
  text(name: string, byDefault?: string): string | undefined {
    return this.#read(name, (value, full, faults) => this.#resolveAll(value, full, faults)) ?? byDefault
  }

  texts(name: string): readonly string[] {
    const list: Reader<readonly string[]> = (value, full, faults) =>
      Array.isArray(value)
        ? value.map((item: unknown, at) => this.#resolveAll(item, `${full}[${at}]`, faults) ?? '')
        : faults.expect(full, 'a list of strings', value)
    return this.#read(name, list) ?? []
  }

  object(name: string, known: readonly string[]): GraviteeObject | undefined {
    const members = this.#read(name, object)
    return members && new GraviteeObject(members, known, this.#findings, this.#resolve, `${this.#prefix}${name}.`)
  }

  /** Tells of options that have no effect here, where they are not what they are by themselves. */
  ignore(defaults: Members, why: string): void {
    for (const [name, byDefault] of Object.entries(defaults)) {
      if (this.has(name) && this.#members[name] !== byDefault) this.#findings.unused(this.#prefix + name, why)
    }
  }

  #read<T>(name: string, reader: Reader<T>): T | undefined {
    return this.has(name) ? reader(this.#members[name], this.#prefix + name, this.#findings.faults) : undefined
  }

  #resolveAll(value: unknown, name: string, faults: OptionFaults): string | undefined {
    if (typeof value !== 'string') return faults.expect(name, 'a string', value)
    let text = ''
    for (const part of splitExpressions(value)) {
      const resolved = part.startsWith('{#') ? this.#resolveOne(part, name, faults) : part
      if (resolved === undefined) return undefined
      text += resolved
    }
    return text
  }

  #resolveOne(expression: string, name: string, faults: OptionFaults): string | undefined {
    if (this.#resolve === undefined) {
      faults.say(`"${name}" has an expression, {#…}: give a function "resolve" that knows what it stands for`)
      return undefined
    }
    let resolved: unknown
    try {
      resolved = this.#resolve(expression)
    } catch {
      // Not the cause: it may hold what the expression stands for.
    }
    if (typeof resolved === 'string' && resolved !== '' && !resolved.includes('{#')) return resolved
    faults.say(`"resolve" must give a text for the expression of "${name}"`)
    return undefined
  }
}

/** Cuts a text at its expressions. Braces and quotes within one belong to it; one without an end runs to the end of the text. */
function splitExpressions(text: string): readonly string[] {
  return text.split(/(\{#(?:'[^']*'|"[^"]*"|\{(?:'[^']*'|"[^"]*"|[^{}])*\}|[^{}'"])*\}|\{#.*)/s).filter((part) => part !== '')
}

const object: Reader<Members> = (value, name, faults) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : faults.expect(name, 'an object', value)

/** Takes the configuration out of JSON text or an object, and out of the wrappers that API definitions have around it. */
export function unwrap(given: unknown, what: string, wrappers: readonly string[], faults: OptionFaults): Members {
  const read = typeof given === 'string' ? parse(given, what, faults) : object(given, what, faults)
  if (read === undefined) return {}
  const wrapper = wrappers.find((name) => Object.hasOwn(read, name))
  if (wrapper === undefined) return read
  const { type = 'oauth2', policy = 'oauth2', enabled = true } = read
  if ([type, policy].some((name) => typeof name !== 'string' || name.toLowerCase() !== 'oauth2'))
    faults.say(`"type" of ${what} must be "oauth2": others have options of their own`)
  if (enabled !== true) faults.say(`"enabled" of ${what} is not true: Gravitee does not use it either`)
  return unwrap(read[wrapper], `"${wrapper}" of ${what}`, [], faults)
}

function parse(text: string, what: string, faults: OptionFaults): Members | undefined {
  const json = readJsonObject(new TextEncoder().encode(text))
  if ('members' in json) return json.members
  // The text may hold secrets: only what is wrong with it is told.
  faults.say(`${what} cannot be read: ${json.fault}`)
  return undefined
}
