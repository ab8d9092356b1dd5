// Compiled, never run: what must and must not compile.
import Router from '@koa/router'
import { createResourceServer } from '@oauth-introspect/core'
import { type AuthState, getAuth, introspect, requireScopes, requireToken } from '@oauth-introspect/koa'
import Koa from 'koa'
import { z } from 'zod'

const base = { introspectionEndpoint: process.env['ENDPOINT'], clientId: process.env['ID'], clientSecret: process.env['SECRET'] }
const typed = createResourceServer({ ...base, claims: z.object({ tenant: z.string() }) })
const optional = createResourceServer({ ...base, optional: true })

new Koa().use(introspect(typed)).use((ctx) => {
  ctx.body = ctx.state.auth.claims.tenant
})
new Koa<{ user: string }>().use(introspect({ ...base, claims: z.object({ tenant: z.string() }) })).use((ctx) => {
  ctx.body = ctx.state.auth.claims.tenant
})
new Koa<AuthState<{ tenant: string }>>().use(introspect(typed))
new Router().get('/', introspect(typed, { requiredScopes: 'a' }), requireScopes('a'), requireToken(), (ctx) => {
  ctx.body = ctx.state.auth.claims.tenant + getAuth(ctx, typed).claims.tenant
})
new Koa().use(introspect(optional)).use((ctx) => {
  // @ts-expect-error the request may be anonymous
  ctx.body = ctx.state.auth.token
})
new Koa().use(introspect({ ...base, optional: true })).use((ctx) => {
  ctx.body = ctx.state.auth?.token
})

// @ts-expect-error there is nobody to ask
introspect({ clientId: 'id', clientSecret: 'secret' })
// @ts-expect-error an option that does not exist
introspect({ ...base, requiredScope: 'a' })
// @ts-expect-error at least one scope
requireScopes()

// Functions of the application are handed Koa's context.
introspect({ ...base, tokenSources: ({ native }) => native.cookies.get('token'), admission: ({ native }) => native.ip })
