/**
 * Readers of single options. Each tells its fault, and then returns something of the right type that nobody uses.
 *
 * @module
 */
import { type OptionFaults, readMembers, type Shape } from './option-faults.ts'

/** Reads an option's value; what is wrong goes to `faults`. */
export type Reader<T> = (value: unknown, option: string, faults: OptionFaults) => T

/** Reads one member of an object, or takes its standard value when it was not given. */
export type MemberReader = <T>(name: string, standard: T, reader: Reader<T>) => T

/** Reads the members of an object; its path stands before their names in what is said of them. */
export function memberReader(value: unknown, path: string, shape: Shape, faults: OptionFaults): MemberReader {
  const given = readMembers(value, shape, faults, path) ?? new Map<string, unknown>()
  return (name, standard, reader) => (given.has(name) ? reader(given.get(name), path === '' ? name : `${path}.${name}`, faults) : standard)
}

export function whole(unit: string, least: number, most: number): Reader<number> {
  return (value, option, faults) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    faults.expect(option, `a whole number${unit} from ${least} to ${most}`, value)
    return least
  }
}

const tenYears = 10 * 365 * 24 * 3600

export const lifetime: Reader<number> = whole(' of seconds', 1, tenYears)

/** 0 is any free one. */
export const port: Reader<number> = whole('', 0, 65_535)

export const flag: Reader<boolean> = (value, option, faults) => {
  if (typeof value !== 'boolean') faults.expect(option, 'true or false', value)
  return value === true
}

export const text: Reader<string> = (value, option, faults) => {
  if (typeof value === 'string' && value !== '') return value
  faults.expect(option, 'a string that is not empty', value)
  return ''
}

export const texts: Reader<readonly string[]> = (value, option, faults) => {
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string' && item !== '')) return value
  faults.expect(option, 'a list of strings that are not empty', value)
  return []
}

/** An object whose members are strings. */
export const textRecord: Reader<Readonly<Record<string, string>>> = (value, option, faults) => {
  const entries: [string, unknown][] =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [['', 0]]
  const read = entries.filter((entry): entry is [string, string] => entry[0] !== '' && typeof entry[1] === 'string')
  if (read.length !== entries.length) faults.expect(option, 'an object whose members are strings', value)
  return Object.fromEntries(read)
}

export function oneOf<const T extends string>(first: T, ...others: readonly T[]): Reader<T> {
  const choices = [first, ...others]
  return (value, option, faults) => {
    const chosen = choices.find((choice) => choice === value)
    if (chosen === undefined) faults.expect(option, choices.map((choice) => `"${choice}"`).join(' or '), value)
    return chosen ?? first
  }
}

/** A list of objects, each read by its members. */
export function listOf<T>(what: string, shape: Shape, reader: (read: MemberReader) => T): Reader<readonly T[]> {
  return (value, option, faults) => {
    if (Array.isArray(value)) return value.map((item: unknown, at) => reader(memberReader(item, `${option}[${at}]`, shape, faults)))
    faults.expect(option, `a list of ${what}`, value)
    return []
  }
}
