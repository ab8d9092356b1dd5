/**
 * A Redis server of its own for a test file, on a socket in a folder of its own.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = 'redis-server'

/** Why there is none; `undefined` when there is one. */
export const redisMissing: string | undefined =
  spawnSync(program, ['--version']).status === 0 ? undefined : 'redis-server is not on PATH: apt-get install redis-server'

/** Starts it; keeps nothing on disk. With a port it listens there too, and wants the password. */
export async function startRedis(tcp?: {
  readonly port: number
  readonly password: string
}): Promise<{ readonly path: string; readonly stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'))
  const path = join(folder, 'socket')
  const listening = tcp === undefined ? ['--port', '0'] : ['--port', String(tcp.port), '--bind', '127.0.0.1', '--requirepass', tcp.password]
  const args = [...listening, '--unixsocket', path, '--save', '', '--appendonly', 'no', '--dir', folder]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await new Promise<void>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (/ready to accept connections/i.test(text)) resolve()
    })
    void ended.then(() => reject(new Error(`redis-server ended:\n${text}`)))
  })
  const stop = async (): Promise<void> => {
    child.kill()
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  return { path, stop }
}
