// Does what `npm start` invites to: copies each curl line, then Ctrl-C; with one port taken, as on many machines.
import { execFile, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isFree, listenNear } from './ports.ts'

const statuses = [200, 200, 200, 401, 401, 403, undefined, 200, 401, undefined]
let passed = 0
let failed = 0

function expect(what: string, right: boolean, seen: string): void {
  if (right) passed++
  else failed++
  console.log(`start: ${right ? 'ok  ' : 'FAIL'} ${what}${right ? '' : `: ${seen}`}`)
}

// Whoever holds it, the port is taken when the program wants it.
const squatter = createServer()
if (await isFree(3001)) await listenNear(squatter, 3001)

const child = spawn(process.execPath, [fileURLToPath(new URL('./start.js', import.meta.url))], { stdio: ['ignore', 'pipe', 'inherit'] })
const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
let output = ''
await new Promise<void>((resolve, reject) => {
  child.once('exit', () => {
    reject(new Error(`it ended by itself:\n${output}`))
  })
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (output.includes('Ctrl-C stops.')) resolve()
  })
})

const [port] = /127\.0\.0\.1:\d+/.exec(/^koa .*/m.exec(output)?.[0] ?? '') ?? []
expect('knows no other path', (await fetch(`http://${port}/elsewhere`)).status === 404, 'another status')
await fetch(`http://${port}/?access_token=in-the-query`)

const lines = output.split('\n').filter((line) => line.startsWith('  curl '))
expect('prints a curl line for each step', lines.length === statuses.length, `${lines.length} lines`)
for (const [at, line] of lines.entries()) {
  const { stdout } = await promisify(execFile)('sh', ['-c', line.replace('curl', 'curl -sS')])
  const status = /^HTTP\/1\.1 (\d+)/.exec(stdout)?.[1]
  expect(`answers line ${at + 1} with ${statuses[at] ?? 'what was asked for'}`, status === statuses[at]?.toString(), stdout)
}
const shown = output.split('\n').filter((line) => /^(express|koa|hono) +(granted|refused) /.test(line))
expect('shows each request as it is decided', shown.length === 9, shown.join('\n'))
expect(
  'says why it refused',
  shown.some((line) => line.includes('refused GET /write  (403, scope_insufficient)')),
  shown.join('\n'),
)
expect(
  'says what it remembered',
  shown.some((line) => line.includes('granted GET /  (from memory')),
  shown.join('\n'),
)
expect('says which port was in use', output.includes('port 3001 is in use'), output)
expect('shows no token where it tells of a request', !shown.some((line) => /Bearer|in-the-query/.test(line)), shown.join('\n'))

child.kill('SIGINT')
expect('stops cleanly on Ctrl-C', (await exit) === 0, String(child.exitCode))
squatter.close()
console.log(`start: ${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
