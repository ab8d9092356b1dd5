// Runs the three programs at the top of README.md as they stand there.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createDevServer } from '@oauth-introspect/dev-server'
import { send } from '@oauth-introspect/testkit/check-example'

const authorizationServer = await createDevServer({ audience: 'https://api.example.com' })
const token = await authorizationServer.issueToken({ clientId: 'app', scope: 'read' })
let passed = 0
let failed = 0

function expect(what: string, right: boolean, seen: string): void {
  if (right) passed++
  else failed++
  console.log(`readme: ${right ? 'ok  ' : 'FAIL'} ${what}${right ? '' : `: ${seen}`}`)
}

async function findPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

async function waitUntilListening(origin: string): Promise<void> {
  for (const start = Date.now(); Date.now() - start < 10_000; ) {
    const reached = await send(origin, {}).then(
      () => true,
      () => false,
    )
    if (reached) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing listens at ${origin}`)
}

for (const name of ['express', 'koa', 'hono']) {
  const port = await findPort()
  const origin = `http://127.0.0.1:${port}`
  const environment = {
    INTROSPECTION_ENDPOINT: authorizationServer.introspectionEndpoint,
    CLIENT_ID: 'api',
    CLIENT_SECRET: 'api-secret',
    PORT: String(port),
  }
  const program = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
  const child = spawn(process.execPath, [program], { env: { ...process.env, ...environment }, stdio: 'inherit' })
  try {
    await waitUntilListening(origin)
    const bare = await send(origin, {})
    expect(`${name}: no token is asked for one`, bare.status === 401 && bare.header('WWW-Authenticate') === 'Bearer realm="api"', bare.body)
    const granted = await send(origin, { headers: [['Authorization', `Bearer ${token}`]] })
    expect(`${name}: a good token gets in`, granted.status === 200 && granted.body === '{"client":"app","scopes":["read"]}', granted.body)
  } finally {
    const ended = once(child, 'exit')
    child.kill()
    await ended
  }
}
await authorizationServer.close()
console.log(`readme: ${passed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
