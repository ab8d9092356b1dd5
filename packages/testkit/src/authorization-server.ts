/**
 * An authorization server that does what a test tells it to, on a real socket: answer, misbehave, or refuse to be asked.
 *
 * @module
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { listen } from './listen.ts'

/** An introspection call as it came over the wire. */
export interface IntrospectionCall {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: string
  readonly form: URLSearchParams
}

/** Answers, or fails to answer, one call. */
export type Behaviour = (call: IntrospectionCall, response: ServerResponse) => void

/** A scripted authorization server. */
export interface AuthorizationServer {
  readonly origin: string
  readonly introspectionEndpoint: string
  /** Every call so far, to any path. */
  readonly calls: readonly IntrospectionCall[]
  /** Sets what happens from now on: one behaviour for every call, or a list of which the last one stays. */
  behave(...behaviours: readonly [Behaviour, ...Behaviour[]]): void
  /** Forgets the calls so far. */
  forgetCalls(): void
  /** Connections so far, those too on which no call came. */
  connections(): number
  close(): Promise<void>
  listening(): boolean
  /** Listens again where it listened before. */
  reopen(): Promise<void>
}

/** Starts one on a free loopback port, with TLS if given; until told otherwise it calls every token inactive. */
export async function startAuthorizationServer(tls?: TlsOptions): Promise<AuthorizationServer> {
  const calls: IntrospectionCall[] = []
  let connections = 0
  let behaviours: Behaviour[] = [json({ active: false })]
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    void readCall(request).then((call) => {
      calls.push(call)
      const behaviour = behaviours.length > 1 ? behaviours.shift() : behaviours[0]
      behaviour?.(call, response)
    })
  }
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer)
  server.on('connection', () => connections++)
  const { origin, close } = await listen(server)
  return {
    origin,
    introspectionEndpoint: `${origin}/introspect`,
    calls,
    behave(...next) {
      behaviours = [...next]
    },
    forgetCalls() {
      calls.length = 0
    },
    connections: () => connections,
    close,
    listening: () => server.listening,
    async reopen() {
      await listen(server, Number(new URL(origin).port))
    },
  }
}

async function readCall(request: IncomingMessage): Promise<IntrospectionCall> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString()
  const { method = '', url = '', headers, rawHeaders } = request
  return { method, url, headers, rawHeaders, body, form: new URLSearchParams(body) }
}

/** A complete JSON reply. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return raw(JSON.stringify(body), status, { 'content-type': 'application/json', ...headers })
}

/** A complete reply of any kind. */
export function raw(body: string | Uint8Array, status = 200, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (_call, response) => {
    response.writeHead(status, headers).end(body)
  }
}

/** Replies by the token asked about; a token that is not listed is inactive. */
export function byToken(replies: Readonly<Record<string, unknown>>): Behaviour {
  return (call, response) => {
    const token = call.form.get('token') ?? ''
    json(Object.hasOwn(replies, token) ? replies[token] : { active: false })(call, response)
  }
}

/** Behaves by the path asked for, the query left out; a path that is not listed is not there. */
export function byPath(behaviours: Readonly<Record<string, Behaviour>>): Behaviour {
  return (call, response) => {
    const [path = ''] = call.url.split('?')
    const behaviour = Object.hasOwn(behaviours, path) ? behaviours[path] : raw('', 404)
    behaviour?.(call, response)
  }
}

/** Never answers. */
export const silence: Behaviour = () => undefined

/** Resets the connection before any byte of a reply. */
export const reset: Behaviour = (_call, response) => {
  socketOf(response).resetAndDestroy()
}

/** Writes these bytes to the socket, in place of an HTTP reply, and then does what it is told with the socket. */
export function bytes(text: string, then: 'keep' | 'end' | 'reset' = 'keep'): Behaviour {
  return (_call, response) => {
    const socket = socketOf(response)
    socket.write(text, () => {
      if (then === 'end') socket.end()
      if (then === 'reset') socket.resetAndDestroy()
    })
  }
}

/** Writes one character at a time, for ever slower than any deadline. */
export function drip(text: string, intervalMs: number): Behaviour {
  return (_call, response) => {
    const socket = socketOf(response)
    let at = 0
    const timer = setInterval(() => {
      socket.write(text[at++ % text.length] ?? ' ')
    }, intervalMs)
    socket
      .on('error', () => undefined)
      .once('close', () => {
        clearInterval(timer)
      })
  }
}

/** Waits for a promise, then behaves. */
export function after(promise: Promise<unknown>, behaviour: Behaviour): Behaviour {
  return (call, response) => {
    void promise.then(() => {
      behaviour(call, response)
    })
  }
}

/** The socket below a response. */
export function socketOf(response: ServerResponse): Socket {
  if (response.socket === null) throw new Error('the connection is gone')
  return response.socket
}

/** A loopback endpoint on which nothing listens. */
export async function findClosedPort(): Promise<number> {
  const { origin, close } = await listen(createServer())
  await close()
  return Number(new URL(origin).port)
}
