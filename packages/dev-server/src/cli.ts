#!/usr/bin/env node
/**
 * `oauth-introspect-dev`: starts the server, says what it serves, and closes it on SIGINT and SIGTERM.
 * Exit codes: 0 closed, 1 could not listen, 2 wrong flags. `gravitee-lint` has exit codes of its own.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { type Command, readCommandLine } from './command-line.ts'
import { type DevServer, startDevServer } from './dev-server.ts'
import { dialectNames } from './dialects/dialect-options.ts'
import { greeting } from './greeting.ts'
import { help } from './help.ts'
import type { OpenedStore } from './opened-store.ts'
import type { ResolvedOptions } from './options.ts'
import type { StorePlace } from './store-flag.ts'

type Serve = Extract<Command, { readonly does: 'serve' }>

const command = process.argv[2] === 'gravitee-lint' ? undefined : readArguments()
if (process.argv[2] === 'gravitee-lint') await lint(process.argv.slice(3))
if (command?.does === 'help') process.stdout.write(help)
if (command?.does === 'version') process.stdout.write(`${readVersion()}\n`)
if (command?.does === 'serve') await serve(command)

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

async function serve({ options: given, store: place, caFile }: Serve): Promise<void> {
  const opened = await open(place)
  if (opened === undefined) return
  const options = { ...given, store: opened.store }
  let server: DevServer
  try {
    server = await listen(options)
  } catch (error) {
    await opened.close()
    fail(1, `cannot listen on ${options.host}, port ${(error as { port?: number }).port ?? options.port}: ${(error as Error).message}`)
    return
  }
  const close = async (): Promise<void> => {
    await server.close()
    await opened.close()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close())
  try {
    if (caFile !== undefined) writeFileSync(caFile, server.dialect('wso2').ca)
  } catch (error) {
    await close()
    fail(1, `cannot write the file of "--ca-file": ${(error as NodeJS.ErrnoException).code ?? 'it cannot be'}`)
    return
  }
  const lastingPlace = place.kind === 'memory' ? {} : { lastingPlace: opened.place }
  process.stdout.write(greeting(server, options, { ...lastingPlace, ...(caFile === undefined ? {} : { caFile }) }))
}

/** Without the words of whoever failed: a password may be in them. */
async function open(place: StorePlace): Promise<OpenedStore | undefined> {
  try {
    const { openStore } = await import('./opened-store.ts')
    return await openStore(place)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const needed = place.kind === 'sql' ? '@electric-sql/pglite' : '@redis/client'
    fail(
      1,
      `cannot open the store of "--store": ${code === 'ERR_MODULE_NOT_FOUND' ? `it needs the package ${needed}` : (code ?? 'it cannot be')}`,
    )
    return undefined
  }
}

/** A port that is taken is given up for a free one, whichever server's it was. */
async function listen(options: ResolvedOptions): Promise<DevServer> {
  try {
    return await startDevServer(options)
  } catch (error) {
    const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number }
    if (code !== 'EADDRINUSE' || port === undefined) throw error
    const server = await listen(withoutPort(options, port))
    process.stdout.write(`Port ${port} is in use: ${insteadOf(port, options, server)} instead.\n`)
    return server
  }
}

function insteadOf(port: number, options: ResolvedOptions, server: DevServer): string {
  if (options.port === port) return `listening on port ${new URL(server.issuer).port}`
  const name = dialectNames.find((each) => options.dialects[each]?.port === port)
  return name === undefined ? 'another is taken' : `${name} listens on port ${new URL(server.dialect(name).origin).port}`
}

function withoutPort(options: ResolvedOptions, port: number): ResolvedOptions {
  if (options.port === port) return { ...options, port: 0 }
  const dialects = Object.entries(options.dialects).map(([name, settings]: [string, { readonly port: number }]) => {
    return [name, settings.port === port ? { ...settings, port: 0 } : settings]
  })
  return { ...options, dialects: Object.fromEntries(dialects) as ResolvedOptions['dialects'] }
}

function fail(exitCode: number, message: string): void {
  process.stderr.write(`${message}\n`)
  process.exitCode = exitCode
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
  return version
}
