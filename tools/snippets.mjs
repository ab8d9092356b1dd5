// Puts code that is compiled and run into the pages: the block behind `<!-- from file.ts -->` or `<!-- from file.ts#region -->`.
// A block of code that comes from nowhere is a fault, save for shell lines and answers.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { generate } from './generated.mjs'

const block = /(?:<!-- from (\S+) -->\n)?```(ts|tsx|js|jsx|mjs|typescript|javascript)\n([\s\S]*?)```/g

const pages = [
  'README.md',
  ...readdirSync('packages').map((name) => `packages/${name}/README.md`),
  ...readdirSync('docs', { recursive: true }).map((name) => `docs/${name}`),
].filter((path) => path.endsWith('.md') && !path.startsWith('docs/api/') && existsSync(path))

for (const page of pages) {
  const text = readFileSync(page, 'utf8')
  const filled = text.replace(block, (whole, source, language) => {
    if (source !== undefined) return `<!-- from ${source} -->\n\`\`\`${language}\n${readSnippet(source)}\`\`\``
    console.error(`${page}: this code is taken from no file that is compiled:\n${whole}`)
    process.exitCode = 1
    return whole
  })
  generate(page, filled)
}

function readSnippet(source) {
  const [path, region] = source.split('#')
  const lines = readFileSync(path, 'utf8').split('\n')
  if (region === undefined) return lines.join('\n')
  const start = lines.indexOf(`// #region ${region}`)
  const end = lines.indexOf(`// #endregion ${region}`)
  if (start < 0 || end < start) throw new Error(`${source}: there is no such region`)
  return `${lines.slice(start + 1, end).join('\n')}\n`
}
