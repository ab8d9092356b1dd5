/**
 * What is watched while rows run, beyond their answers: output of the process, names that are looked up, `Object.prototype`.
 * Unhandled rejections and exceptions need no watching: the test runner fails the test in which they happen.
 *
 * @module
 */
import dns from 'node:dns'
import { createServer } from 'node:http'
import { inspect } from 'node:util'

/** What has been seen since the watch began. */
export interface Watched {
  readonly output: readonly string[]
  /** Host names that were looked up, loopback aside. */
  readonly lookups: readonly string[]
  forget(): void
  stop(): void
}

/**
 * The process itself. The test runner gives tests a copy, on which the environment is not the one that TLS reads and output is not
 * the one that libraries write to; a function of Node's own knows the real one.
 */
export const outerProcess: NodeJS.Process = (createServer.constructor as (code: string) => () => NodeJS.Process)('return process')()

const consoleMethods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const

/** Begins to watch; looks nothing up outside of this machine meanwhile. */
export function watch(): Watched {
  const output: string[] = []
  const lookups: string[] = []
  const undo: (() => void)[] = []
  const replace = <T extends object, K extends keyof T>(target: T, name: K, value: T[K]): void => {
    const kept = target[name]
    undo.push(() => {
      target[name] = kept
    })
    target[name] = value
  }
  for (const method of consoleMethods) {
    replace(console, method, (...values: readonly unknown[]) => {
      output.push(values.map((value) => (typeof value === 'string' ? value : inspect(value, { depth: 12 }))).join(' '))
    })
  }
  for (const stream of [outerProcess.stdout, outerProcess.stderr]) {
    const write = stream.write.bind(stream)
    replace(stream, 'write', (chunk: string | Uint8Array, ...rest: never[]) => {
      output.push(String(chunk))
      return write(chunk, ...rest)
    })
  }
  const { lookup } = dns
  const watchedLookup = (host: string, ...rest: readonly unknown[]): void => {
    if (host === 'localhost' || host.startsWith('127.')) {
      ;(lookup as (...values: readonly unknown[]) => void)(host, ...rest)
      return
    }
    lookups.push(host)
    // A name server that never answers.
    if (host === 'hang.example') return
    const answer = rest.at(-1) as (error: Error) => void
    process.nextTick(answer, Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }))
  }
  replace(dns, 'lookup', watchedLookup as typeof dns.lookup)
  return {
    output,
    lookups,
    forget() {
      output.length = 0
      lookups.length = 0
    },
    stop() {
      for (const step of undo) step()
    },
  }
}

const membersOfPrototype = Object.getOwnPropertyNames(Object.prototype).join()

/** Tells whether `Object.prototype` is as it was. */
export function isPrototypeClean(): boolean {
  return Object.getOwnPropertyNames(Object.prototype).join() === membersOfPrototype
}
