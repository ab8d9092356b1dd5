import { describe, expect, it } from '@jest/globals'
import { describeClientAuthentication } from '@oauth-introspect/testkit'
import { clientSecretPost } from '../../src/client-authentication/client-secret-post.ts'

const attempt = { issuer: undefined, now: 0 }

const secret = 'CANARY-secret-5b21e0c79a: +&=ü'

describeClientAuthentication({
  method: 'client_secret_post',
  make: () => clientSecretPost('rs client', secret),
  makeOther: () => clientSecretPost('other client', secret),
  form: [
    ['client_id', 'rs client'],
    ['client_secret', secret],
  ],
  secrets: ['CANARY-secret-5b21e0c79a'],
  wrong: [
    ['a secret that is missing', () => clientSecretPost('id', undefined), ['clientSecretPost()', '"clientSecret" is undefined']],
    ['nothing', () => clientSecretPost(undefined, undefined), ['"clientId" is undefined', '"clientSecret" is undefined']],
    ['empty texts', () => clientSecretPost('', ''), ['"clientId" must be', '"clientSecret" must be']],
    ['a function in place of a secret', () => clientSecretPost('id', (() => secret) as never), ['got a function'], secret],
    ['a number in place of a secret', () => clientSecretPost('id', 8675309 as never), ['"clientSecret" must be'], '8675309'],
  ],
})

describe('client_secret_post', () => {
  it('gives no header at all', async () => {
    expect(await clientSecretPost('id', 'secret').credentials(attempt)).toEqual({ form: { client_id: 'id', client_secret: 'secret' } })
  })
})
