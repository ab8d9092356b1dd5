/**
 * A Redis server of its own for a test file, on a socket in a folder of its own.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from '@jest/globals'
import { findClosedPort } from './authorization-server.ts'

const program = 'redis-server'

/** A server that can be ended and begun anew at one place. */
export interface RedisServer {
  /** Of the socket it listens on. */
  readonly path: string
  /** The loopback port it listens on too, where it wants a password. */
  readonly port: number
  /** Begins anew after `kill()`. */
  readonly start: () => Promise<void>
  /** Ends it at once, without a chance to write anything. */
  readonly kill: () => Promise<void>
  /** Leaves connections open, and everything unanswered, until `resume()`. */
  readonly pause: () => void
  readonly resume: () => void
}

/**
 * Runs tests that need a Redis server, each file with one of its own; where the program is not on PATH they are skipped, and it is said.
 * With `persistent` what is acknowledged is on disk; with a `password` it listens on a port of loopback too.
 */
export function describeWithRedis(
  name: string,
  { persistent = false, password }: { readonly persistent?: boolean; readonly password?: string },
  body: (redis: RedisServer) => void,
): void {
  if (spawnSync(program, ['--version']).status !== 0) {
    const missing = `${program} is not on PATH: apt-get install redis-server`
    // Past jest, which keeps back what a skipped file prints.
    process.stderr.write(`${name} is NOT tested: ${missing}\n`)
    test.skip(`${name} is not tested: ${missing}`, () => undefined)
    return
  }
  describe(name, () => {
    const folder = mkdtempSync(join(tmpdir(), 'redis-'))
    const path = join(folder, 'socket')
    const keeping = persistent ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no']
    let child: ChildProcess | undefined
    let port = 0

    const redis: RedisServer = {
      path,
      get port() {
        return port
      },
      async start() {
        if (password !== undefined && port === 0) port = await findClosedPort()
        const guarding = password === undefined ? [] : ['--bind', '127.0.0.1', '--requirepass', password]
        child = await startServer(['--port', String(port), ...guarding, '--unixsocket', path, '--save', '', ...keeping, '--dir', folder])
      },
      async kill() {
        if (child?.exitCode !== null || child.signalCode !== null) return
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      },
      pause: () => child?.kill('SIGSTOP'),
      resume: () => child?.kill('SIGCONT'),
    }
    beforeAll(() => redis.start())
    afterAll(async () => {
      await redis.kill()
      rmSync(folder, { recursive: true, force: true })
    })
    body(redis)
  })
}

async function startServer(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (/ready to accept connections/i.test(text)) resolve()
    })
    child.once('exit', () => {
      reject(new Error(`${program} ended:\n${text}`))
    })
  })
  return child
}
