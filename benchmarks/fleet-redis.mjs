// A Redis of our own on a free loopback port, which can be killed and comes back with what it had written down.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = 'redis-server'

export const isRedisThere = () => spawnSync(program, ['--version']).status === 0

export async function startRedis() {
  if (!isRedisThere()) throw new Error(`${program} is not on PATH: apt-get install redis-server`)
  const port = await findFreePort()
  const folder = mkdtempSync(join(tmpdir(), 'fleet-redis-'))
  let child
  const begin = async () => {
    child = spawn(program, [
      ...['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder],
      // Written before it is acknowledged, so that a killed server loses nothing; on disk within a second.
      ...['--appendonly', 'yes', '--appendfsync', 'everysec'],
    ])
    await untilReady(child)
  }
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  const endWithUs = () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', endWithUs)
  await begin()
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    start: begin,
    kill,
    async stop() {
      process.off('exit', endWithUs)
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

function untilReady(child) {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      if (/ready to accept connections/i.test(text)) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`${program} has ended: ${text.slice(-300)}`)))
  })
}
