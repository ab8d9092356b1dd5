import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { ask, type Reply } from './dialects/wire.ts'
import { run } from './process.ts'

jest.setTimeout(60_000)

const secrets = {
  app: 's3cret-of-app',
  api: 's3cret-of-api',
  user: 's3cret-of-user',
  wrong: 's3cret-in-the-wrong-place',
}

/** What a browser with the console open is told, from the start of the server on. */
async function readEvents(issuer: string, until: string): Promise<string> {
  const gone = new AbortController()
  const response = await fetch(`${issuer}/console/events`, { signal: gone.signal })
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk)
    if (text.includes(until)) break
  }
  gone.abort()
  return text
}

test('nothing that is printed or shown has a secret or a whole token in it, but the reply that issues one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'secrecy-'))
  const file = async (name: string, content: unknown): Promise<string> => {
    await writeFile(join(folder, name), JSON.stringify(content))
    return join(folder, name)
  }
  const clients = [
    { clientId: 'app', clientSecret: secrets.app, scopes: ['read'] },
    { clientId: 'api', clientSecret: secrets.api },
  ]
  const dialects = {
    wso2: { port: 0, refreshTokens: true, users: [{ username: 'admin', password: secrets.user }] },
    friendly: { port: 0, refreshTokens: true, users: [{ username: 'jo', password: secrets.user, roles: ['read'] }] },
    checkToken: { port: 0, refreshTokens: true },
    axway: { port: 0 },
  }
  const caFile = join(folder, 'ca.pem')
  const [clientsFile, dialectsFile] = [await file('clients.json', clients), await file('dialects.json', dialects)]
  const fault = `token:status=500,times=1,body=${secrets.wrong}`
  const args = ['--port', '0', '--clients', clientsFile, '--dialects', dialectsFile, '--ca-file', caFile, '--console', '--fault', fault]
  const running = run('src/cli.ts', args)
  try {
    const text = await running.printed(/\n\n$/)
    const ca = await readFile(caFile, 'utf8')
    const issuer = /server: (\S+)/.exec(text)?.[1] ?? ''
    const endpoints = [...text.matchAll(/^ {2}token +(\S+)\n {2}introspection +(\S+)$/gm)].map(([, token = '', at = '']) => ({ token, at }))
    expect(endpoints).toHaveLength(5)
    const [asApp, asApi] = [`app:${secrets.app}`, `api:${secrets.api}`]
    const grant = { grant_type: 'client_credentials' }
    const post = (url: string, form: Record<string, string>, user?: string): Promise<Reply> =>
      ask(url, { form, ca, ...(user === undefined ? {} : { user }) })

    // The fault that was asked for: its body is nobody's business but the client's.
    expect((await post(endpoints[0]?.token ?? '', grant, asApp)).text).toBe(secrets.wrong)
    const issued: string[] = []
    for (const { token: tokenEndpoint, at } of endpoints) {
      const { json } = await post(tokenEndpoint, grant, asApp)
      const token = String(json['access_token'])
      issued.push(token, ...('refresh_token' in json ? [String(json['refresh_token'])] : []))
      await post(at, { token }, asApi)
      await post(at, { token }, `api:${secrets.wrong}`)
      await post(at, { token, client_id: 'api', client_secret: secrets.wrong })
      await post(`${at}?token=${token}&client_id=${secrets.wrong}&client_secret=${secrets.wrong}`, {})
      await post(at, { token }, `${secrets.wrong}:x`)
      await post(at, { token: `${secrets.wrong}-token` }, asApp)
      await post(`${new URL(at).origin}/${secrets.wrong}/${token}?${token}`, {})
    }
    expect(issued.length).toBeGreaterThanOrEqual(9)
    const byButton = await fetch(`${issuer}/console/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ server: 'friendly', clientId: 'app' }),
    })
    const { token, digest } = (await byButton.json()) as Record<'token' | 'digest', string>
    issued.push(token)
    expect(token).toMatch(/^\w{255}$/)

    const paths = ['console', 'console/console.css', 'console/console.mjs', 'console/about', 'console/tokens', 'usage', 'metrics']
    const shown = await Promise.all(paths.map(async (path) => (await fetch(`${issuer}/${path}`)).text()))
    const events = await readEvents(issuer, digest)
    expect(events.match(/"type":"request"/g)?.length).toBeGreaterThan(35)
    running.child.kill('SIGTERM')
    const { code, stdout, stderr } = await running.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const everything = [stdout, ...shown, events].join('\n')
    for (const token of issued) expect(everything).not.toContain(token)
    expect(everything).not.toContain('s3cret')
    expect(everything).toContain(digest)
  } finally {
    running.child.kill('SIGKILL')
    await running.ended
    await rm(folder, { recursive: true })
  }
})
