import { introspect } from '@oauth-introspect/koa'
import Koa from 'koa'

const { INTROSPECTION_ENDPOINT, CLIENT_ID, CLIENT_SECRET, PORT = '3000' } = process.env

const app = new Koa()
app
  .use(
    introspect({
      introspectionEndpoint: INTROSPECTION_ENDPOINT,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      audience: 'https://api.example.com',
    }),
  )
  .use((ctx) => {
    ctx.body = { client: ctx.state.auth.clientId, scopes: ctx.state.auth.scopes }
  })
app.listen(Number(PORT))
