// `npm run bench`: measures, and prints what came out. `npm run bench -- hit` does one part; `npm run bench -- check` does all, says which goals
// are met, and fails when one is not. Each part has a process of its own, so that none is measured with the code of another warm.
// The part `fleet` needs redis-server: where that is not on PATH and the part was not asked for by name, it is left out, and that is said.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isRedisThere } from './fleet-redis.mjs'

const parts = ['hit', 'hit-http', 'miss', 'herd', 'memory', 'size', 'fleet']
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => name !== 'check' && !parts.includes(name))
if (unknown.length > 0) {
  console.error(`there is no part "${unknown[0]}": ${parts.join(', ')}, check`)
  process.exit(2)
}
const chosen = asked.filter((name) => name !== 'check')
const major = Number(process.versions.node.split('.')[0])

const missed = []
const texts = []
let failed = false
console.log(`Node ${process.versions.node}\n\n| what | median [quartiles] | goal | |\n| --- | --- | --- | --- |`)
for (const part of chosen.length > 0 ? chosen : parts) {
  if (part === 'fleet' && chosen.length === 0 && !isRedisThere()) {
    console.log('| fleet | NOT measured: redis-server is not on PATH | | |')
    continue
  }
  const outcome = await measure(part)
  if (outcome.error !== undefined) {
    failed = true
    console.log(`| ${part} | could not be measured: ${outcome.error} | | |`)
  }
  for (const result of outcome.results ?? []) {
    const verdict = judge(result)
    if (verdict === 'missed') missed.push(result.what)
    console.log(`| ${result.what} | ${show(result)} | ${showGoal(result)} | ${verdict} |`)
  }
  if (outcome.text !== undefined) texts.push(outcome.text)
}
for (const text of texts) console.log(`\n${text}`)
if (asked.includes('check'))
  console.log(`\n${missed.length === 0 ? 'all goals are met' : `missed:\n${missed.map((what) => `* ${what}`).join('\n')}`}`)
process.exitCode = failed || (asked.includes('check') && missed.length > 0) ? 1 : 0

function measure(part) {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL('part.mjs', import.meta.url)), [part])
    child.on('message', resolve)
    child.on('exit', (code, signal) => resolve({ error: `the process has ended (${code ?? signal})` }))
  })
}

/** A goal for one version of Node says nothing about another. */
function judge({ median, goal }) {
  if (goal === undefined) return ''
  if (goal.node !== undefined && goal.node !== major) return `for Node ${goal.node}`
  return median <= (goal.most ?? Infinity) && median >= (goal.least ?? -Infinity) ? 'met' : 'missed'
}

function show({ median, q1, q3, samples, unit }) {
  const number = (value) => (Math.abs(value) < 100 ? value.toFixed(2) : value.toFixed(0))
  const spread = samples > 1 ? ` [${number(q1)}..${number(q3)}]` : ''
  return `${number(median)}${spread} ${unit}`.trim()
}

function showGoal({ goal, unit }) {
  if (goal === undefined) return ''
  if (goal.least === goal.most) return `exactly ${goal.most}`
  return `${goal.most === undefined ? `>= ${goal.least}` : `<= ${goal.most}`} ${unit}`.trim()
}
