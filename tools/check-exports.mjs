// What people install: publint on each public package, and its types as each kind of importer resolves them.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

for (const name of readdirSync('packages')) {
  const folder = `packages/${name}`
  if (JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).private === true) continue
  run('publint', ['--strict', folder])
  run('attw', ['--pack', folder, '--profile', 'esm-only', '--format', 'ascii'])
}

function run(program, args) {
  try {
    execFileSync('npx', ['--no-install', program, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    console.log(`ok   ${program} ${args.at(-1) === 'ascii' ? args[1] : args.at(-1)}`)
  } catch (error) {
    console.error(`FAIL ${program} ${args.join(' ')}\n${error.stdout}${error.stderr}`)
    process.exitCode = 1
  }
}
