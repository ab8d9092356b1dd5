// `npm run mutation`: changes the files that decide about a request, one expression at a time, and looks whether the tests of that file
// go red. Not part of .ci/run: it takes minutes. `npm run mutation scope` does one file, and leaves docs/mutation.md alone.
import { spawnSync } from 'node:child_process'
import { decidingFiles, report } from './mutation-page.mjs'

const asked = process.argv.slice(2)
for (const name of asked.length > 0 ? asked : decidingFiles.keys()) {
  console.log(name)
  const { status } = spawnSync('npx', ['--no-install', 'stryker', 'run', 'tools/stryker.conf.mjs'], {
    stdio: 'inherit',
    env: { ...process.env, MUTATED: name, TESTS: decidingFiles.get(name) },
  })
  if (status !== 0) process.exit(1)
}
report(asked)
