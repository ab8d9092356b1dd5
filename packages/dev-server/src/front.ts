/**
 * What stands in front of every server here: faults strike first, and the watch sees what becomes of each request.
 *
 * @module
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Endpoint } from './endpoint.ts'
import { type FaultSwitch, strike } from './faults.ts'
import type { Watch } from './monitoring/watch.ts'

/** What a path is: its endpoint, and how it may be shown. What is not served is not shown: anything may be written there. */
export interface Place {
  readonly endpoint: Endpoint
  readonly path: string
}

/** The path of what is not served. */
export const notServed: Place = { endpoint: 'other', path: '(not served)' }

/** Answers a request, now or later. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** What every server here has in front. */
export interface FrontGround {
  readonly faults: FaultSwitch
  readonly watch: Watch
}

/** Puts a server behind faults and watch. `find` tells what a path is. */
export function behindFront(name: string, answer: Answer, find: (path: string) => Place, { faults, watch }: FrontGround): RequestListener {
  return (request, response) => {
    const place = find(pathOf(request))
    const fault = faults.take(place.endpoint)
    watch.follow(request, response, name, place, fault)
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
