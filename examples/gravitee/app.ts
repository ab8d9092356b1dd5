// An API of orders that takes its settings from Gravitee's files, in Express, Koa and Hono side by side: resource.json is the example of
// the page of "Generic OAuth2 Authorization Server", policy.json that of an "oauth2" policy. They lead to Spring's old check_token here.
// By hand, with a server that speaks as Spring does:
//   npx oauth-introspect-dev --dialect check-token
//   AS_URL=http://localhost:8080 CLIENT_ID=api CLIENT_SECRET=api-secret npm start
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { createResourceServer, fromGravitee } from '@oauth-introspect/core'
import * as onExpress from '@oauth-introspect/express'
import * as onHono from '@oauth-introspect/hono'
import * as onKoa from '@oauth-introspect/koa'
import express from 'express'
import { Hono } from 'hono'
import Koa from 'koa'

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')

/** What expressions of Gravitee stand for. */
const expressions: Readonly<Record<string, string | undefined>> = {
  "{#properties['as.url']}": process.env.AS_URL,
  "{#properties['as.client']}": process.env.CLIENT_ID,
  "{#secrets.get('/as:secret')}": process.env.CLIENT_SECRET,
}

const api = createResourceServer({
  ...fromGravitee(read('resource.json'), {
    policy: read('policy.json'),
    checkToken: true, // replies have no "active"
    resolve: (expression) => expressions[expression] ?? '',
  }),
  audience: null, // Gravitee checks none
  onEvent(event) {
    if (event.type === 'refused') console.log(`refused ${event.status} ${event.reason}`)
  },
})

const orders = ['tea', 'coffee']

const expressApp = express()
expressApp.use(onExpress.introspect(api))
expressApp.get('/orders', (req, res) => {
  res.json({ client: onExpress.getAuth(req).clientId, orders })
})

const koaApp = new Koa()
koaApp.use(onKoa.introspect(api)).use((ctx) => {
  ctx.body = { client: onKoa.getAuth(ctx).clientId, orders }
})

const honoApp = new Hono()
honoApp.use(onHono.introspect(api))
honoApp.get('/orders', (c) => c.json({ client: onHono.getAuth(c).clientId, orders }))

const onExpressServer = expressApp.listen(0, '127.0.0.1', () => {
  tell('express', onExpressServer.address())
})
const onKoaServer = koaApp.listen(0, '127.0.0.1', () => {
  tell('koa', onKoaServer.address())
})
serve({ fetch: honoApp.fetch, port: 0, hostname: '127.0.0.1' }, (address) => {
  tell('hono', address)
})

function tell(name: string, address: AddressInfo | string | null): void {
  if (typeof address === 'object' && address !== null) console.log(`${name} http://127.0.0.1:${address.port}`)
}
