// docs/conformance.md: which test proves which rule of the standards. A test says so by the rule's id, `[EX-03]`, in its name.
// Reads what jest wrote with `--json --outputFile`; an id that stands in no list is a fault.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { generate } from './generated.mjs'

const rows = JSON.parse(readFileSync('tools/standards.json', 'utf8'))
const results = JSON.parse(readFileSync('.jest.json', 'utf8'))
const proofs = new Map(Object.keys(rows).map((id) => [id, new Map()]))

for (const { name: path, assertionResults } of results.testResults) {
  for (const { title, status } of assertionResults) {
    const ids = [...title.matchAll(/\[([A-Z]{2}-\d{2})\]/g)].map(([, id]) => id)
    if (status !== 'passed') continue
    for (const id of ids) {
      if (!proofs.has(id)) throw new Error(`"${title}" names ${id}, which is no rule`)
      const sentence = title.replaceAll(/ ?\[[A-Z]{2}-\d{2}\]/g, '')
      const files = proofs.get(id).get(sentence) ?? new Set()
      proofs.get(id).set(sentence, files.add(relative('.', path).replace(/^packages\//, '')))
    }
  }
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/[<>*_`]/g, '\\$&')
const proved = [...proofs].filter(([, tests]) => tests.size > 0)
const lines = proved.map(([id, tests]) => {
  const told = [...tests]
    .map(([sentence, files]) => `${cell(sentence)} (${[...files].sort().join(', ')})`)
    .sort()
    .join('<br>')
  return `| ${id} | ${cell(rows[id])} | ${told} |`
})
const open = [...proofs].filter(([, tests]) => tests.size === 0).map(([id]) => id)

generate(
  'docs/conformance.md',
  `# Rules of the standards, and the tests that prove them

Made by \`npm run generate\` from the names of the tests that passed: ${proved.length} of ${proofs.size} rules are proved.

| rule | source | proved by |
| --- | --- | --- |
${lines.join('\n')}

Not proved, because the part is not built yet, the duty is somebody else's, or it cannot be seen from outside: ${open.join(', ')}.
`,
)
