import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { fromGravitee } from '../../src/index.ts'
import { readTrustStore } from '../../src/runtime/node-trust-store.ts'

// One authority, CN=test-ca, in stores of several makes; the password of each is "changeit".
const stores = {
  /** openssl pkcs12 -export -nokeys */
  openssl: [
    'MIIClwIBAzCCAk0GCSqGSIb3DQEHAaCCAj4EggI6MIICNjCCAjIGCSqGSIb3DQEHBqCCAiMwggIfAgEAMIICGAYJKoZIhvcNAQcBMFcGCSqGSIb3DQEFDTBK',
    'MCkGCSqGSIb3DQEFDDAcBAhDYQ+Ux2HnZgICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEOmajp5rBgnB5oI8RWVr5MiAggGwcrHtMXRsKREGwCu5',
    'ZYXmXkOVTs1XVzBJNelhfGZloPNrXuMs9b4XClidirD5yRjFefNtnSfh7vVAh6qhpR6NlGxUY375ZWGN9OtnEC2L0+r1v/kGPF00hA7WUUb9Wwh3r0PoynSq',
    'loK0tXOXru9TJIid5P1crBPIJkGj2OZ9GnPozftFgiFFj5nu7LkLZ/DTLCnykcnhtpS0fNJxvvvscf2qMieru7V6xZb3CY5dcibR6dGVPXApW0d8HcLDvTvO',
    'ubsUEjZnh3jcD28ZGif1y/xKhsWTPRKNw2gdhYhBz7r3teHQxjlKcfvbgW/e/tHLFkaZlja7e4fYRFGqISwWvi0+ayrdPyCinmUu/QFGcpcWuePfs2WQ7VnA',
    'XHOeF503rFpaP2VxwqUlow40mK2t4tHrBg3CGoinZ1mNxeOenJ2tL+J3eIU/7rPCGoFUYLR44NvCpAVJgmzjlrTvry2hJFl6skxqnQWN2yQLA+2EbfPwLKc4',
    'VFCroqIeg4aa7Xiv3oalEdJ6obFk80FQxNXseX0C54wb2kMS5Qb7m6MwzViVBnqlk8K9CBdrUjJkewG0MEEwMTANBglghkgBZQMEAgEFAAQguQFHpntRgo6z',
    'LXj1X8NF3l+S7Q2sAIkMtAgVJqVeOSoECCAyOnBp06mXAgIIAA==',
  ].join(''),
  /** keytool -importcert -storetype PKCS12, Java 17 */
  keytool: [
    'MIIC4gIBAzCCAowGCSqGSIb3DQEHAaCCAn0EggJ5MIICdTCCAnEGCSqGSIb3DQEHBqCCAmIwggJeAgEAMIICVwYJKoZIhvcNAQcBMGYGCSqGSIb3DQEFDTBZ',
    'MDgGCSqGSIb3DQEFDDArBBRK4Rdo/VF3y1aDZ670V2Ycq5MrAgICJxACASAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEKTEI1bzNZKPzqsH1qi8GrSA',
    'ggHgkjaQUFLuv06tFj9+zio90o4t8UkOlsE1h6fK3+wey4MPerxI7YuDUbzA9uQxams29cS9LpTodVMzaOo0Icsc+oNnJRTtJT00jp7t8qCd5XqoJ0ruc6GD',
    'CInbrgnKNPyZcwAvKeFoHbmC6oVfmGYTfkxE7aNuhzXuUhBTmaV/1Ht4kYMq/pMCt1FYTF0Ab3aFcizO2yhSbj8mQsyXQnnq/gfcY2jJtpbSiaNCtJdeksFh',
    'vhpCcTs/l1g+5zRGq+3RBFHSSo8IlS9zI1QNr+7oY2AJLT6RVrn5lE1rWeMNHaQRvb2cBUkLTK2J23ezZdYRvKZjCrZoB4YM/oyBnBXFKYFDfr7gjgDX58oG',
    '0Rq9MiorKUSeWu9yK7wgSRHOa+rg7ewSmqRsPqMl9mr/DXLDW34q6dImDYPgiH4dVaW31LgeD99hWRb8/A06p2MD+4OZA8KV5Hj1qCtzf9r1tXV9RwZjBloh',
    '3VJ2NFio1adU94uztY0sJ+7lekRyNQgZNO2urKtU/xypChW4YAqIFRg8z0JKTPr/v2Gy8SX8lpAyXGrvtp9X4HDj5HXYCmrY5qLiVuAmDN6b5mtjwsQY8lV2',
    'n9k8Z3mgvl0XOZXXu0S3viSYr12oGh+VKbijKVmmcZS3ME0wMTANBglghkgBZQMEAgEFAAQguJWZHLkbJRIBlUx8VRFF5aTBj8HiRDykV/GXPyHfl9EEFElB',
    'o+3nB0snQb5uqPjsCOshsll4AgInEA==',
  ].join(''),
  /** With the key of the certificate. */
  withKey: [
    'MIIEDAIBAzCCA8IGCSqGSIb3DQEHAaCCA7MEggOvMIIDqzCCAmIGCSqGSIb3DQEHBqCCAlMwggJPAgEAMIICSAYJKoZIhvcNAQcBMFcGCSqGSIb3DQEFDTBK',
    'MCkGCSqGSIb3DQEFDDAcBAiGypQUTncD/wICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEDBimUYJjJnsvnmNVvVMQCiAggHg7eSFC8IMd9XYR9eX',
    'hYHlWSESe8TcBCFgXzNqiGn8w1wrFU/BYb6b+LNsp46mT8EwIjwn5Zk63tS6URHMzMkHBP2io1QLqQB4hGJLOewLePqKNvLiolASb8G1w2eAqRI9O3xJFcJT',
    '9V2uS71KP/29d2TKJrtDKOe70SFSH/3eiloG5+ZMeJLEeTSrrnWyZXxoeVBSKQV36DBhrDSuxvzGQlbq4PIIlVHwTZ/BnYKVfP1SmWnX4f7I4vpbg2ss1D9n',
    'ApZ+II4/Z34i9h07LcZJW/+ZgPABsMvVgwe7tErweuRlTQM/YbU2VgnpIJxpdVK1Ik5VyJ0Y3qsgp+tCcP9RJl1saWrmWwUSORDHZ7HTnX+GwCavRVGx+cGB',
    'Ld8M95PdNi6Dm1GFZEtKoC9PL2lTTzxzcVxeiWJc0BVQRvqLKutDWYDfarztlDiVQZeDA7WAjrEF11LxJlpNLMqW5sDlkXfejzhTeMDRxyjagsAbRAbWti9N',
    'BqvZ43537vnxg/PS5BVbz3HRwUIFTZAxZG2slxE8DJANF2uqNlPfGi/3nypacwXSpsFXmWWZbtLbanYg+pIeioNs5wJ0tpYvs4cCdeebCPEuIxdjV11F1Wt9',
    'qaAoXNc5ma0beYN0tve+sFjHMIIBQQYJKoZIhvcNAQcBoIIBMgSCAS4wggEqMIIBJgYLKoZIhvcNAQwKAQKgge8wgewwVwYJKoZIhvcNAQUNMEowKQYJKoZI',
    'hvcNAQUMMBwECEEO5aNO7n0jAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQZh8UZV4eakuOY/O/OkUdfASBkAxWzKdpWkqk7gVOAKWHBLJwaL0w',
    'kEkP3xO+lsE9ccne3g0SNrs9K6d+2/b52xC+N4bCCY09caFI11IU8waI+nRFxm6Cs1KL3BZodS1l1rQgnOULFTLmkY1IjrNdlMQPpTg8zBdXn8eagbqeBqr9',
    'QkHFSgXnumMyC543+8jI7wANYmTDYX308wBIhqng8eNAtTElMCMGCSqGSIb3DQEJFTEWBBSivzP9iBT8H3xvmkPj8w65rNQZzTBBMDEwDQYJYIZIAWUDBAIB',
    'BQAEIDsYnWOQ93y+vLBHBr3uBSG9jk0c9S1RGAboCHvAFAyJBAj7HSJIYhU30QICCAA=',
  ].join(''),
  /** -certpbe PBE-SHA1-3DES */
  outdated: [
    'MIICXAIBAzCCAhIGCSqGSIb3DQEHAaCCAgMEggH/MIIB+zCCAfcGCSqGSIb3DQEHBqCCAegwggHkAgEAMIIB3QYJKoZIhvcNAQcBMBwGCiqGSIb3DQEMAQMw',
    'DgQIDk0JBWLjg5oCAggAgIIBsHDEZ3zkuTAOqEc3y8T25jidp3UuBna+9Uq6MUmnUG1iQsKD9qHoCwXhsXQy2YlFcyDmdASW/Tq3Ch8lxirorfSZGpmCoeyA',
    'oDTT0ZLVAs1g5HdeHrhnlXr6DCnYrvqzkhYPj0nAvwwgvjh/zubbVio0CADjiNzrT9kNI938z+J64RLAMxWD72Lgoz+q3FUY6UWag50BFv1UtmBmA8BAjErG',
    'IMwQ6TGDuQ0oVUsaw508omlI2wco2dPYt/zzWwK0HR8fmawDCdfk3l1xWUwMdkfY4ayclosM/ViTnLudNV5Hw+mxoBphYMc5kbvYmoe59+PEf65XCS++jSvB',
    'DFET6Xnxiie6Yb+rKLabbMuEr+KsOFzPyTaTXYFnBXV38TxV0XSzIjbBdqg7zeyrDFWj1HVcO0Qn/Oh6xjNM9pdzb7e2zN+O8Dt8HAOrLs72COWzJrynm789',
    'ICrqD8vvr/J+XfE9BY7wK0Z0LHo97QEySs5c/CoIPj4Zn+QFAFa+IyMMWa8RGG4thBKMRDOI9xYTzZ/TX/UGBE0qYPsFMUgqxcijog2cyIkIfhO3e/b+qYm3',
    '2DBBMDEwDQYJYIZIAWUDBAIBBQAEIHneRb2uNdVZb6dXAb6CIO58qKYpNDdkGzNX3fm8md5MBAjclzWY2f3UXgICCAA=',
  ].join(''),
  /** -certpbe NONE -nomac */
  plain: [
    'MIIB5AIBAzCCAd0GCSqGSIb3DQEHAaCCAc4EggHKMIIBxjCCAcIGCSqGSIb3DQEHAaCCAbMEggGvMIIBqzCCAacGCyqGSIb3DQEMCgEDoIIBljCCAZIGCiqG',
    'SIb3DQEJFgGgggGCBIIBfjCCAXowggEhoAMCAQICFHxlUYd+HiMHy1760Kt903pLc5UKMAoGCCqGSM49BAMCMBIxEDAOBgNVBAMMB3Rlc3QtY2EwIBcNMjYx',
    'MTIxMDkxMDAyWhgPMjEyNjEwMjgwOTEwMDJaMBIxEDAOBgNVBAMMB3Rlc3QtY2EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARIjRyqW8H2TOFFYki09gUH',
    'GiNjTK/mCtIYFx35APAns+n3D+HLivllyL0xrl6pjjCrEcT3g0wdSTAmMu02y4Aao1MwUTAdBgNVHQ4EFgQUFa2Iv/9ubqVYg0i2ntxQfZj/IoAwHwYDVR0j',
    'BBgwFoAUFa2Iv/9ubqVYg0i2ntxQfZj/IoAwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBeV4OP/rJQSfr6YdUgm4Qg/PXReS2bUXASyLPO',
    '7QJnAgIgGF067V4AAu2Ovq9YJQXXOBh6J8C/o0Bwv1ivsTTPzHE=',
  ].join(''),
}

const read = (name: keyof typeof stores, password = 'changeit'): ReturnType<typeof readTrustStore> =>
  readTrustStore(Buffer.from(stores[name], 'base64'), password)

describe('a PKCS#12 store of certificates', () => {
  it.each(['openssl', 'keytool', 'plain'] as const)('is read: %s', (name) => {
    const found = read(name)
    const certificates = 'certificates' in found ? found.certificates : []
    expect(certificates.map((pem) => new X509Certificate(pem).subject)).toEqual(['CN=test-ca'])
  })

  it('trusts no certificate that belongs to a key', () => {
    expect(read('withKey')).toEqual({ fault: 'there is no trusted certificate in it' })
  })

  it('is not read with an outdated encryption', () => {
    expect(read('outdated')).toEqual({ fault: expect.stringContaining('its encryption is an outdated one') })
  })

  it('is not read with another password, cut short, or when it is none', () => {
    const fault = { fault: 'it is no PKCS#12, or the password is not the one' }
    expect(read('keytool', 'CANARY')).toEqual(fault)
    const whole = Buffer.from(stores.keytool, 'base64')
    for (let length = 0; length < whole.length; length += 7) expect(readTrustStore(whole.subarray(0, length), 'changeit')).toEqual(fault)
    expect(readTrustStore(new Uint8Array(), '')).toEqual(fault)
  })

  it('is what Gravitee calls a trust store', () => {
    const trustStore = { type: 'PKCS12', content: stores.keytool, password: 'changeit' }
    const options = fromGravitee({ introspectionEndpoint: 'https://as.example/i', clientId: 'a', clientSecret: 'b', ssl: { trustStore } })
    expect(options).toMatchObject({ http: { ca: [expect.stringContaining('-----BEGIN CERTIFICATE-----')] } })
  })
})
