/** What the two methods of client authentication by certificate have in common, which is all but the name. */
import { describe, expect, it } from '@jest/globals'
import {
  authority,
  certifiedClient,
  certifiedClientEncryptedKey,
  certifiedClientPfx,
  describeClientAuthentication,
  passphrase,
  selfSignedClient,
  startAuthorizationServer,
} from '@oauth-introspect/testkit'
import type { ClientCertificateSettings } from '../../src/client-authentication/client-certificate.ts'
import { type ClientAuthentication, createResourceServer } from '../../src/index.ts'
import { bearer } from '../server-bench.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const keyPart = certifiedClient.key.split('\n')[1] ?? ''

export function describeCertificateMethod(
  method: string,
  factory: string,
  create: (settings: ClientCertificateSettings) => ClientAuthentication,
): void {
  const unchecked = (settings: unknown) => (): unknown => create(settings as ClientCertificateSettings)
  const { cert, key } = certifiedClient
  const clientId = 'rs client'
  const forms: readonly (readonly [ClientCertificateSettings, string])[] = [
    [{ clientId, cert, key }, cert],
    [{ clientId, ...selfSignedClient }, selfSignedClient.cert],
    [{ clientId, cert: bytes(cert), key: bytes(certifiedClientEncryptedKey), passphrase }, cert],
    [{ clientId, pfx: certifiedClientPfx, passphrase }, cert],
  ]

  for (const [settings, certificate] of forms) {
    describeClientAuthentication({
      method,
      make: () => create(settings),
      makeOther: () => create({ ...settings, clientId: 'other client' }),
      form: [['client_id', clientId]],
      certificate,
      secrets: [keyPart, passphrase, certifiedClientPfx.join(','), selfSignedClient.key.split('\n')[1] ?? ''],
    })
  }

  describeClientAuthentication({
    method,
    make: () => create({ clientId, cert, key }),
    form: [['client_id', clientId]],
    certificate: cert,
    secrets: [keyPart],
    wrong: [
      ['nothing', unchecked({}), [factory, '"clientId" is needed', '"cert" is needed', '"key" is needed']],
      ['no settings', unchecked(undefined), [factory, '"options" must be an object']],
      ['a certificate without its key', unchecked({ clientId, cert }), ['"key" is needed'], keyPart],
      ['a key without its certificate', unchecked({ clientId, key }), ['"cert" is needed'], keyPart],
      ['no identifier [IR-14]', unchecked({ cert, key }), ['"clientId" is needed'], keyPart],
      ['an empty identifier [IR-14]', unchecked({ clientId: '', cert, key }), ['"clientId" must be'], keyPart],
      [
        'variables that are missing',
        unchecked({ clientId, cert: undefined, key: undefined }),
        ['"cert" is undefined', '"key" is undefined'],
      ],
      ['a file that is missing', unchecked({ clientId, pfx: undefined }), ['"pfx" is undefined']],
      [
        'a passphrase that is missing',
        unchecked({ clientId, pfx: certifiedClientPfx, passphrase: undefined }),
        ['"passphrase" is undefined'],
      ],
      ['text in place of PKCS#12', unchecked({ clientId, pfx: 'CANARY' }), ['"pfx" must be bytes, got a string'], 'CANARY'],
      ['no bytes in place of PKCS#12', unchecked({ clientId, pfx: new Uint8Array() }), ['"pfx" must be bytes']],
      [
        'both forms at once',
        unchecked({ clientId, pfx: certifiedClientPfx, cert, key }),
        ['unknown option "cert"', 'unknown option "key"'],
      ],
      ['an object in place of a key', unchecked({ clientId, cert, key: { key } }), ['"key" must be', 'got an object'], keyPart],
      ['an empty passphrase', unchecked({ clientId, pfx: certifiedClientPfx, passphrase: '' }), ['"passphrase" must be']],
    ],
  })

  describe(method, () => {
    const introspectionEndpoint = 'https://as.example/introspect'
    const faultOf = (options: object): string => {
      try {
        createResourceServer({ introspectionEndpoint, clientAuthentication: create({ clientId, cert, key }), audience: null, ...options })
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
        return String(error)
      }
      throw new Error('expected a TypeError')
    }

    it('keeps the bytes that it was given', () => {
      const given = Uint8Array.from(certifiedClientPfx)
      const made = create({ clientId, pfx: given, passphrase })
      given.fill(0)
      expect(made.certificate?.()).toEqual({ pfx: Uint8Array.from(certifiedClientPfx), passphrase })
    })

    it.each<[string, ClientCertificateSettings]>([
      ["another's key", { clientId, cert, key: selfSignedClient.key }],
      ['a key that is none', { clientId, cert, key: 'CANARY' }],
      ['the wrong passphrase', { clientId, pfx: certifiedClientPfx, passphrase: 'CANARY' }],
    ])('fails with %s when the resource server is made, not with the first request', (_situation, settings) => {
      const fault = faultOf({ clientAuthentication: create(settings) })
      expect(fault).toContain('the client certificate cannot be used')
      expect(fault).not.toMatch(/CANARY/)
    })

    it('does not go with HTTP of the application, which could not show a certificate', () => {
      expect(faultOf({ transport: fetch })).toBe(
        `TypeError: oauth-introspect options: "transport" must not stand beside ${method}: a client certificate is shown by connections of our own`,
      )
    })

    it('tells that it shows no certificate without TLS', async () => {
      const as = await startAuthorizationServer()
      const codes: string[] = []
      const server = createResourceServer({
        introspectionEndpoint: as.introspectionEndpoint,
        clientAuthentication: create({ clientId, cert, key }),
        audience: null,
        onEvent: (event) => event.type === 'warning' && codes.push(event.code),
      })
      await server.authorize(bearer())
      expect(codes).toEqual(['TLS_CERTIFICATE_NOT_SHOWN'])
      expect(as.calls.map(({ form }) => form.get('client_id'))).toEqual([clientId])
      await Promise.all([server.close(), as.close()])
    })

    it('leaves its parameter to nobody else [IR-14]', () => {
      expect(faultOf({ introspectionRequest: { parameters: { client_id: 'other' } } })).toContain(
        '"introspectionRequest.parameters" must not have "client_id"',
      )
      expect(faultOf({ introspectionRequest: { method: 'GET', tokenIn: 'query' } })).toContain('must not be "GET"')
    })

    it('trusts what "http.ca" says, and no more', () => {
      expect(faultOf({ http: { ca: `${authority}garbage-----BEGIN CERTIFICATE-----` } })).toContain('"http.ca" cannot be read')
    })
  })
}
