/**
 * Visits an example that stands behind a system other than the standard one: what every kind of token comes to through Express, Koa and
 * Hono, what the log says of it, what becomes of wrong credentials and of an outage, and whether a client gets through with a token of its
 * own. The system is a dialect of the development server. Tells each outcome and ends the process with 1 when one is wrong.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDevServer, type DialectName, type DialectOptions, memoryTokenStore, type TokenStore } from '@oauth-introspect/dev-server'
import { type Kind, kinds, startIssuing } from './dialect-suite/token-kinds.ts'
import { type Expected, findFault, refused, Tally } from './expected-answer.ts'
import { type RunningProgram, runProgram } from './running-program.ts'
import { send } from './send.ts'

type Variables = Readonly<Record<string, string>>

/** An example: two programs, and the system they are made for. */
export interface SystemExample {
  readonly name: string
  readonly dialect: DialectName
  readonly settings: DialectOptions
  /** Prints `<framework> <origin>` for each API, and a line for each refusal. */
  readonly app: URL
  /** Gets a token and calls `/orders` of each origin that it is given; prints status and body. */
  readonly client: URL
  /** Where the system is, in the example's words. `caFile` is there for WSO2. */
  readonly variables: (origin: string, caFile: string) => Variables
  /** The client that introspects. Default `api`. */
  readonly asks?: 'api' | 'app'
  /** Why a refresh token is refused. */
  readonly refusesRefresh: string
  /** How the client may get its token. Default: one way, from the same server. */
  readonly flows?: readonly Flow[]
}

/** One way for the client, at a server with settings of its own; tokens are kept in one store. */
export interface Flow {
  readonly what: string
  readonly settings: DialectOptions
  readonly variables: Variables
}

const frameworks = ['express', 'koa', 'hono'] as const
const orders = { client: 'app', orders: ['tea', 'coffee'] }

/** Starts the system and the example, visits it, and sets the exit code. */
export async function checkSystem(example: SystemExample): Promise<void> {
  const tally = new Tally(example.name)
  const folder = mkdtempSync(join(tmpdir(), 'example-'))
  const caFile = join(folder, 'ca.pem')
  const store = memoryTokenStore()
  const options = { dialects: example.settings, store }
  const app = { clientId: 'app', clientSecret: 'app-secret' }
  const issuing = await startIssuing({ dialect: example.dialect, options, client: () => app, now: Date.now })
  const { server } = issuing
  const { origin } = server.dialect(example.dialect)
  if (example.dialect === 'wso2') writeFileSync(caFile, server.dialect('wso2').ca)
  const asks = example.asks ?? 'api'
  const variables = { ...example.variables(origin, caFile), CLIENT_ID: asks, CLIENT_SECRET: `${asks}-secret` }
  const programs: RunningProgram[] = []
  const tokens: string[] = []

  async function startApp(more: Variables = {}): Promise<{ readonly program: RunningProgram; readonly origins: readonly string[] }> {
    const program = runProgram(example.app, { ...variables, ...more })
    programs.push(program)
    await program.printed(frameworks.length)
    return { program, origins: frameworks.map((name) => originOf(name, program.lines)) }
  }

  async function visit(origins: readonly string[], what: string, expected: Expected, kind: Kind = 'good'): Promise<void> {
    for (const [at, name] of frameworks.entries()) {
      // A token for each: none of the three may live on what another has asked.
      const token = await issuing.issue(kind)
      tokens.push(token)
      const received = await send(origins[at] ?? '', { path: '/orders', headers: [['Authorization', `Bearer ${token}`]] })
      tally.tell(`${name}: ${what}`, findFault(received, expected))
      issuing.resetClock()
    }
  }

  try {
    const { program, origins } = await startApp()
    for (const kind of kinds) await visit(origins, descriptions[kind], answers[kind], kind)
    const wrong = await startApp({ CLIENT_SECRET: 'wrong' })
    await visit(wrong.origins, 'our credentials are wrong', { status: 500, body: {} })
    for (const flow of example.flows ?? [{ what: 'a client gets a token of its own', settings: undefined, variables: {} }]) {
      const fault = await tryFlow(example, flow, { origin, caFile, origins, store })
      tally.tell(flow.what, fault)
    }
    await issuing.close()
    await visit(origins, 'the server is down', { status: 503, body: {} })
    await program.stop()
    await wrong.program.stop()
    const log = program.lines.slice(frameworks.length)
    const expected = reasons(example.refusesRefresh).flatMap((reason) => frameworks.map(() => reason))
    tally.tell('the log says why', log.join() === expected.join() ? undefined : log.join('; '))
    const printed = programs.flatMap(({ lines }) => lines).join('\n')
    const leaked = [...tokens, 'app-secret', 'api-secret', 'wrong'].filter((secret) => printed.includes(secret))
    tally.tell('the log has no token and no secret', leaked.length === 0 ? undefined : `${leaked.length} of them`)
  } finally {
    for (const program of programs) await program.stop()
    await issuing.close()
    rmSync(folder, { recursive: true })
  }
  tally.end()
}

const descriptions: Readonly<Record<Kind, string>> = {
  good: 'a good token',
  inactive: 'a revoked token',
  expired: 'a token whose time is over, though the server says that it is active',
  foreign: 'a token of another server',
  refresh: 'a refresh token',
  lacking: 'a token without the scope',
}

const invalid = refused(401, 'invalid_token')
const answers: Readonly<Record<Kind, Expected>> = {
  good: { status: 200, body: orders },
  inactive: invalid,
  expired: invalid,
  foreign: invalid,
  refresh: invalid,
  lacking: refused(403, 'insufficient_scope', 'read'),
}

/** What the log says, outcome by outcome. */
function reasons(ofRefresh: string): readonly string[] {
  const of401 = ['token_inactive', 'token_expired', 'token_inactive', ofRefresh].map((reason) => `refused 401 ${reason}`)
  return [...of401, 'refused 403 scope_insufficient', 'refused 503 authorization_server_unavailable']
}

function originOf(name: string, lines: readonly string[]): string {
  return lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? ''
}

interface Surroundings {
  readonly origin: string
  readonly caFile: string
  readonly origins: readonly string[]
  readonly store: TokenStore
}

/** Runs the client; what is wrong with what it prints. */
async function tryFlow(
  { dialect, client, variables }: SystemExample,
  flow: { readonly settings: DialectOptions | undefined; readonly variables: Variables },
  { origin, caFile, origins, store }: Surroundings,
): Promise<string | undefined> {
  const own = flow.settings === undefined ? undefined : await createDevServer({ dialects: flow.settings, store })
  try {
    const at = own === undefined ? origin : own.dialect(dialect).origin
    const credentials = { CLIENT_ID: 'app', CLIENT_SECRET: 'app-secret' }
    const program = runProgram(client, { ...variables(at, caFile), ...credentials, ...flow.variables }, origins)
    const code = await program.ended
    const expected = origins.map(() => `200 ${JSON.stringify(orders)}`)
    return code === 0 && program.lines.join('\n') === expected.join('\n') ? undefined : `ended with ${code}: ${program.lines.join('; ')}`
  } finally {
    await own?.close()
  }
}
