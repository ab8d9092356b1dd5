/**
 * What stands in front of every server here: faults strike first, and the watch sees what becomes of each request.
 *
 * @module
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Endpoint } from './endpoint.ts'
import { type FaultSwitch, strike } from './faults.ts'

/** What a path is: its endpoint, and how it may be shown. What is not served is not shown: anything may be written there. */
export interface Place {
  readonly endpoint: Endpoint
  readonly path: string
}

/** The path of what is not served. */
export const notServed: Place = { endpoint: 'other', path: '(not served)' }

/** Answers a request, now or later. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** Puts a server behind the faults. `find` tells what a path is. */
export function behindFaults(answer: Answer, find: (path: string) => Place, faults: FaultSwitch): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    const fault = faults.take(find(pathOf(request)).endpoint)
    if (fault === undefined) return void answer(request, response)
    void strike(fault, request, response).then((goOn) => {
      if (goOn) void answer(request, response)
    })
  }
}

/** The path of a request, without its query. */
export function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/'
}
