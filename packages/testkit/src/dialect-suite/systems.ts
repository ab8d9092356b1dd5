/**
 * WSO2 Identity Server, Friendly OAuth2 Server and Axway API Gateway, each in the ways that its page tells of.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { clientSecretBasic, friendlyOAuth2, privateKeyJwt, wso2 } from '@oauth-introspect/core'
import { appInHeader, type System, secrets } from './system.ts'

const wso2Client: System = {
  name: 'WSO2, the super tenant, asked by a client',
  dialect: 'wso2',
  settings: { wso2: { refreshTokens: true } },
  options: ({ origin: baseUrl, ca }, wrong) => ({
    ...wso2({ baseUrl, client: { id: 'api', secret: wrong ?? secrets.api }, ...(ca === undefined ? {} : { ca }) }),
    audience: null,
  }),
  client: appInHeader,
  refusesRefresh: 'token_type_refused',
}

const wso2User: System = {
  ...wso2Client,
  name: 'WSO2, a tenant, asked by a user of it',
  settings: {
    wso2: {
      refreshTokens: true,
      tenants: ['foo.com'],
      users: [{ username: 'admin', password: secrets.user, tenant: 'foo.com' }],
      clientTenants: { app: 'foo.com' },
      crossTenantIntrospection: false,
    },
  },
  options: ({ origin: baseUrl, ca }, wrong) => ({
    ...wso2({
      ...{ baseUrl, tenant: 'foo.com', user: { name: 'admin@foo.com', password: wrong ?? secrets.user } },
      ...(ca === undefined ? {} : { ca }),
    }),
    audience: null,
  }),
}

const friendly = (badTokenStatus: number): System => ({
  name: `Friendly OAuth2 Server, with ${badTokenStatus} for a foreign token`,
  dialect: 'friendly',
  settings: { friendly: { badTokenStatus, refreshTokens: true } },
  // The client to which the token is attached.
  options: ({ origin: baseUrl }, wrong) => ({
    ...friendlyOAuth2({ baseUrl, clientId: 'app', clientSecret: wrong ?? secrets.app }),
    audience: null,
  }),
  client: appInHeader,
  refusesRefresh: 'token_type_refused',
})

const axway: System = {
  name: 'Axway, credentials in the header',
  dialect: 'axway',
  settings: { axway: true },
  options: ({ origin }, wrong) => ({
    introspectionEndpoint: `${origin}/api/oauth/introspect`,
    clientAuthentication: clientSecretBasic('api', wrong ?? secrets.api),
    audience: null,
  }),
  client: appInHeader,
  refusesRefresh: 'token_inactive',
}

const axwayQuery: System = {
  ...axway,
  name: 'Axway, credentials in the query string',
  settings: { axway: { clientInformation: 'query' } },
  client: () => ({ ...appInHeader(), credentialsIn: 'query' }),
}

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const axwayKeyPair: System = {
  ...axway,
  name: 'Axway, a key pair',
  settings: { axway: { clientInformation: 'keyPair', publicKeys: { app: pair.publicKey.export({ format: 'jwk' }) } } },
  client: (audience) => ({
    clientAuthentication: privateKeyJwt({ clientId: 'app', key: pair.privateKey, algorithm: 'ES256', audience }),
  }),
}

/** Those that have a page of their own. */
export const systems: readonly System[] = [wso2Client, wso2User, friendly(200), friendly(400), axway, axwayQuery, axwayKeyPair]
