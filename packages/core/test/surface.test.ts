import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

// What programs outside are written against. A change here is a change for them: make it on purpose.
const doors = {
  'core/src/index.ts': [
    'IntrospectionError',
    'bearerToken',
    'cacheApiStore',
    'clientCredentials',
    'clientSecretBasic',
    'clientSecretJwt',
    'clientSecretPost',
    'createResourceServer',
    'encryptedStore',
    'explainGravitee',
    'friendlyOAuth2',
    'fromGravitee',
    'kvStore',
    'memoryStore',
    'nodeRequest',
    'none',
    'pollSecurityEvents',
    'privateKeyJwt',
    'redisRevocationBus',
    'redisStore',
    'refusalResponse',
    'selfSignedTlsClientAuth',
    'springCheckToken',
    'tlsClientAuth',
    'webRequest',
    'writeRefusal',
    'wso2',
  ],
  'core/src/adapter.ts': [
    'RefusalError',
    'authorizeRequest',
    'checkRequest',
    'createSignalReceiver',
    'findAuth',
    'findGuarding',
    'getAuth',
    'isAppended',
    'isRefusalError',
    'isResourceServer',
    'readAdapterOptions',
    'readGuardRequirements',
    'readGuarding',
    'readRequiredScopes',
    'refusalFields',
    'refusalMessage',
    'refusalResponse',
    'writeHeaders',
    'writeRefusal',
  ],
  'express/src/index.ts': ['RefusalError', 'findAuth', 'getAuth', 'introspect', 'requireScopes', 'requireToken', 'securityEvents'],
  'koa/src/index.ts': ['RefusalError', 'findAuth', 'getAuth', 'introspect', 'requireScopes', 'requireToken', 'securityEvents'],
  'hono/src/index.ts': ['RefusalError', 'findAuth', 'getAuth', 'introspect', 'requireScopes', 'requireToken', 'securityEvents'],
  'dev-server/src/index.ts': ['createDevServer', 'memoryTokenStore', 'redisTokenStore', 'sqlTokenStore'],
}

const packages = fileURLToPath(new URL('../..', import.meta.url))

test.each(Object.entries(doors))('%s exports these names and no others', async (path, names) => {
  expect(Object.keys((await import(`${packages}${path}`)) as object).sort()).toEqual(names)
})

test('core is entered by two doors, Express by two, the others by one', () => {
  const entries = readdirSync(packages).map((name) => {
    const { exports } = JSON.parse(readFileSync(`${packages}${name}/package.json`, 'utf8')) as { readonly exports: object }
    return [name, Object.keys(exports)]
  })
  expect(Object.fromEntries(entries)).toEqual({
    core: ['.', './adapter', './package.json'],
    'dev-server': ['.', './package.json'],
    express: ['.', './global', './package.json'],
    hono: ['.', './package.json'],
    koa: ['.', './package.json'],
    testkit: ['.', './check-example', './check-system'],
  })
})
