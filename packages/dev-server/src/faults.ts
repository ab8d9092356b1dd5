/**
 * Faults on request, so that an outage can be rehearsed: what they are, how they are read, and how they strike.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Endpoint } from './endpoint.ts'
import type { OptionFaults } from './option-faults.ts'
import { listOf, type MemberReader, oneOf, type Reader, whole } from './option-readers.ts'

/** What goes wrong at an endpoint. A delay goes with everything, a reset with nothing else. */
export interface Fault {
  /** Of the standard server and of every dialect. `all` is every endpoint, also those that are not about tokens. */
  readonly endpoint: 'introspection' | 'token' | 'all'
  /** Milliseconds before anything is answered. */
  readonly delayMs?: number
  /** Cuts the connection in place of an answer. */
  readonly reset?: boolean
  /** Answers with this status, and does nothing. */
  readonly status?: number
  /** Answers with this body, and does nothing. */
  readonly body?: string
  /** Names this content type, whatever the body is. */
  readonly contentType?: string
  /** How many requests it strikes. Default: all until it is taken back. */
  readonly times?: number
}

const known = ['endpoint', 'delayMs', 'reset', 'status', 'body', 'contentType', 'times']

const anyText: Reader<string> = (value, option, faults) => {
  if (typeof value !== 'string') faults.expect(option, 'a string', value)
  return typeof value === 'string' ? value : ''
}

const fieldValue: Reader<string> = (value, option, faults) => {
  if (typeof value === 'string' && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return value
  faults.expect(option, 'a content type', value)
  return ''
}

const isTrue: Reader<boolean> = (value, option, faults) => {
  if (value !== true) faults.expect(option, 'true', value)
  return true
}

function readFault(read: MemberReader): Fault {
  const optional = <T>(name: string, reader: Reader<T>): Readonly<Record<string, T>> => {
    const value = read<T | undefined>(name, undefined, reader)
    return value === undefined ? {} : { [name]: value }
  }
  return {
    endpoint: read('endpoint', 'all', oneOf('introspection', 'token', 'all')),
    ...optional('delayMs', whole(' of milliseconds', 0, 600_000)),
    ...optional('reset', isTrue),
    ...optional('status', whole('', 200, 599)),
    ...optional('body', anyText),
    ...optional('contentType', fieldValue),
    ...optional('times', whole('', 1, 1_000_000)),
  }
}

/** Reads a list of faults; what is wrong goes to `faults`. */
export function readFaults(value: unknown, option: string, faults: OptionFaults): readonly Fault[] {
  const list = listOf('faults', { known, required: ['endpoint'] }, readFault)(value, option, faults)
  list.forEach((fault, at) => {
    const answers = [fault.status, fault.body, fault.contentType].some((member) => member !== undefined)
    const path = faults.name(`${option}[${at}]`)
    if (fault.reset === true && answers) faults.say(`"${path}" must not have an answer when it has "reset"`)
    if (fault.reset === undefined && fault.delayMs === undefined && !answers) faults.say(`"${path}" must say what goes wrong`)
  })
  return list
}

/** The faults that are switched on. */
export class FaultSwitch {
  #on: { readonly fault: Fault; left: number }[] = []

  constructor(faults: readonly Fault[]) {
    this.set(faults)
  }

  /** Switches these on, and all others off. */
  set(faults: readonly Fault[]): void {
    this.#on = faults.map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }))
  }

  /** Those that strike still, with the times that are left. */
  list(): readonly Fault[] {
    return this.#on.map(({ fault, left }) => (fault.times === undefined ? fault : { ...fault, times: left }))
  }

  /** The fault that strikes a request, if there is one; the first of several. */
  take(endpoint: Endpoint): Fault | undefined {
    const struck = this.#on.find(({ fault }) => fault.endpoint === 'all' || fault.endpoint === endpoint)
    if (struck === undefined) return undefined
    struck.left--
    this.#on = this.#on.filter(({ left }) => left > 0)
    return struck.fault
  }
}

/** Lets a fault strike; whether the request is to be answered all the same. */
export async function strike(fault: Fault, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const { delayMs, reset, status, body, contentType } = fault
  if (delayMs !== undefined && !(await waitWhileOpen(delayMs, response))) return false
  if (reset === true) {
    cut(request)
    return false
  }
  if (status === undefined && body === undefined) {
    if (contentType !== undefined) insistOn(contentType, response)
    return true
  }
  response.statusCode = status ?? 200
  if (contentType !== undefined || body !== undefined) response.setHeader('Content-Type', contentType ?? 'application/json')
  response.end(body)
  return false
}

async function waitWhileOpen(delayMs: number, response: ServerResponse): Promise<boolean> {
  const gone = new AbortController()
  const abort = (): void => gone.abort()
  response.once('close', abort)
  try {
    await wait(delayMs, undefined, { signal: gone.signal })
    return true
  } catch {
    return false
  } finally {
    response.off('close', abort)
  }
}

/** With TLS there is no way to a TCP reset: the connection just ends. */
function cut({ socket }: IncomingMessage): void {
  if ('encrypted' in socket) socket.destroy()
  else socket.resetAndDestroy()
}

/** Every way to send headers leads through `writeHead()`, so that this is the last word. */
function insistOn(contentType: string, response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response)
  response.writeHead = (status: number): ServerResponse => {
    response.setHeader('Content-Type', contentType)
    return writeHead(status)
  }
}
