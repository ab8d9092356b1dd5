// Compiled, never run: what must and must not compile.
import { createResourceServer } from '@oauth-introspect/core'
import { type AuthVariables, findAuth, getAuth, introspect, requireScopes, requireToken } from '@oauth-introspect/hono'
import { Hono } from 'hono'
import { z } from 'zod'

const base = { introspectionEndpoint: process.env['ENDPOINT'], clientId: process.env['ID'], clientSecret: process.env['SECRET'] }
const schema = z.object({ tenant: z.string() })
const typed = createResourceServer({ ...base, claims: schema })
const optional = createResourceServer({ ...base, optional: true })

const app = new Hono()
app.get('/', introspect(typed, { requiredScopes: 'a' }), requireScopes('a'), requireToken(), (c) => c.text(c.var.auth.claims.tenant))
app.get('/', introspect({ ...base, claims: schema }), (c) => c.text(c.var.auth.claims.tenant))
app.get('/', introspect({ ...base, optional: true }), (c) => c.text(c.var.auth?.token ?? 'anonymous'))
app.get('/', (c) => c.text(getAuth(c, typed).claims.tenant + (findAuth(c)?.token ?? '')))
// @ts-expect-error outside the guard there is no such variable
app.get('/', (c) => c.text(c.var.auth.token))
// @ts-expect-error the request may be anonymous
app.get('/', introspect({ ...base, optional: true }), (c) => c.text(c.var.auth.token))
// @ts-expect-error the request may be anonymous
app.get('/', introspect(optional), (c) => c.text(c.var.auth.token))

const worker = new Hono<{ Bindings: { readonly SECRET: string } }>()
worker.get(
  '/',
  introspect((c) => ({ ...base, clientSecret: c.env.SECRET as string })),
  (c) => c.text(c.var.auth.token + c.env.SECRET),
)
worker.get(
  '/',
  introspect(async () => ({ ...base, clientSecret: await Promise.resolve('late'), claims: schema })),
  (c) => c.text(c.var.auth.claims.tenant),
)
worker.get(
  '/',
  introspect(() => typed),
  (c) => c.text(c.var.auth.claims.tenant),
)

new Hono<{ Variables: AuthVariables<{ tenant: string }> }>().use(introspect(typed)).get('/', (c) => c.text(c.var.auth.claims.tenant))

// @ts-expect-error there is nobody to ask
introspect({ clientId: 'id', clientSecret: 'secret' })
// @ts-expect-error an option that does not exist
introspect({ ...base, requiredScope: 'a' })
// @ts-expect-error Hono has no property
introspect(base, { property: 'token' })
// @ts-expect-error at least one scope
requireScopes()

// Functions of the application are handed Hono's context.
introspect({ ...base, tokenSources: ({ native }) => native.req.query('t') })
introspect((c) => ({ ...base, audience: c.req.path, admission: ({ native }) => native.req.path }))
