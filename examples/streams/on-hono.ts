// Server-sent events in Hono.
import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { ResourceServer } from '@oauth-introspect/core'
import { introspect, securityEvents } from '@oauth-introspect/hono'
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { events } from './events.js'

export function serveByHono(api: ResourceServer<unknown, false>): RequestListener {
  const app = new Hono()
  app.use(securityEvents(api))
  app.get('/stream', introspect(api), (c) => {
    c.header('Content-Type', 'text/event-stream')
    return stream(c, async (out) => {
      for await (const event of events(c.var.auth.signal)) await out.write(event)
    })
  })
  const listener = getRequestListener((request, env) => app.fetch(request, env))
  return (request, response) => void listener(request, response)
}
