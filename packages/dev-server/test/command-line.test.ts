import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readCommandLine } from '../src/command-line.ts'

/** The message of the TypeError that the flags are refused with. */
function faultsOf(...args: readonly string[]): string {
  try {
    readCommandLine(args)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as TypeError).message
  }
  throw new Error('the flags were accepted')
}

describe('flags', () => {
  test('have defaults: port 4444 on loopback', () => {
    expect(readCommandLine([])).toMatchObject({ does: 'serve', options: { port: 4444, host: '127.0.0.1', accessTokenTtlSeconds: 3600 } })
  })

  test('stand for options', () => {
    const args = '--port 1 --host=0.0.0.0 --ttl 2 --audience a --allow-non-loopback --client a:s:x:y'.split(' ')
    expect(readCommandLine([...args, '--client', 'b:t:r  w', '--client', 'c:u'])).toEqual({
      does: 'serve',
      store: { kind: 'memory' },
      options: {
        port: 1,
        host: '0.0.0.0',
        accessTokenTtlSeconds: 2,
        audience: 'a',
        allowNonLoopback: true,
        clients: [
          { clientId: 'a', clientSecret: 's', scopes: ['x:y'] },
          { clientId: 'b', clientSecret: 't', scopes: ['r', 'w'] },
          { clientId: 'c', clientSecret: 'u' },
        ],
        dialects: {},
        faults: [],
        console: false,
      },
    })
  })

  test('name dialects, each on the port of the product unless another is given', () => {
    expect(readCommandLine(['--dialect', 'wso2', '--dialect', 'check-token:1234', '--ca-file', 'ca.pem'])).toMatchObject({
      options: { dialects: { wso2: { port: 9443, accessTokenTtlSeconds: 3600 }, checkToken: { port: 1234 } } },
      caFile: 'ca.pem',
    })
  })

  test('switch faults and the console on', () => {
    const faults = ['introspection:delay=3000', 'token:status=503,times=2', 'all:reset', 'introspection:type=text/html,body=<p>a=1, b']
    expect(readCommandLine(['--console', ...faults.flatMap((fault) => ['--fault', fault])])).toMatchObject({
      options: {
        console: true,
        faults: [
          { endpoint: 'introspection', delayMs: 3000 },
          { endpoint: 'token', status: 503, times: 2 },
          { endpoint: 'all', reset: true },
          { endpoint: 'introspection', contentType: 'text/html', body: '<p>a=1, b' },
        ],
      },
    })
  })

  test.each([
    ['memory', { kind: 'memory' }],
    ['sql:./to kens', { kind: 'sql', folder: './to kens' }],
    ['redis://:secret@127.0.0.1:6379/2', { kind: 'redis', url: 'redis://:secret@127.0.0.1:6379/2' }],
    ['rediss://host', { kind: 'redis', url: 'rediss://host' }],
  ])('name a store: %s', (text, store) => {
    expect(readCommandLine(['--store', text])).toMatchObject({ store })
  })

  test('ask for help or for the version, whatever else they say', () => {
    expect(readCommandLine(['--port', 'x', '-h'])).toEqual({ does: 'help' })
    expect(readCommandLine(['--version', '--port', 'x'])).toEqual({ does: 'version' })
  })
})

describe('wrong flags', () => {
  test.each([
    [['--port', 'abc'], '"--port" must be a whole number from 0 to 65535, got another string'],
    [['--port', '-1'], '"--port" must be a whole number from 0 to 65535, got -1'],
    [['--port'], '"--port" needs a value'],
    [['--port', '--ttl', '5'], '"--port" needs a value'],
    [['--ttl', '0'], '"--ttl" must be a whole number of seconds from 1 to 315360000, got 0'],
    [
      ['--host', '0.0.0.0'],
      '"--host" must be a loopback host unless "--allow-non-loopback" is given, got "0.0.0.0": other machines could reach the server',
    ],
    [['--allow-non-loopback=yes'], '"--allow-non-loopback" takes no value'],
    [['--audience', ''], '"--audience" must be a string that is not empty, got an empty string'],
    [['--client', 's3cret'], '"--client[0].clientSecret" must be printable ASCII that is not empty, got an empty string'],
    [['--client', 'a:s3cret', '--client', 'a:s3cret'], '"--client[1].clientId" is the same as "--client[0].clientId"'],
    [['--client', 'a:s3cret:'], '"--client[0].scopes" must be a list of at least one scope'],
    [['--dialect', 'wso'], 'unknown option "--dialects.wso": did you mean "--dialects.wso2"?'],
    [['--dialect', 'axway:x'], '"--dialects.axway.port" must be a whole number from 0 to 65535, got another string'],
    [['--dialect', 'axway', '--dialects', 'no-such-file'], '"--dialect" and "--dialects" exclude each other'],
    [['--dialects', 'no-such-file'], '"--dialects" must name a file that can be read: ENOENT'],
    [['--fault', 'token'], '"--fault[0]" must say what goes wrong'],
    [['--fault', 'tokens:reset'], '"--fault[0].endpoint" must be "introspection" or "token" or "all", got another string'],
    [['--fault', 'all:reset,status=503'], '"--fault[0]" must not have an answer when it has "reset"'],
    [['--fault', 'all:delay=x'], '"--fault[0].delayMs" must be a whole number of milliseconds from 0 to 600000, got another string'],
    [['--dialect', 'axway', '--ca-file', 'ca.pem'], '"--ca-file" is for the dialect "wso2", which is not asked for'],
    ...['sql:', 'redis:6379', 'redis://s3cret@', 'postgres://x:s3cret@y', 'memory:s3cret'].map((text): [string[], string] => [
      ['--store', text],
      '"--store" must be "memory", "sql:<folder>" or "redis://<host>", got another string',
    ]),
    [['--clinet', 'a:s3cret'], 'unknown flag "--clinet": did you mean "--client"?'],
    [['a:s3cret'], 'an argument stands alone: every value needs a flag before it, such as --port'],
  ])('%j are refused, and the flag is named', (args, fault) => {
    const message = faultsOf(...args)
    expect(message).toContain(fault)
    expect(message).toMatch(/^oauth-introspect-dev: [^\n]*$/)
    expect(message).not.toContain('s3cret')
  })
})

describe('--clients', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dev-server-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  function file(text: string): string {
    const path = join(folder, 'clients.json')
    writeFileSync(path, text)
    return path
  }

  test('reads ids and secrets with colons in them', () => {
    const clients = [{ clientId: 'a:b', clientSecret: 'c:d', scopes: ['x:y'] }]
    expect(readCommandLine(['--clients', file(JSON.stringify(clients))])).toMatchObject({ options: { clients } })
  })

  test('--dialects reads settings, and keeps the ports of the products', () => {
    const path = file('{"wso2":{"tenants":["foo.com"]},"axway":true,"friendly":{"port":7}}')
    expect(readCommandLine(['--dialects', path])).toMatchObject({
      options: { dialects: { wso2: { port: 9443, tenants: ['foo.com'] }, axway: { port: 8089 }, friendly: { port: 7 } } },
    })
  })

  test.each([
    ['{"s3cret', '"--clients" must name a file of JSON'],
    ['[{ "clientId": "a" }]', '"--clients[0].clientSecret" is missing'],
    ['[]', '"--clients" must be a list of at least one client, got an empty list'],
    ['null', '"--clients" must be a list of at least one client, got null'],
  ])('refuses a file that holds %s', (text, fault) => {
    expect(faultsOf('--clients', file(text))).toBe(`oauth-introspect-dev: ${fault}`)
  })

  test('refuses a file that is not there, and --client beside it', () => {
    expect(faultsOf('--clients', join(folder, 'none.json'), '--client', 'a:b')).toBe(
      'oauth-introspect-dev: "--client" and "--clients" exclude each other; "--clients" must name a file that can be read: ENOENT',
    )
  })
})
