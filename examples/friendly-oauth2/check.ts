// Starts a server that speaks as Friendly OAuth2 Server does, and the API, and tries every kind of token.
import { checkSystem } from '@oauth-introspect/testkit/check-system'

await checkSystem({
  name: 'friendly-oauth2',
  dialect: 'friendly',
  settings: { friendly: { refreshTokens: true } },
  app: new URL('./app.js', import.meta.url),
  client: new URL('./client.js', import.meta.url),
  variables: (origin) => ({ FRIENDLY_URL: origin }),
  asks: 'app',
  refusesRefresh: 'token_type_refused',
})
