import { getAuth, introspect } from '@oauth-introspect/express'
import express from 'express'

const { INTROSPECTION_ENDPOINT, CLIENT_ID, CLIENT_SECRET, PORT = '3000' } = process.env

const app = express()
app.use(
  introspect({
    introspectionEndpoint: INTROSPECTION_ENDPOINT,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    audience: 'https://api.example.com',
  }),
)
app.get('/', (req, res) => {
  res.json({ client: getAuth(req).clientId, scopes: getAuth(req).scopes })
})
app.listen(Number(PORT))
