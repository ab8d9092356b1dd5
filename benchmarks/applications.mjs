// The applications that are compared: one handler, behind nothing, a middleware that does nothing, our guard, or somebody else's.
import { getRequestListener } from '@hono/node-server'
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import * as onExpress from '@oauth-introspect/express'
import * as onHono from '@oauth-introspect/hono'
import * as onKoa from '@oauth-introspect/koa'
import express from 'express'
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer'
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import Koa from 'koa'
import { audience, issuer } from './tokens.mjs'

/** Each takes middleware of its framework, and gives a listener for requests of Node. */
export const frameworks = {
  express(...middleware) {
    const app = express()
    app.set('env', 'test') // or refusals that are thrown are printed
    for (const one of middleware) app.use(one)
    app.get('/', (_req, res) => {
      res.end('ok')
    })
    return (req, res) => app(req, res)
  },
  koa(...middleware) {
    const app = new Koa()
    for (const one of middleware) app.use(one)
    app.use((ctx) => {
      ctx.body = 'ok'
    })
    return app.callback()
  },
  hono(...middleware) {
    const app = new Hono()
    for (const one of middleware) app.use(one)
    app.get('/', (c) => c.text('ok'))
    return getRequestListener(app.fetch)
  },
}

/** Middleware that only goes on. */
export const noOp = {
  express: (_req, _res, next) => {
    next()
  },
  koa: (_ctx, next) => next(),
  hono: (_c, next) => next(),
}

/** Our guard. */
export const guard = { express: onExpress.introspect, koa: onKoa.introspect, hono: onHono.introspect }

/** Guards of others: a signature is verified each time, or the token is looked up in a map. */
export const peers = {
  jwt: (algorithm, jwksUri) => [auth({ issuer, audience, jwksUri, tokenSigningAlg: algorithm }), requiredScopes('read')],
  mcp: (known) => [
    requireBearerAuth({ verifier: { verifyAccessToken: async (token) => known.get(token) ?? refuse() }, requiredScopes: ['read'] }),
  ],
  honoBearer: (known) => [bearerAuth({ verifyToken: (token) => known.has(token) })],
}

function refuse() {
  throw new InvalidTokenError('unknown')
}
