// Compiled, never run: the main entry adds nothing to everybody's requests. (`global.ts` does: see the folder beside this file.)
import { introspect } from '@oauth-introspect/express'
import express from 'express'

express().use(
  introspect({ introspectionEndpoint: 'https://as.example/introspect', clientId: 'id', clientSecret: 'secret' }),
  (req, res) => {
    // @ts-expect-error `req.auth` is not declared unless asked for
    res.send(req.auth)
  },
)
