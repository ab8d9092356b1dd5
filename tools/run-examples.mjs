// Runs the check of every example, one after the other; one that does not end in a minute has failed.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'

let failed = 0
for (const name of readdirSync('examples')) {
  const check = `examples/${name}/dist/check.js`
  if (!existsSync(`examples/${name}/check.ts`)) continue
  const { status } = spawnSync(process.execPath, [check], { stdio: 'inherit', timeout: 60_000, killSignal: 'SIGKILL' })
  if (status === 0) continue
  failed++
  console.error(`${name}: its check did not pass`)
}
process.exitCode = failed === 0 ? 0 : 1
