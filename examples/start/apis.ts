// The same small API in three frameworks: `/` takes any good token, `/write` the scope "write", `/fresh` asks the authorization server each time.
import { createServer, type Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Requirements, ResourceServer } from '@oauth-introspect/core'
import * as onExpress from '@oauth-introspect/express'
import * as onHono from '@oauth-introspect/hono'
import * as onKoa from '@oauth-introspect/koa'
import express from 'express'
import { Hono } from 'hono'
import Koa from 'koa'

type Guarded = ResourceServer<unknown, false>

const routes: readonly (readonly [path: string, requirements: Requirements])[] = [
  ['/', {}],
  ['/write', { requiredScopes: 'write' }],
  ['/fresh', { maxAnswerAgeSeconds: 0 }],
]

export function expressApi(guarded: Guarded): Server {
  const app = express()
  for (const [path, requirements] of routes) {
    app.get(path, onExpress.introspect(guarded, requirements), (req, res) => {
      res.json({ from: 'express', client: onExpress.getAuth(req).clientId })
    })
  }
  return createServer(app)
}

export function koaApi(guarded: Guarded): Server {
  const app = new Koa()
  const answer = (ctx: Koa.Context): void => {
    ctx.body = { from: 'koa', client: onKoa.getAuth(ctx).clientId }
  }
  for (const [path, requirements] of routes) {
    const guard = onKoa.introspect(guarded, requirements)
    app.use(async (ctx, next) => {
      if (ctx.path !== path) await next()
      else await guard(ctx, () => Promise.resolve(answer(ctx)))
    })
  }
  const handle = app.callback()
  return createServer((request, response) => void handle(request, response))
}

export function honoApi(guarded: Guarded): Server {
  const app = new Hono()
  for (const [path, requirements] of routes) {
    app.get(path, onHono.introspect(guarded, requirements), (c) => c.json({ from: 'hono', client: c.var.auth.clientId }))
  }
  return createAdaptorServer({ fetch: app.fetch }) as Server
}
