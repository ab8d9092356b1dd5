// Server-sent events in Koa.
import type { RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import type { ResourceServer } from '@oauth-introspect/core'
import { getAuth, introspect, securityEvents } from '@oauth-introspect/koa'
import Koa from 'koa'
import { events } from './events.js'

export function serveByKoa(api: ResourceServer<unknown, false>): RequestListener {
  const app = new Koa()
  app.use(securityEvents(api))
  app.use(introspect(api))
  app.use((ctx) => {
    ctx.type = 'text/event-stream'
    ctx.body = Readable.from(events(getAuth(ctx).signal))
  })
  const listener = app.callback()
  return (request, response) => void listener(request, response)
}
