import { describe, expect, test } from '@jest/globals'
import { readOptions } from '../src/options.ts'
import { start } from './start.ts'

/** The message of the TypeError that the options are refused with. */
async function faultsOf(options: unknown): Promise<string> {
  const refused: unknown = await start(options as never).then(
    () => 'it started',
    (error: unknown) => error,
  )
  expect(refused).toBeInstanceOf(TypeError)
  return (refused as TypeError).message
}

const optionNames = [
  'port',
  'host',
  'clients',
  'accessTokenTtlSeconds',
  'audience',
  'allowNonLoopback',
  'dialects',
  'store',
  'now',
  'faults',
  'console',
]

describe('wrong options', () => {
  test('are all named in one TypeError', async () => {
    const wrong = {
      port: 70_000,
      host: 'http://x',
      clients: [
        { clientId: 'a', clientSecret: 's' },
        { clientId: 'a', clientSecret: '', scope: 'x' },
        { clientId: 'é', scopes: [] },
        'c:s',
      ],
      accessTokenTtlSeconds: '60',
      audience: '',
      allowNonLoopback: 'yes',
      accesTokenTtl: 1,
      xyz: 1,
    }
    expect((await faultsOf(wrong)).split('; ')).toEqual([
      'createDevServer: unknown option "accesTokenTtl"',
      'unknown option "xyz"',
      '"allowNonLoopback" must be true or false, got another string',
      '"port" must be a whole number from 0 to 65535, got 70000',
      '"host" must be a host name or an IP address, without port and brackets, got another string',
      'unknown option "clients[1].scope": did you mean "clients[1].scopes"?',
      '"clients[1].clientSecret" must be printable ASCII that is not empty, got an empty string',
      '"clients[2].clientSecret" is missing',
      '"clients[2].scopes" must be a list of at least one scope, each without spaces, quotes and backslashes (RFC 6749, section 3.3), got an empty list',
      '"clients[2].clientId" must be printable ASCII that is not empty, got another string',
      '"clients[3]" must be an object, got another string',
      '"clients[1].clientId" is the same as "clients[0].clientId"',
      '"accessTokenTtlSeconds" must be a whole number of seconds from 1 to 315360000, got another string',
      '"audience" must be a string that is not empty, got an empty string',
    ])
  })

  test.each(optionNames)('include "%s" with the value undefined', async (name) => {
    expect(await faultsOf({ [name]: undefined })).toBe(`createDevServer: "${name}" is undefined: is an environment variable missing?`)
  })

  test.each(optionNames)('include "%s" with the value null', async (name) => {
    expect(await faultsOf({ [name]: null })).toMatch(new RegExp(`^createDevServer: "${name}" must be .*, got null$`))
  })

  test('include undefined in a client', async () => {
    expect(await faultsOf({ clients: [{ clientId: 'a', clientSecret: undefined }] })).toBe(
      'createDevServer: "clients[0].clientSecret" is undefined: is an environment variable missing?',
    )
  })

  test.each([['read write'], ['read"'], ['re\\ad'], ['lésen'], [''], [7]])('include the scope %j', async (scope) => {
    const clients = [{ clientId: 'a', clientSecret: 's', scopes: ['read', scope] }]
    expect(await faultsOf({ clients })).toMatch(
      /^createDevServer: "clients\[0\]\.scopes" must be a list of at least one scope, .*, got a list$/,
    )
  })

  test('are told without the secret', async () => {
    const message = await faultsOf({ clients: [{ clientId: 7, clientSecret: 'gehéim', scopes: ['s3cret scope'] }, 's3cret'], audience: 0 })
    expect(message).not.toMatch(/gehéim|s3cret/)
    expect(message).toContain('"clients[0].clientSecret" must be')
  })

  test.each([[[]], [null], ['x'], [7]])('are no object: %j', async (options) => {
    expect(await faultsOf(options)).toMatch(/^createDevServer: "options" must be an object, got /)
  })

  test.each([-1, 1.5, Number.NaN, '4444'])('include the port %p', async (port) => {
    expect(await faultsOf({ port })).toContain('"port" must be a whole number from 0 to 65535')
  })

  test.each([0, -1, 0.5, Number.POSITIVE_INFINITY])('include the lifetime %p', async (accessTokenTtlSeconds) => {
    expect(await faultsOf({ accessTokenTtlSeconds })).toContain('"accessTokenTtlSeconds" must be a whole number of seconds from 1 to')
  })
})

describe('a host', () => {
  test.each(['0.0.0.0', '::', '192.168.1.5', 'example.com', '::ffff:10.0.0.1', 'localhost.example.com', '128.0.0.1'])(
    'that is not loopback is refused: %s',
    async (host) => {
      expect(await faultsOf({ host })).toBe(
        `createDevServer: "host" must be a loopback host unless "allowNonLoopback" is given, got "${host}": other machines could reach the server`,
      )
      expect(await faultsOf({ host, allowNonLoopback: false })).toContain('"host" must be a loopback host')
    },
  )

  test.each(['', 'a b', '127.0.0.1:80', '[::1]', '127.1', 'fe80::1%eth0', 'user@localhost', 'localhost/x'])(
    'that is no host is refused: "%s"',
    async (host) => {
      expect(await faultsOf({ host, allowNonLoopback: true })).toContain('"host" must be a host name or an IP address')
    },
  )

  test.each(['127.0.0.1', '127.0.0.2', 'localhost', 'LocalHost', '::1'])('that is loopback needs nothing more: %s', (host) => {
    expect(readOptions({ host })).toMatchObject({ host, allowNonLoopback: false })
  })
})
