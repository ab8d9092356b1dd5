/**
 * Runs a TypeScript or JavaScript file of this package in a Node process of its own, without a build.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** How the process ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A process under way. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** What stdout holds as soon as it matches; rejects when the process ends before. */
  printed(pattern: RegExp): Promise<string>
}

/** Starts the file, given relative to this package. */
export function run(file: string, args: readonly string[] = []): Running {
  const inPackage = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))
  // On newer Nodes `register()` in run-source.mjs brings the warning DEP0205.
  const node = [
    '--disable-warning=DEP0205',
    '--conditions=@oauth-introspect/source',
    '--import',
    new URL('run-source.mjs', import.meta.url).href,
    inPackage(file),
  ]
  const child = spawn(process.execPath, [...node, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: plainEnvironment() })
  let [stdout, stderr] = ['', '']
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
  const printed = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(stdout)) resolve(stdout)
      }
      child.stdout.on('data', look)
      look()
      void ended.then(() => reject(new Error(`ended without printing ${String(pattern)}:\n${stdout}\n${stderr}`)), reject)
    })
  return { child, ended, printed }
}

/** Without jest's flags for Node and without proxies, which would stand between curl and loopback. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|DEBUG|.*_proxy)$/i.test(name)))
}
