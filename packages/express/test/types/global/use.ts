// Compiled apart, never run: `import '@oauth-introspect/express/global'` declares `req.auth`, which may be missing.
import '@oauth-introspect/express/global'
import express from 'express'

express().get('/', (req, res) => {
  res.send(req.auth?.clientId)
  // @ts-expect-error no guard may stand in front
  res.send(req.auth.clientId)
})
