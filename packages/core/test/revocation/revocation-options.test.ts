import { describe, expect, it } from '@jest/globals'
import { createResourceServer, type RevocationBus } from '../../src/index.ts'
import { OptionFaults } from '../../src/option-faults.ts'
import { type RevocationRules, readRevocation } from '../../src/revocation/revocation-options.ts'
import { jwk, keys } from '../signed-bench.ts'

const issuer = 'https://as.example'
const audience = 'https://api.example'
const transmitter = { issuer, audience, jwksUri: 'https://as.example/jwks' }
const bus: RevocationBus = { publish: () => Promise.resolve(), subscribe: () => Promise.resolve(() => Promise.resolve()) }
const secret = 'CANARY-secret-of-more-than-24-bytes'

function read(revocation: unknown): { readonly rules: RevocationRules; readonly faults: readonly string[] } {
  const faults = new OptionFaults()
  return { rules: readRevocation(revocation, faults), faults: faults.found }
}

const keyOptions = '"revocation.transmitters[0].jwksUri" or "revocation.transmitters[0].keys"'

describe('the option "revocation"', () => {
  it('has a default for everything', () => {
    const defaults = {
      ...{ transmitters: [], webhookSecrets: [], bus: undefined },
      ...{ maxMarks: 10_000, maxClockSkewMs: 5000, maxTokenLifetimeSeconds: 86_400, onBusLost: 'ask' },
    }
    expect(read(undefined)).toEqual({ faults: [], rules: { isGiven: false, ...defaults } })
    expect(read({})).toEqual({ faults: [], rules: { isGiven: true, ...defaults } })
  })

  it('is read as it is given', () => {
    const { rules, faults } = read({
      transmitters: [
        { ...transmitter, authorization: 'Bearer x', criticalSubjectMembers: ['device'] },
        { issuer: 'https://other.example', audience: ['a', 'b'], keys: { keys: [jwk(keys.as1)] } },
      ],
      webhook: { secrets: [secret, 'whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE='] },
      ...{ bus, maxMarks: 5, maxClockSkewSeconds: 0.5, maxTokenLifetimeSeconds: 3600, onBusLost: 'continue' },
    })
    expect(faults).toEqual([])
    expect(rules).toMatchObject({
      transmitters: [
        {
          issuer,
          audiences: [audience],
          keys: new URL(transmitter.jwksUri),
          authorization: 'Bearer x',
          criticalSubjectMembers: ['device'],
        },
        { audiences: ['a', 'b'], keys: [{ jwk: { kty: 'EC', crv: 'P-256' } }], authorization: undefined, criticalSubjectMembers: [] },
      ],
      ...{ bus, maxMarks: 5, maxClockSkewMs: 500, maxTokenLifetimeSeconds: 3600, onBusLost: 'continue' },
    })
    expect(rules.webhookSecrets.map((bytes) => new TextDecoder().decode(bytes))).toEqual([secret, 'A'.repeat(26)])
  })

  it.each([
    { bus: { ...bus, markLifetimeSeconds: 86_400 } },
    { bus: { ...bus, markLifetimeSeconds: 3600 }, maxTokenLifetimeSeconds: 3600 },
    { bus, maxTokenLifetimeSeconds: 1e9 },
  ])('has marks stored for as long as tokens live, or does not know for how long: %j', (revocation) => {
    expect(read(revocation).faults).toEqual([])
  })

  it.each<[unknown, string[]]>([
    [true, ['"revocation" must be an object, got true']],
    [{ transmitter: [] }, ['unknown option "revocation.transmitter": did you mean "revocation.transmitters"?']],
    [{ transmitters: {} }, ['"revocation.transmitters" must be a list of transmitters, got an object']],
    [
      { transmitters: [7] },
      [
        '"revocation.transmitters[0]" must be an object, got a number',
        '"revocation.transmitters[0].issuer" is needed',
        '"revocation.transmitters[0].audience" is needed',
        `${keyOptions} is needed to verify its signatures`,
      ],
    ],
    [
      { transmitters: [{ ...transmitter, audience: undefined }] },
      [
        '"revocation.transmitters[0].audience" is undefined: is an environment variable missing?',
        '"revocation.transmitters[0].audience" is needed',
      ],
    ],
    [
      { transmitters: [{ ...transmitter, audience: [] }] },
      ['"revocation.transmitters[0].audience" must be a string or a list of at least one string, none of them empty, got a list'],
    ],
    [{ transmitters: [{ issuer, audience }] }, [`${keyOptions} is needed to verify its signatures`]],
    [
      { transmitters: [{ ...transmitter, keys: [] }] },
      ['"revocation.transmitters[0].jwksUri" and "revocation.transmitters[0].keys" exclude each other'],
    ],
    [
      { transmitters: [{ ...transmitter, jwksUri: 'http://as.example/jwks' }] },
      ['"revocation.transmitters[0].jwksUri" must be an https URL: http only on loopback, got a string'],
    ],
    [
      { transmitters: [{ issuer, audience, keys: [keys.as1.export({ format: 'jwk' })] }] },
      ['"revocation.transmitters[0].keys" must hold public keys only'],
    ],
    [
      { transmitters: [{ ...transmitter, authorization: 'CANARY\n' }] },
      ['"revocation.transmitters[0].authorization" must be the value of a header field, in printable ASCII, got a string'],
    ],
    [{ transmitters: [transmitter, transmitter] }, ['"revocation.transmitters[1].issuer" stands there twice']],
    [{ webhook: {} }, ['"revocation.webhook.secrets" is needed']],
    [{ webhook: { secrets: 'x' } }, ['"revocation.webhook.secrets" must be a list of at least one secret, got a string']],
    [{ webhook: { secrets: [] } }, ['"revocation.webhook.secrets" must be a list of at least one secret, got a list']],
    [
      { webhook: { secrets: ['CANARY-short', undefined, `whsec_${btoa('CANARY')}`, 'whsec_?'] } },
      [0, 1, 2, 3].map(
        (at) =>
          `"revocation.webhook.secrets[${at}]" must be a secret of at least 24 bytes, or "whsec_" and base64, got ${at === 1 ? 'undefined' : 'a string'}`,
      ),
    ],
    [{ bus: { publish: () => undefined } }, ['"revocation.bus" must be a revocation bus, with "publish" and "subscribe", got an object']],
    [
      { bus: { ...bus, markLifetimeSeconds: 'CANARY' } },
      ['"revocation.bus" must be a revocation bus, with "publish" and "subscribe", got an object'],
    ],
    [
      { bus: { ...bus, markLifetimeSeconds: 86_399 } },
      [
        '"revocation.maxTokenLifetimeSeconds" is 86400, but "revocation.bus" stores marks for 86399 seconds only: set its "markLifetimeSeconds"',
      ],
    ],
    [
      { bus: { ...bus, markLifetimeSeconds: NaN }, maxTokenLifetimeSeconds: 60 },
      ['"revocation.maxTokenLifetimeSeconds" is 60, but "revocation.bus" stores marks for NaN seconds only: set its "markLifetimeSeconds"'],
    ],
    [{ maxMarks: 0 }, ['"revocation.maxMarks" must be a whole number of marks from 1 to 16777216, got 0']],
    [{ maxClockSkewSeconds: -1 }, ['"revocation.maxClockSkewSeconds" must be a finite number of seconds that is not negative, got -1']],
    [{ maxTokenLifetimeSeconds: 0 }, ['"revocation.maxTokenLifetimeSeconds" must be a whole number of seconds of at least 1, got 0']],
    [{ onBusLost: 'trust' }, ['"revocation.onBusLost" must be "ask" or "continue", got a string']],
  ])('is not %j', (revocation, faults) => {
    expect(read(revocation).faults).toEqual(faults)
    const options = { introspectionEndpoint: 'https://as.example/introspect', clientId: 'c', clientSecret: 's', audience: null, revocation }
    expect(() => createResourceServer(options as never)).toThrow(`oauth-introspect options: ${faults[0] ?? ''}`)
    expect(faults.join()).not.toContain('CANARY')
  })
})
