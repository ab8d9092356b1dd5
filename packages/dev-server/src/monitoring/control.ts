/**
 * What the standard server answers beside OAuth when `console` is on: paths for people and scripts on this machine.
 *
 * @module
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type FaultSwitch, readFaults } from '../faults.ts'
import { pathOf } from '../front.ts'
import { OptionFaults } from '../option-faults.ts'
import { whyNotLocal } from './local-request.ts'

/** What a control path answers. */
export interface ControlReply {
  readonly status: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** One control path: method and path, and what it answers to a body of JSON. A stream answers by itself, and returns nothing. */
export type ControlRoutes = Readonly<
  Record<
    string,
    (body: unknown, request: IncomingMessage, response: ServerResponse) => ControlReply | undefined | Promise<ControlReply | undefined>
  >
>

/** A reply of JSON. */
export function jsonReply(json: unknown, status = 200): ControlReply {
  return { status, type: 'application/json', body: JSON.stringify(json) }
}

/** `/faults`: what is switched on, to be replaced and to be taken back. */
export function faultRoutes(faults: FaultSwitch): ControlRoutes {
  return {
    'GET /faults': () => jsonReply(faults.list()),
    'PUT /faults': (body) => {
      const wrong = new OptionFaults()
      const wanted = readFaults(body, 'faults', wrong)
      wrong.throwAny('PUT /faults')
      faults.set(wanted)
      return jsonReply(faults.list())
    },
    'DELETE /faults': () => {
      faults.set([])
      return { status: 204 }
    },
  }
}

const longestBody = 65_536

/** Answers the control paths; the rest goes to the server behind. */
export function withControl(routes: ControlRoutes, behind: RequestListener): RequestListener {
  const paths = new Set(Object.keys(routes).map((route) => route.split(' ')[1]))
  return (request, response) => {
    if (!paths.has(pathOf(request))) behind(request, response)
    else
      void answer(routes, request, response).catch(() => {
        if (response.headersSent) response.destroy()
        else write(response, jsonReply({ error: 'server_error' }, 500))
      })
  }
}

async function answer(routes: ControlRoutes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const why = whyNotLocal(request)
  if (why !== undefined)
    return write(response, jsonReply({ error: 'access_denied', error_description: `The request is refused: ${why}.` }, 403))
  const route = routes[`${request.method ?? ''} ${pathOf(request)}`]
  if (route === undefined) return write(response, { status: 405 })
  try {
    const reply = await route(await readJson(request), request, response)
    if (reply !== undefined) write(response, reply)
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error
    const description = error instanceof TypeError ? error.message : 'The body is no JSON.'
    write(response, jsonReply({ error: 'invalid_request', error_description: description }, 400))
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk
    if (text.length > longestBody) throw new SyntaxError('too long')
  }
  return text === '' ? undefined : JSON.parse(text)
}

function write(response: ServerResponse, { status, type, headers = {}, body }: ControlReply): void {
  response.statusCode = status
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('X-Content-Type-Options', 'nosniff')
  if (type !== undefined) response.setHeader('Content-Type', type)
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.end(body)
}
