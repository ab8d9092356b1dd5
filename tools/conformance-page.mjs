// docs/conformance.md: which test proves which rule of the standards. A test says so by the rule's id, `[EX-03]`, in its name.
// Reads what jest wrote with `--json --outputFile`; an id that stands in no list is a fault.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { generate } from './generated.mjs'

const rows = JSON.parse(readFileSync('tools/standards.json', 'utf8'))
const results = JSON.parse(readFileSync('.jest.json', 'utf8'))
const proofs = new Map(Object.keys(rows).map((id) => [id, { titles: new Set(), files: new Set() }]))
const named = / ?\[([A-Z]{2}-\d{2}(?:, [A-Z]{2}-\d{2})*)\]/g

for (const { name: path, assertionResults } of results.testResults) {
  for (const { title, status } of assertionResults) {
    if (status !== 'passed') continue
    for (const id of [...title.matchAll(named)].flatMap(([, ids]) => ids.split(', '))) {
      const proof = proofs.get(id)
      if (proof === undefined) throw new Error(`"${title}" names ${id}, which is no rule`)
      proof.titles.add(title.replaceAll(named, ''))
      proof.files.add(relative('.', path).replace(/^packages\//, ''))
    }
  }
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/[<>*_`]/g, '\\$&')
const proved = [...proofs].filter(([, { titles }]) => titles.size > 0)
const lines = proved.map(([id, { titles, files }]) => {
  const [first, ...others] = [...titles].sort()
  const more = others.length === 0 ? '' : `, and ${others.length} more`
  return `| ${id} | ${cell(rows[id])} | ${cell(first)}${more} | ${[...files].sort().join(', ')} |`
})
const unproved = JSON.parse(readFileSync('tools/unproved.json', 'utf8'))
const open = [...proofs].filter(([, { titles }]) => titles.size === 0).map(([id]) => id)
const unexplained = open.filter((id) => unproved[id] === undefined)
if (unexplained.length > 0) throw new Error(`no test names ${unexplained.join(', ')}, and tools/unproved.json does not say why`)
const explained = Object.keys(unproved).filter((id) => !open.includes(id))
if (explained.length > 0) throw new Error(`tests name ${explained.join(', ')}: take them out of tools/unproved.json`)

generate(
  'docs/conformance.md',
  `# Rules of the standards, and the tests that prove them

Made by \`npm run generate\` from the names of the tests that passed: ${proved.length} of ${proofs.size} rules are proved.

| rule | source | proved by the test | in |
| --- | --- | --- | --- |
${lines.join('\n')}

## Not proved

| rule | source | why |
| --- | --- | --- |
${open.map((id) => `| ${id} | ${cell(rows[id])} | ${cell(unproved[id])} |`).join('\n')}
`,
)
