// Server-sent events in Express. What ends tokens comes in at /backchannel-logout.
import type { RequestListener } from 'node:http'
import { Readable } from 'node:stream'
import type { ResourceServer } from '@oauth-introspect/core'
import { getAuth, introspect, securityEvents } from '@oauth-introspect/express'
import express from 'express'
import { events } from './events.js'

export function serveByExpress(api: ResourceServer<unknown, false>): RequestListener {
  const app = express()
  app.use(securityEvents(api))
  app.get('/stream', introspect(api), (req, res) => {
    Readable.from(events(getAuth(req).signal)).pipe(res.type('text/event-stream'))
  })
  return app
}
