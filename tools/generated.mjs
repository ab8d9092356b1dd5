// Files that are made from other files: written by `npm run generate`, held against what they would be by `npm run generate -- --check`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const checking = process.argv.includes('--check')

/** Writes a file, or with `--check` fails when it is not what it should be. */
export function generate(path, content) {
  const found = read(path)
  if (found === content) return
  if (checking) {
    console.error(`${path} is not what it is made from: run "npm run generate" and look at the difference`)
    process.exitCode = 1
    return
  }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  console.log(`wrote ${path}`)
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
