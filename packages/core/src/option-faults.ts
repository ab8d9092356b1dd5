/**
 * Reads option objects and gathers all that is wrong with them, so that one `TypeError` names every fault.
 * A value that may be a secret is never repeated: only booleans are, and numbers where a number is expected.
 *
 * @module
 */

/** A reader of one value: returns it in the form used inside, or tells `faults` what was expected. */
export type Reader<T> = (value: unknown, name: string, faults: OptionFaults) => T | undefined

/** The faults found so far. */
export class OptionFaults {
  readonly #found: string[] = []
  readonly #undefined = new Set<string>()

  expect(name: string, expected: string, value: unknown): undefined {
    this.#found.push(`"${name}" must be ${expected}, got ${describe(value)}`)
  }

  /** As `expect`, where a number is expected: one that came is no secret. */
  expectNumber(name: string, expected: string, value: unknown): undefined {
    this.#found.push(`"${name}" must be ${expected}, got ${typeof value === 'number' ? value : describe(value)}`)
  }

  /** What was found, each fault by itself. */
  get found(): readonly string[] {
    return [...this.#found]
  }

  say(fault: string): void {
    this.#found.push(fault)
  }

  /** A key that is there with the value `undefined`. */
  sayUndefined(name: string): void {
    this.#undefined.add(name)
    this.say(`"${name}" is undefined: is an environment variable missing?`)
  }

  /** Something that must be there in one of these; nothing more is said where one of them is there and `undefined`. */
  sayNeeded(fault: string, ...names: readonly string[]): void {
    if (!names.some((name) => this.#undefined.has(name))) this.say(fault)
  }

  /** @throws {TypeError} naming every fault, when there is one. */
  throwAny(subject: string): void {
    if (this.#found.length > 0) this.fail(subject)
  }

  /** For where a fault is known to be. @throws {TypeError} naming every fault. */
  fail(subject: string): never {
    throw new TypeError(`${subject}: ${this.#found.join('; ')}`)
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/**
 * Goes through the keys of an options object: unknown names are faults, and so is a key that is there with the value `undefined`,
 * lest a missing environment variable switch a check off.
 */
export function readMembers(
  value: unknown,
  known: readonly string[],
  faults: OptionFaults,
  prefix = '',
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.expect(prefix === '' ? 'options' : prefix.slice(0, -1), 'an object', value)
    return {}
  }
  const members: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    const nearest = known.includes(name) ? name : findNearest(name, known)
    if (nearest !== name)
      faults.say(`unknown option "${prefix}${name}"${nearest === undefined ? '' : `: did you mean "${prefix}${nearest}"?`}`)
    else if (member === undefined) faults.sayUndefined(prefix + name)
    else members[name] = member
  }
  return members
}

/** Reads members one by one, each with what stands in its place where it is absent or wrong. */
export function readEach(
  members: Readonly<Record<string, unknown>>,
  faults: OptionFaults,
): <T>(name: string, reader: Reader<T>, byDefault: T) => T {
  return (name, reader, byDefault) => (members[name] === undefined ? byDefault : (reader(members[name], name, faults) ?? byDefault))
}

/** The known name that takes the fewest changes to get to, if it takes few. */
export function findNearest(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined
  let fewest = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const changes = countChanges(name.toLowerCase(), candidate.toLowerCase())
    if (changes < fewest) [nearest, fewest] = [candidate, changes]
  }
  return nearest
}

/** Levenshtein's distance. */
function countChanges(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}

/** A string that is not empty. */
export const text: Reader<string> = (value, name, faults) =>
  typeof value === 'string' && value !== '' ? value : faults.expect(name, 'a string that is not empty', value)

/** A token of RFC 9110 §5.6.2, such as the name of a header field. */
export const word: Reader<string> = (value, name, faults) =>
  typeof value === 'string' && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value)
    ? value
    : faults.expect(name, 'a token of RFC 9110 §5.6.2', value)

/** `true` or `false`. */
export const flag: Reader<boolean> = (value, name, faults) =>
  typeof value === 'boolean' ? value : faults.expect(name, 'true or false', value)

/** A function; what it takes and gives is seen when it is called. */
export function callable<F extends (...given: never[]) => unknown>(): Reader<F> {
  return (value, name, faults) => (typeof value === 'function' ? (value as F) : faults.expect(name, 'a function', value))
}

/** A whole number within bounds; `unit` stands in the message. */
export function whole(unit: string, least = 0, most: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  return (value, name, faults) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? Number(value)
      : faults.expectNumber(name, `a whole number of ${unit} ${range}`, value)
}

/** A finite number of seconds that is not negative. */
export const seconds: Reader<number> = (value, name, faults) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0
    ? value
    : faults.expectNumber(name, 'a finite number of seconds that is not negative', value)

/** A list, or with `alone` a single string, of strings that are not empty; at least one. */
export function texts({ alone }: { readonly alone: boolean }): Reader<readonly string[]> {
  return (value, name, faults) => {
    const list: unknown = alone && typeof value === 'string' ? [value] : value
    return Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string' && item !== '')
      ? [...(list as string[])]
      : faults.expect(name, `${alone ? 'a string or ' : ''}a list of at least one string, none of them empty`, value)
  }
}

/** One of a few words. */
export function oneOf<Word extends string>(...words: readonly Word[]): Reader<Word> {
  return (value, name, faults) => {
    const word = words.find((candidate) => candidate === value)
    return word ?? faults.expect(name, words.map((candidate) => `"${candidate}"`).join(' or '), value)
  }
}

/** An object that can do these things, told by the names of its functions; `what` stands in the message. */
export function having<T extends object>(what: string, ...functions: readonly (keyof T & string)[]): Reader<T> {
  return (value, name, faults) =>
    isAble(value, functions) ? (value as T) : faults.expect(name, `${what}, with functions "${functions.join('", "')}"`, value)
}

function isAble(value: unknown, functions: readonly string[]): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return functions.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function')
}
