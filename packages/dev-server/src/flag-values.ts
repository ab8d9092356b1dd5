/**
 * What values of flags stand for: numbers, files of JSON.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { OptionFaults } from './option-faults.ts'

/** The number that the text is; any other text as it is, for whoever reads the option to find fault with. */
export function toNumber(text: string): unknown {
  return /^-?\d+$/.test(text) ? Number(text) : text
}

/** What the file holds; `undefined` when that goes to `faults`. */
export function readJsonFile(flag: string, path: string, faults: OptionFaults): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    faults.say(`"${flag}" must name a file that can be read: ${(error as NodeJS.ErrnoException).code ?? 'it cannot'}`)
    return undefined
  }
  try {
    return JSON.parse(text)
  } catch {
    // JSON.parse() repeats some of the text, which holds secrets.
    faults.say(`"${flag}" must name a file of JSON`)
    return undefined
  }
}
