// Bundles a Worker and runs it on workerd.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunningExample } from '@oauth-introspect/testkit/check-example'
import { build } from 'esbuild'

/** Where workerd is; `undefined` where there is none for this platform. */
export function findWorkerd(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('@cloudflare/workerd-linux-64/bin/workerd')
  } catch {
    return undefined
  }
}

/** Runs `./<entry>` with these texts as its bindings. */
export async function startWorker(program: string, entry: string, bindings: Readonly<Record<string, string>>): Promise<RunningExample> {
  const folder = await mkdtemp(join(tmpdir(), 'hono-worker-'))
  await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
  })
  await writeFile(join(folder, 'config.capnp'), describeWorker(bindings))
  const child = spawn(program, ['serve', '--control-fd=3', join(folder, 'config.capnp')], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => {
      reject(new Error('workerd ended before it listened'))
    })
    // workerd tells on this descriptor which port it was given.
    child.stdio[3]?.once('data', (line: Buffer) => {
      resolve((JSON.parse(line.toString()) as { readonly port: number }).port)
    })
  })
  return {
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

function describeWorker(bindings: Readonly<Record<string, string>>): string {
  const texts = Object.entries(bindings).map(([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`)
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .main), (name = "internet", network = (allow = ["private"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ] );
const main :Workerd.Worker = (
  modules = [ (name = "worker.js", esModule = embed "worker.js") ],
  compatibilityDate = "2026-11-17",
  bindings = [ ${texts.join(', ')} ],
  globalOutbound = "internet" );
`
}
