/**
 * Gravitee's resource in front of what it is pointed at: Spring's `check_token`, as on its page, and an endpoint of RFC 7662.
 *
 * @module
 */
import { fromGravitee } from '@oauth-introspect/core'
import { appInHeader, type System, secrets } from './system.ts'

/** The example of Gravitee's page, for a server of ours. */
const pageExample = (origin: string, method: string, clientSecret: string): object => ({
  configuration: {
    introspectionEndpoint: `${origin}/oauth/check_token`,
    introspectionEndpointMethod: method,
    clientAuthorizationHeaderName: 'Authorization',
    clientAuthorizationHeaderScheme: 'Basic',
    clientId: 'api',
    clientSecret,
    tokenIsSuppliedByHttpHeader: false,
    tokenIsSuppliedByQueryParam: true,
    tokenQueryParamName: 'token',
    useClientAuthorizationHeader: true,
  },
})

const checkedBy = (method: string): System => ({
  name: `Gravitee, the example of its page, by ${method}`,
  dialect: 'checkToken',
  settings: { checkToken: { refreshTokens: true } },
  options: ({ origin }, wrong) => ({
    ...fromGravitee(pageExample(origin, method, wrong ?? secrets.api), { checkToken: true }),
    audience: null,
  }),
  client: appInHeader,
  refusesRefresh: 'token_inactive',
})

const standard: System = {
  name: 'Gravitee, the newer schema, in front of RFC 7662',
  dialect: 'axway',
  settings: { axway: true },
  options: ({ origin }, wrong) => ({
    ...fromGravitee({
      authorizationServerUrl: origin,
      introspectionEndpoint: '/api/oauth/introspect',
      introspectionEndpointMethod: 'POST',
      clientId: 'api',
      clientSecret: wrong ?? secrets.api,
      tokenIsSuppliedByQueryParam: false,
      tokenIsSuppliedByFormUrlEncoded: true,
    }),
    audience: null,
  }),
  client: appInHeader,
  refusesRefresh: 'token_inactive',
}

/** By both methods, and by both schemas. */
export const graviteeSystems: readonly System[] = [checkedBy('POST'), checkedBy('GET'), standard]
