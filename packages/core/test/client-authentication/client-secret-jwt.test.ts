import { describe, expect, it } from '@jest/globals'
import { describeClientAuthentication } from '@oauth-introspect/testkit'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { clientSecretJwt } from '../../src/client-authentication/client-secret-jwt.ts'

const secret = 'CANARY-secret-5b21e0c79a-of-32-bytes: +&=ü'
const issuer = 'https://as.example'
const now = Date.parse('2026-11-21T12:00:00.900Z')

describeClientAuthentication({
  method: 'client_secret_jwt',
  make: () => clientSecretJwt('rs client', secret),
  makeOther: () => clientSecretJwt('other client', secret),
  form: [
    ['client_id', 'rs client'],
    ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
    ['client_assertion', /^[\w-]+\.[\w-]+\.[\w-]+$/],
  ],
  fresh: ['client_assertion'],
  options: { issuer },
  secrets: ['CANARY-secret-5b21e0c79a'],
  wrong: [
    ['a secret that is missing', () => clientSecretJwt('id', undefined), ['clientSecretJwt()', '"clientSecret" is undefined']],
    ['nothing', () => clientSecretJwt(undefined, undefined), ['"clientId" is undefined', '"clientSecret" is undefined']],
    ['empty texts', () => clientSecretJwt('', ''), ['"clientId" must be', '"clientSecret" must be']],
    ['a list in place of a secret', () => clientSecretJwt('id', [secret] as never), ['"clientSecret" must be', 'got a list'], 'CANARY'],
    [
      'an algorithm for private keys',
      () => clientSecretJwt('id', secret, { algorithm: 'RS256' as never }),
      ['clientSecretJwt()', '"algorithm" must be "HS256" or "HS384" or "HS512"'],
      'CANARY',
    ],
    ['no algorithm at all', () => clientSecretJwt('id', secret, { algorithm: 'none' as never }), ['"algorithm" must be'], 'CANARY'],
    ['an audience that is missing', () => clientSecretJwt('id', secret, { audience: undefined }), ['"audience" is undefined'], 'CANARY'],
    ['an empty audience', () => clientSecretJwt('id', secret, { audience: '' }), ['"audience" must be'], 'CANARY'],
    [
      'a list of audiences',
      () => clientSecretJwt('id', secret, { audience: [issuer] as never }),
      ['"audience" must be', 'a list'],
      'CANARY',
    ],
    ['an option that there is not', () => clientSecretJwt('id', secret, { alg: 'HS256' } as never), ['unknown option "alg"'], 'CANARY'],
  ],
})

describe('client_secret_jwt', () => {
  it.each(['HS256', 'HS384', 'HS512'] as const)(
    'signs with the secret itself by %s, by default HS256 [IR-11] [IR-12]',
    async (algorithm) => {
      const method = algorithm === 'HS256' ? clientSecretJwt('rs client', secret) : clientSecretJwt('rs client', secret, { algorithm })
      const { form = {} } = await method.credentials({ issuer, now })
      const assertion = form['client_assertion'] ?? ''
      expect(decodeProtectedHeader(assertion)).toEqual({ alg: algorithm })
      const { payload } = await jwtVerify(assertion, new TextEncoder().encode(secret), { currentDate: new Date(now) })
      expect(payload).toEqual({
        iss: 'rs client',
        sub: 'rs client',
        aud: issuer,
        iat: Math.floor(now / 1000),
        exp: Math.floor(now / 1000) + 60,
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      })
      await expect(jwtVerify(assertion, new TextEncoder().encode(`${secret}x`))).rejects.toThrow('signature verification failed')
    },
  )
})
