// An API of orders in Express: reading takes the scope "read", writing "write", and deleting asks the authorization server afresh.
import type { AddressInfo } from 'node:net'
import { getAuth, introspect, requireScopes, requireToken } from '@oauth-introspect/express'
import express from 'express'

const app = express()

app.use(
  introspect({
    introspectionEndpoint: process.env.INTROSPECTION_ENDPOINT,
    clientId: process.env.CLIENT_ID,
    clientSecret: process.env.CLIENT_SECRET,
    audience: process.env.AUDIENCE,
  }),
)

app.get('/orders', requireScopes('read'), (req, res) => {
  res.json({ client: getAuth(req).clientId, orders: ['tea', 'coffee'] })
})
app.post('/orders', requireScopes('read', 'write'), (req, res) => {
  res.status(201).json({ client: getAuth(req).clientId })
})
app.delete('/orders', requireToken({ requiredScopes: 'read', maxAnswerAgeSeconds: 0 }), (_req, res) => {
  res.status(204).end()
})

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
