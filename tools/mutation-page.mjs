// docs/mutation.md, from what Stryker wrote. A survivor must be one of tools/harmless-mutants.json, each with the reason why it changes
// no outcome; any other is a fault, and so is a harmless one that no longer survives.
import { readFileSync } from 'node:fs'
import { generate } from './generated.mjs'

/** The files that decide, each with the tests that a mutant of it must fall to. */
export const decidingFiles = new Map([
  ['bearer-token', '{bearer-token,token-sources}'],
  ['token-sources', 'token-sources'],
  ['scope', 'scope'],
  ['requirements', 'requirements'],
  ['challenge', 'challenge'],
  ['introspection-reply', 'introspection-response'],
  ['introspection-response', 'introspection-response'],
  ['media-type', 'introspection-response'],
])

/** The lines that a mutant changes, as they stand and as it has them. */
function show(lines, { location: { start, end }, replacement }) {
  const before = lines[start.line - 1].slice(0, start.column - 1)
  const after = lines[end.line - 1].slice(end.column - 1)
  const plain = (text) => text.replaceAll(/\s+/g, ' ').trim()
  return { was: plain(lines.slice(start.line - 1, end.line).join(' ')), mutant: plain(before + replacement + after) }
}

/** Tells which survivors are to be looked at; when there is none and all files were asked for, writes the page. */
export function report(asked) {
  const harmless = JSON.parse(readFileSync('tools/harmless-mutants.json', 'utf8'))
  const faults = []
  const rows = []
  const survivors = []
  for (const name of asked.length > 0 ? asked : decidingFiles.keys()) {
    const { files } = JSON.parse(readFileSync(`temp/mutants/${name}.json`, 'utf8'))
    const { source, mutants } = files[`packages/core/src/${name}.ts`]
    const lines = source.split('\n')
    const alive = mutants.filter(({ status }) => status !== 'Killed' && status !== 'Timeout')
    const known = new Map(Object.entries(harmless[name] ?? {}))
    const seen = new Set()
    for (const each of alive) {
      const { was, mutant } = show(lines, each)
      const reason = known.get(mutant)
      seen.add(mutant)
      if (reason === undefined) faults.push(`${name}.ts:${each.location.start.line} ${each.status}\n  ${was}\n  ${mutant}`)
      else survivors.push([`${name}.ts`, mutant, reason])
    }
    for (const mutant of known.keys()) if (!seen.has(mutant)) faults.push(`${name}.ts: no survivor, take it off the list\n  ${mutant}`)
    rows.push([`${name}.ts`, mutants.length, mutants.length - alive.length, alive.length])
  }
  for (const row of rows) console.log(`${row[0]}: ${row[1]} mutants, ${row[2]} killed, ${row[3]} survivors`)
  if (faults.length > 0) {
    console.error(`${faults.join('\n')}\n${faults.length} to look at`)
    process.exitCode = 1
  } else if (asked.length === 0) generate('docs/mutation.md', pageOf(rows, survivors))
}

function pageOf(rows, survivors) {
  const cell = (text) => text.replaceAll('|', '\\|')
  const code = (text) => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``)
  const sum = (at) => rows.reduce((total, row) => total + row[at], 0)
  return `# Mutants of the files that decide

Made by \`npm run mutation\` on ${new Date().toISOString().slice(0, 10)}: each file is changed, one expression at a time, and the tests of it in \`packages/core/test\` must
go red, or take so much longer that they are stopped. The command fails when a mutant survives that is not listed here.

| file | mutants | killed | survivors |
| --- | --- | --- | --- |
${[...rows, ['all', sum(1), sum(2), sum(3)]].map((row) => `| ${row.join(' | ')} |`).join('\n')}

Survivors, as the line reads with the change, and why that changes no outcome:

| file | survivor | why |
| --- | --- | --- |
${survivors.map(([file, mutant, reason]) => `| ${file} | ${cell(code(mutant))} | ${cell(reason)} |`).join('\n')}
`
}
