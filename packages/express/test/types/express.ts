// Compiled, never run: what must and must not compile.
import { createResourceServer } from '@oauth-introspect/core'
import { findAuth, getAuth, introspect, RefusalError, requireScopes, requireToken } from '@oauth-introspect/express'
import express from 'express'
import { z } from 'zod'

const base = { introspectionEndpoint: process.env['ENDPOINT'], clientId: process.env['ID'], clientSecret: process.env['SECRET'] }
const typed = createResourceServer({ ...base, claims: z.object({ tenant: z.string() }) })
const app = express()

app.use(introspect(base), introspect(base, { property: 'token', onRefusal: 'throw' }), introspect(typed, {}, { onRefusal: 'throw' }))
app.get('/', introspect(typed, { requiredScopes: 'a' }), requireScopes('a', 'b c'), requireToken(), (req, res) => {
  res.send(getAuth(req, typed).claims.tenant)
})
app.get('/', (req, res) => {
  // @ts-expect-error without the server claims are unknown
  const tenant: string = getAuth(req).claims.tenant
  // @ts-expect-error there may be none
  res.send(tenant + findAuth(req).token)
})
app.use((error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
  if (RefusalError.is(error)) res.status(error.status).json(error.outcome.body)
})

// @ts-expect-error there is nobody to ask
introspect({ clientId: 'id', clientSecret: 'secret' })
// @ts-expect-error an option that does not exist
introspect({ ...base, requiredScope: 'a' })
// @ts-expect-error a way that does not exist
introspect(base, { onRefusal: 'log' })
// @ts-expect-error requirements stand behind a resource server
introspect(base, { requiredScopes: 'a' })
// @ts-expect-error at least one scope
requireScopes()

// Functions of the application are handed Express's request; those of a resource server, which any framework may use, do not know whose.
introspect({ ...base, tokenSources: ({ native }) => native.get('x-token'), admission: ({ native }) => native.ip ?? '' })
// @ts-expect-error native is unknown
createResourceServer({ ...base, tokenSources: ({ native }) => native.get('x-token') })
