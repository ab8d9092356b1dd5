#!/usr/bin/env node
/**
 * `oauth-introspect-dev`: starts the server, says what it serves, and closes it on SIGINT and SIGTERM.
 * Exit codes: 0 closed, 1 could not listen, 2 wrong flags. `gravitee-lint` has exit codes of its own.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { type Command, readCommandLine } from './command-line.ts'
import { type DevServer, startDevServer } from './dev-server.ts'
import { greeting } from './greeting.ts'
import { help } from './help.ts'
import type { ResolvedOptions } from './options.ts'

const command = process.argv[2] === 'gravitee-lint' ? undefined : readArguments()
if (process.argv[2] === 'gravitee-lint') await lint(process.argv.slice(3))
if (command?.does === 'help') process.stdout.write(help)
if (command?.does === 'version') process.stdout.write(`${readVersion()}\n`)
if (command?.does === 'serve') await serve(command.options)

function readArguments(): Command | undefined {
  try {
    return readCommandLine(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    fail(2, error.message)
    return undefined
  }
}

/** Loaded on demand: the server needs nothing of it. */
async function lint(args: readonly string[]): Promise<void> {
  const { lintGravitee } = await import('./gravitee-lint.ts')
  const { text, exitCode } = lintGravitee(args)
  ;(exitCode === 2 ? process.stderr : process.stdout).write(text)
  process.exitCode = exitCode
}

async function serve(options: ResolvedOptions): Promise<void> {
  let server: DevServer
  try {
    server = await listen(options)
  } catch (error) {
    fail(1, `cannot listen on ${options.host}, port ${options.port}: ${(error as Error).message}`)
    return
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
  process.stdout.write(greeting(server, options))
}

async function listen(options: ResolvedOptions): Promise<DevServer> {
  try {
    return await startDevServer(options)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    const server = await startDevServer({ ...options, port: 0 })
    process.stdout.write(`Port ${options.port} is in use: listening on port ${new URL(server.issuer).port} instead.\n`)
    return server
  }
}

function fail(exitCode: number, message: string): void {
  process.stderr.write(`${message}\n`)
  process.exitCode = exitCode
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
  return version
}
