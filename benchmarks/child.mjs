// Other processes of a measurement: servers and load, each on a core of its own where `taskset` is there.
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

const pinned = availableParallelism() > 1 && spawnSync('taskset', ['--version']).error === undefined

/** Starts a program of this folder on one core, or on any where none is named, and gives what talks to it. */
export async function start(program, core, ...args) {
  const pin =
    pinned && core !== undefined ? { execPath: 'taskset', execArgv: ['-c', String(core % availableParallelism()), process.execPath] } : {}
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), args.map(String), pin)
  const waiting = []
  child.on('message', (message) => waiting.shift()?.resolve(message))
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting) reject(new Error(`${program} has ended: ${code ?? signal}`))
  })
  const next = () => new Promise((resolve, reject) => waiting.push({ resolve, reject }))
  const ready = await next()
  return {
    ready,
    /** Sends a message, and gives the answer. */
    async ask(message) {
      const answer = next()
      child.send(message)
      const { error } = await answer
      if (error !== undefined) throw new Error(`${program}: ${error}`)
      return answer
    },
    stop: () => child.kill(),
    /** Ends it at once, and resolves when it has. */
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}
