import { describe, expect, it } from '@jest/globals'
import { describeClientAuthentication } from '@oauth-introspect/testkit'
import { clientSecretBasic } from '../../src/client-authentication/client-secret-basic.ts'

const attempt = { issuer: undefined, now: 0 }

const secret = 'CANARY-secret-5b21e0c79a'

describeClientAuthentication({
  method: 'client_secret_basic',
  make: () => clientSecretBasic('rs-client', secret),
  makeOther: () => clientSecretBasic('other-client', secret),
  authorization: `Basic ${btoa(`rs-client:${secret}`)}`,
  secrets: [secret, btoa(`rs-client:${secret}`)],
  wrong: [
    [
      'a secret that is missing',
      () => clientSecretBasic('id', undefined),
      ['clientSecretBasic()', '"clientSecret" is undefined', 'environment variable'],
    ],
    ['an identifier that is missing', () => clientSecretBasic(undefined, secret), ['"clientId" is undefined'], secret],
    ['nothing', () => clientSecretBasic(undefined, undefined), ['"clientId" is undefined', '"clientSecret" is undefined']],
    ['empty texts', () => clientSecretBasic('', ''), ['"clientId" must be', '"clientSecret" must be', 'got an empty string']],
    ['a list in place of a secret', () => clientSecretBasic('id', [secret] as never), ['"clientSecret" must be', 'got a list'], secret],
    [
      'bytes in place of a secret',
      () => clientSecretBasic('id', Buffer.from('abc') as never),
      ['"clientSecret" must be', 'got an object'],
      '97,98',
    ],
    ['a number in place of a secret', () => clientSecretBasic('id', 8675309 as never), ['"clientSecret" must be'], '8675309'],
  ],
})

describeClientAuthentication({
  method: 'client_secret_basic',
  make: () => clientSecretBasic('rs@tenant', secret, { encoding: 'raw', header: 'X-Client', scheme: 'Client' }),
  header: 'x-client',
  authorization: `Client ${btoa(`rs@tenant:${secret}`)}`,
  secrets: [secret, btoa(`rs@tenant:${secret}`)],
  wrong: [
    ['a colon written raw', () => clientSecretBasic('a:b', secret, { encoding: 'raw' }), ['"clientId" must not have a colon'], secret],
    [
      'another encoding',
      () => clientSecretBasic('id', secret, { encoding: 'url' as 'raw' }),
      ['"encoding" must be "form" or "raw"'],
      secret,
    ],
    ['a header that is none', () => clientSecretBasic('id', secret, { header: 'X Client' }), ['"header" must be a token'], secret],
    ['a scheme that is none', () => clientSecretBasic('id', secret, { scheme: '' }), ['"scheme" must be a token'], secret],
    ['an unknown option', () => clientSecretBasic('id', secret, { Encoding: 'raw' } as object), ['did you mean "encoding"?'], secret],
  ],
})

describe('client_secret_basic', () => {
  it.each([
    ['plain text', 'id', 'secret', 'id:secret'],
    ['a colon in either', 'a:b', 'c:d', 'a%3Ab:c%3Ad'],
    ['a plus and a space', 'a b', 'c+d e', 'a+b:c%2Bd+e'],
    ['what a URL would take amiss', 'a&b=c', '%/?#', 'a%26b%3Dc:%25%2F%3F%23'],
    ['what encodeURIComponent() leaves alone', "!'()*~", '-._', '%21%27%28%29*%7E:-._'],
    ['letters beyond ASCII', 'bücher', '€😀', 'b%C3%BCcher:%E2%82%AC%F0%9F%98%80'],
    ['a line break', 'a', 'b\nc', 'a:b%0Ac'],
  ])('form-encodes identifier and secret with %s before it joins them [IR-08]', async (_situation, id, secretText, joined) => {
    const { headers, form } = await clientSecretBasic(id, secretText).credentials(attempt)
    expect({ headers, form }).toEqual({ headers: { authorization: `Basic ${btoa(joined)}` }, form: undefined })
    const decoded = joined.split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
    expect(decoded).toEqual([id, secretText])
  })

  it('written raw joins what there is, in UTF-8, and an operator is told', async () => {
    const method = clientSecretBasic('bücher+1', 'c:d €', { encoding: 'raw' })
    const { headers } = await method.credentials(attempt)
    expect(Buffer.from(headers?.['authorization']?.slice('Basic '.length) ?? '', 'base64').toString()).toBe('bücher+1:c:d €')
    expect(method.unencoded).toBe(true)
    expect(clientSecretBasic('id', 'secret').unencoded).toBe(false)
  })
})
