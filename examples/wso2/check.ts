// Starts a server that speaks as WSO2 Identity Server does, and the API, and tries every kind of token.
import { checkSystem } from '@oauth-introspect/testkit/check-system'

await checkSystem({
  name: 'wso2',
  dialect: 'wso2',
  settings: { wso2: { refreshTokens: true } },
  app: new URL('./app.js', import.meta.url),
  client: new URL('./client.js', import.meta.url),
  variables: (origin, caFile) => ({ WSO2_URL: origin, WSO2_CA_FILE: caFile }),
  refusesRefresh: 'token_type_refused',
})
