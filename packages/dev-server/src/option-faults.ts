/**
 * Gathers all that is wrong with the options, so that one `TypeError` names every fault.
 * A string is never repeated: it may be a secret.
 *
 * @module
 */
import { findNearest } from './nearest-name.ts'

/** The faults found so far. `naming` turns an option's name into the one its reader knows it by, such as a flag's. */
export class OptionFaults {
  readonly #found: string[] = []
  readonly #naming: (option: string) => string

  constructor(naming: (option: string) => string = (option) => option) {
    this.#naming = naming
  }

  /** How the option is called where it was given. */
  name(option: string): string {
    return this.#naming(option)
  }

  expect(option: string, expected: string, value: unknown): undefined {
    this.#found.push(`"${this.#naming(option)}" must be ${expected}, got ${describe(value)}`)
  }

  say(fault: string): void {
    this.#found.push(fault)
  }

  /** @throws {TypeError} naming every fault, when there is one. */
  throwAny(subject: string): void {
    if (this.#found.length > 0) throw new TypeError(`${subject}: ${this.#found.join('; ')}`)
  }
}

function describe(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'another string'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** The names that an object may have, and those it must have. */
export interface Shape {
  readonly known: readonly string[]
  readonly required?: readonly string[]
}

/**
 * Goes through the keys of an object: unknown names are faults, and so is a key that is there with the value `undefined`,
 * lest a missing environment variable pass for a choice. `undefined` when it is no object.
 */
export function readMembers(value: unknown, shape: Shape, faults: OptionFaults, path = ''): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return faults.expect(path === '' ? 'options' : path, 'an object', value)
  const members = new Map<string, unknown>()
  for (const [name, member] of Object.entries(value)) {
    const option = join(path, name)
    if (!shape.known.includes(name)) {
      const nearest = findNearest(name, shape.known)
      const hint = nearest === undefined ? '' : `: did you mean "${faults.name(join(path, nearest))}"?`
      faults.say(`unknown option "${faults.name(option)}"${hint}`)
    } else if (member === undefined) faults.say(`"${faults.name(option)}" is undefined: is an environment variable missing?`)
    else members.set(name, member)
  }
  for (const name of shape.required ?? []) if (!(name in value)) faults.say(`"${faults.name(join(path, name))}" is missing`)
  return members
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
