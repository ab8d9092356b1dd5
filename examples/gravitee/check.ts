// Starts a server with Spring's check_token, and the API with Gravitee's files in front of it, and tries every kind of token.
import { checkSystem } from '@oauth-introspect/testkit/check-system'

await checkSystem({
  name: 'gravitee',
  dialect: 'checkToken',
  settings: { checkToken: { refreshTokens: true } },
  app: new URL('./app.js', import.meta.url),
  client: new URL('./client.js', import.meta.url),
  variables: (origin) => ({ AS_URL: origin }),
  refusesRefresh: 'token_inactive',
})
