import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { type Ended, plainEnvironment, type Running, run } from './process.ts'
import { api, post } from './requests.ts'

jest.setTimeout(20_000)

const started: Running[] = []
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})

/** Starts the command; what it printed once it listens. */
async function serve(...args: readonly string[]): Promise<{ readonly running: Running; readonly text: string; readonly issuer: string }> {
  const running = run('src/cli.ts', args)
  started.push(running)
  const text = await running.printed(/\n\n$/)
  return { running, text, issuer: /Development authorization server: (\S+)/.exec(text)?.[1] ?? '' }
}

const end = (...args: readonly string[]): Promise<Ended> => run('src/cli.ts', args).ended

const hasCurl = spawnSync('curl', ['--version']).status === 0 && spawnSync('bash', ['--version']).status === 0

/** The lines are for a shell with curl. Skipped in sight where there is none: jest counts what is skipped, and its name tells why. */
const withCurl = hasCurl ? test : test.skip

describe('the printed curl lines (skipped without curl and bash)', () => {
  const awkward = { APP_SECRET: `p'a$HOME"\`w\\ %+&!`, API_SECRET: '$(false)' }

  withCurl.each([
    ['the default clients', [], {}],
    [
      'awkward ids, secrets and scopes',
      ['--client', `it's app:${awkward.APP_SECRET}:orders:read it's`, '--client', `r s:${awkward.API_SECRET}`],
      awkward,
    ],
    ['one client that does all', ['--client', 'only:s3cret:read', '--audience', 'my api'], { APP_SECRET: 's3cret' }],
  ])('work when they are pasted, with %s', async (_what, args, secrets: Readonly<Record<string, string>>) => {
    const { text } = await serve('--port', '0', ...args)
    for (const secret of Object.values(secrets)) expect(text).not.toContain(secret)
    expect([...text.matchAll(/^ {2}(\w+) {2}the secret of /gm)].map(([, name]) => name)).toEqual(Object.keys(secrets))
    const [get, introspect, revoke] = text.split('\n').filter((line) => line.includes('curl '))
    const script = [get, introspect, revoke, introspect].join('\n')
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script], { env: { ...plainEnvironment(), ...secrets } })
    expect(stderr).toBe('')
    const [token, before, after, ...more] = stdout.trimEnd().split('\n')
    expect(token).toMatch(/^[\w-]{20,}$/)
    expect(JSON.parse(before ?? '')).toMatchObject({ active: true, token_type: 'Bearer' })
    expect(after).toBe('{"active":false}')
    expect(more).toEqual([])
  })

  test('are not there when no client gets tokens', async () => {
    const { text } = await serve('--port', '0', '--client', 'api:secret')
    expect(text).not.toContain('curl')
    expect(text).toContain('No client has scopes, so none gets tokens.')
  })
})

describe('serving', () => {
  test('names what it serves, its clients, and that it is for development', async () => {
    const { text, issuer } = await serve('--port', '0')
    for (const path of [
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/token',
      '/introspect',
      '/revoke',
      '/jwks',
    ])
      expect(text).toContain(` ${issuer}${path}\n`)
    expect(text).toContain('client app, secret app-secret, scopes: read write admin\n')
    expect(text).toContain('client api, secret api-secret, introspects only\n')
    expect(text).toContain('For development only: ')
    expect(text).not.toContain('WARNING')
  })

  test('passes the flags on', async () => {
    const { issuer } = await serve('--port=0', '--ttl=60', '--audience=urn:me', '--client=app:app-secret:read', '--client=api:api-secret')
    const form = { grant_type: 'client_credentials', client_id: 'app', client_secret: 'app-secret', scope: 'read' }
    const { json } = await post(`${issuer}/token`, form)
    expect(json).toMatchObject({ expires_in: 60, scope: 'read' })
    const answer = await post(`${issuer}/introspect`, { token: String(json['access_token']) }, api)
    expect(answer.json).toMatchObject({ active: true, aud: 'urn:me' })
  })

  test('takes another port when the port is in use, and says so', async () => {
    const occupant = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => occupant.once('listening', resolve))
    const { port } = occupant.address() as AddressInfo
    const { text, issuer } = await serve('--port', String(port))
    expect(issuer).not.toBe(`http://127.0.0.1:${port}`)
    expect(text).toMatch(new RegExp(`^Port ${port} is in use: listening on port ${new URL(issuer).port} instead\\.\n`))
    expect((await fetch(`${issuer}/jwks`)).status).toBe(200)
    await new Promise((resolve) => occupant.close(resolve))
  })

  test('names dialects, and gives up ports that are taken', async () => {
    const occupant = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => occupant.once('listening', resolve))
    const { port } = occupant.address() as AddressInfo
    const { text } = await serve('--port', '0', '--dialect', 'wso2:0', '--dialect', `axway:${port}`)
    expect(text).toMatch(new RegExp(`^Port ${port} is in use: axway listens on port \\d+ instead\\.\n`))
    expect(text).toMatch(/\nDialect wso2: https:\/\/127\.0\.0\.1:\d+\n/)
    expect(text).not.toContain('  console ')
    expect(text).toMatch(/\n-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n/)
    await new Promise((resolve) => occupant.close(resolve))
  })

  test('writes the certificate authority to a file, and names the console and the faults', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dev-server-'))
    const file = join(folder, 'ca.pem')
    const { text, issuer } = await serve(
      '--port',
      '0',
      '--dialect',
      'wso2:0',
      '--ca-file',
      file,
      '--console',
      '--fault',
      'token:status=503',
    )
    expect(await readFile(file, 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
    expect(text).not.toContain('BEGIN CERTIFICATE')
    expect(text).toContain(`  console        ${issuer}/console\n`)
    expect(text).toContain('Faults are on: 1. The lines below may fail on purpose.\n')
    await rm(folder, { recursive: true })
    const failed = await end('--port', '0', '--dialect', 'wso2:0', '--ca-file', file)
    expect(failed).toEqual({ code: 1, stdout: '', stderr: 'cannot write the file of "--ca-file": ENOENT\n' })
  })

  test('warns when other machines may reach it', async () => {
    const { text } = await serve('--port', '0', '--host', '0.0.0.0', '--allow-non-loopback')
    expect(text).toContain('WARNING: it listens on 0.0.0.0, ')
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('ends with code 0 on %s, though a connection is kept alive', async (signal) => {
    const { running, issuer } = await serve('--port', '0')
    await fetch(`${issuer}/jwks`)
    running.child.kill(signal)
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' })
  })
})

test('wrong flags end with code 2 and one line, and nothing is served', async () => {
  const { code, stdout, stderr } = await end('--port', 'x', '--nonsense', '--client', 's3cret')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toBe(
    'oauth-introspect-dev: unknown flag "--nonsense"; "--port" must be a whole number from 0 to 65535, got another string; ' +
      '"--client[0].clientSecret" must be printable ASCII that is not empty, got an empty string\n',
  )
})

test('a host that does not exist ends with code 1 and one line', async () => {
  const { code, stdout, stderr } = await end('--host', 'no-such-host.invalid', '--allow-non-loopback')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^cannot listen on no-such-host\.invalid, port 4444: [^\n]*\n$/)
})

test('--help names every flag', async () => {
  const { code, stdout, stderr } = await end('--help')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const flag of [
    'port',
    'host',
    'client',
    'clients',
    'ttl',
    'audience',
    'dialect',
    'dialects',
    'ca-file',
    'store',
    'fault',
    'console',
    'allow-non-loopback',
    'help',
    'version',
  ])
    expect(stdout).toMatch(new RegExp(`^ .*--${flag} `, 'm'))
})

test('--version is the version of the package', async () => {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
  expect(await end('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})
