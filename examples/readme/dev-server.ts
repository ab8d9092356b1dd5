import { createDevServer } from '@oauth-introspect/dev-server'

const server = await createDevServer() // on any free port
const token = await server.issueToken({ scope: 'read' })
// … start your API with server.introspectionEndpoint, 'api' and 'api-secret', and call it with the token …
await server.revoke(token)
await server.close()
