// An API of orders behind WSO2 Identity Server, in Express, Koa and Hono side by side. By hand, with a server that speaks as WSO2 does:
//   npx oauth-introspect-dev --dialect wso2 --ca-file ca.pem
//   WSO2_URL=https://localhost:9443 WSO2_CA_FILE=ca.pem CLIENT_ID=api CLIENT_SECRET=api-secret npm start
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { createResourceServer, wso2 } from '@oauth-introspect/core'
import * as onExpress from '@oauth-introspect/express'
import * as onHono from '@oauth-introspect/hono'
import * as onKoa from '@oauth-introspect/koa'
import express from 'express'
import { Hono } from 'hono'
import Koa from 'koa'

const { WSO2_URL, WSO2_CA_FILE = 'ca.pem', CLIENT_ID, CLIENT_SECRET } = process.env

const api = createResourceServer({
  ...wso2({
    baseUrl: WSO2_URL,
    client: { id: CLIENT_ID, secret: CLIENT_SECRET },
    ca: readFileSync(WSO2_CA_FILE, 'utf8'), // in place of curl's -k
  }),
  audience: null, // its replies name none
  requiredScopes: 'read',
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
