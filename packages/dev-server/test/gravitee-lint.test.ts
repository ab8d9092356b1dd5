import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { lintGravitee } from '../src/gravitee-lint.ts'
import { run } from './process.ts'

jest.setTimeout(20_000)

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gravitee-lint-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function write(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const page = {
  configuration: {
    introspectionEndpoint: 'https://my_authorization_server/oauth/check_token',
    introspectionEndpointMethod: 'POST',
    clientAuthorizationHeaderName: 'Authorization',
    clientAuthorizationHeaderScheme: 'Basic',
    clientId: 'my-client',
    clientSecret: 'CANARY-secret',
    tokenIsSuppliedByHttpHeader: false,
    tokenIsSuppliedByQueryParam: true,
    tokenQueryParamName: 'token',
    useClientAuthorizationHeader: true,
    userInfoEndpoint: '/me',
  },
}

test('says what is understood, what differs and what is dead', () => {
  const policy = write('policy.json', { oauthResource: 'as', requiredScopes: ['read'] })
  expect(lintGravitee([write('resource.json', page), '--policy', policy, '--check-token'])).toEqual({
    exitCode: 0,
    text: `Understood
  clientId: credentials in Authorization, as Basic
  introspectionEndpoint: POST https://my_authorization_server/oauth/check_token
  token: in the query as "token"
  checkToken: a reply without "active" counts if it names a client or a user and no error
Different here
  ssl [TLS_VERIFIED]: without it Gravitee trusts any certificate; here it is verified: name its authority in "ssl.trustStore", or in "http.ca"
  clientSecret [UNENCODED_CREDENTIALS]: as in Gravitee, id and secret are not form-encoded first (RFC 6749 §2.3.1)
  tokenIsSuppliedByQueryParam [TOKEN_IN_URL]: tokens end up in logs of the authorization server
  token [TOKEN_ENCODED]: Gravitee writes it unencoded, so that a caller could add parameters; here it is encoded
  requiredScopes [SCOPES_NOT_CHECKED]: "checkRequiredScopes" is off: the scopes are listed, but nobody has to have them
Without effect
  userInfoEndpoint: introspection does not use it
`,
  })
})

test.each([
  ['a fault', { ...page.configuration, tokenIsSuppliedByQueryParam: false }, 'must send the token'],
  ['a file that is no JSON', '{ "clientSecret": "CANARY-secret"', 'the resource cannot be read: it is not JSON'],
])('ends with 1 for %s', (_what, content, message) => {
  const { text, exitCode } = lintGravitee([write('faulty.json', content)])
  expect({ exitCode, text }).toEqual({ exitCode: 1, text: expect.stringContaining(message) })
  expect(text).not.toContain('CANARY')
})

test.each([[[]], [['a', 'b']], [['--unknown', 'a']], [['no-such-file.json']]])('ends with 2 when it is called with %j', (args) => {
  expect(lintGravitee(args)).toEqual({ exitCode: 2, text: expect.stringContaining('usage: oauth-introspect-dev gravitee-lint') })
})

test('is a command', async () => {
  const file = write('resource.json', page)
  expect(await run('src/cli.ts', ['gravitee-lint', file]).ended).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^Understood\n/),
  })
  expect(await run('src/cli.ts', ['gravitee-lint', `${file}.not`]).ended).toMatchObject({ code: 2, stdout: '' })
  expect(await run('src/cli.ts', ['gravitee-lint', write('faulty.json', '{}')]).ended).toMatchObject({ code: 1, stderr: '' })
})
