// The code of docs/revocation.md: compiled; what it stands on is above each region.
import { createHash } from 'node:crypto'
import { createResourceServer, type Options, pollSecurityEvents, type RevocationBus } from '@oauth-introspect/core'
import { introspect, securityEvents } from '@oauth-introspect/express'
import express from 'express'

declare const options: Options
declare const bus: RevocationBus
declare const token: string
declare const getTransmitterToken: () => Promise<string>

// #region receiver
const resourceServer = createResourceServer({
  ...options,
  revocation: {
    transmitters: [{ issuer: 'https://as.example.com', audience: 'https://api.example.com', jwksUri: 'https://as.example.com/jwks' }],
    bus, // several instances; without it each has to be told
  },
})
const app = express()
app.use(securityEvents(resourceServer, { events: '/events', logout: '/backchannel-logout' }))
app.use(introspect(resourceServer))
// #endregion receiver

// #region revoke
await resourceServer.revoke({ issuer: 'https://as.example.com', subject: 'user-1' })
await resourceServer.revoke({ client: 'app', effect: 'ask' })
await resourceServer.revoke({ tokenDigest: createHash('sha256').update(token).digest('base64url') })
// #endregion revoke

// #region webhook
const told = createResourceServer({ ...options, revocation: { webhook: { secrets: [process.env['WEBHOOK_SECRET']] } } })
app.use(securityEvents(told, { webhook: '/revoked' }))
// #endregion webhook

// #region poll
const polling = pollSecurityEvents(resourceServer, {
  endpoint: 'https://as.example.com/ssf/poll',
  authorization: async () => `Bearer ${await getTransmitterToken()}`,
})
process.once('SIGTERM', () => void polling.stop())
// #endregion poll
