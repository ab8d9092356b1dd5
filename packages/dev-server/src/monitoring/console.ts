/**
 * The console: a page about the server, and what the page asks and does. It shows no token but in the reply that issues it.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import type { DevClient } from '../clients.ts'
import { OptionFaults, readMembers } from '../option-faults.ts'
import { digestToken, type TokenRecord } from '../token-store/token-record.ts'
import type { Tokens } from '../tokens.ts'
import { type ControlReply, type ControlRoutes, jsonReply } from './control.ts'
import type { Watch } from './watch.ts'

/** A server that issues tokens. */
interface ConsoleServer {
  readonly origin: string
  issueToken(wish: { readonly clientId: string; readonly scope?: string }): Promise<string>
}

/** What the console works on. */
export interface ConsoleGround {
  readonly clients: readonly DevClient[]
  readonly tokens: Tokens
  readonly watch: Watch
  /** The servers, by name. */
  readonly servers: Readonly<Record<string, ConsoleServer>>
}

const shownTokens = 100

// Nothing from elsewhere, no inline code, no frames, and no text becomes markup (trusted types).
const contentSecurityPolicy = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", 'img-src data:', "base-uri 'none'"],
  ...["form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"],
].join('; ')

/** `/console` and what is below it. */
export function consoleRoutes(ground: ConsoleGround): ControlRoutes {
  const { clients, tokens, watch, servers } = ground
  const origins = Object.fromEntries(Object.entries(servers).map(([name, { origin }]) => [name, origin]))
  const change =
    (act: (record: TokenRecord) => Promise<unknown>) =>
    async (body: unknown): Promise<ControlReply> => {
      const [digest] = readTexts(body, ['digest'], [])
      const record = await tokens.store.find(digest ?? '')
      if (record === undefined) return jsonReply({ error: 'not_found' }, 404)
      await act(record)
      return { status: 204 }
    }
  return {
    'GET /console': () => asset('console.html', 'text/html; charset=utf-8'),
    'GET /console/console.css': () => asset('console.css', 'text/css; charset=utf-8'),
    'GET /console/console.mjs': () => asset('console.mjs', 'text/javascript; charset=utf-8'),
    'GET /console/about': () =>
      jsonReply({ servers: origins, clients: clients.map(({ clientId, scopes = [] }) => ({ clientId, scopes })) }),
    'GET /console/events': (_body, _request, response) => streamEvents(watch, response),
    'GET /console/tokens': async () => jsonReply((await tokens.store.latest(shownTokens)).map((record) => describeRecord(record, tokens))),
    'POST /console/tokens': async (body) => {
      const [server = '', clientId = '', scope] = readTexts(body, ['server', 'clientId'], ['scope'])
      const found = Object.entries(servers).find(([name]) => name === server)?.[1]
      if (found === undefined) throw new TypeError('"server" must be the name of a server')
      try {
        const token = await found.issueToken({ clientId, ...(scope === undefined ? {} : { scope }) })
        return jsonReply({ token, digest: digestToken(token) }, 201)
      } catch (error) {
        // A refusal, or a fault that was switched on: the words are the server's own.
        const description = error instanceof SyntaxError ? 'the token endpoint answered no JSON' : (error as Error).message
        return jsonReply({ error: 'not_issued', error_description: description }, 502)
      }
    },
    'POST /console/tokens/revoke': change((record) => tokens.revoke(record)),
    'POST /console/tokens/expire': change((record) => tokens.expire(record)),
  }
}

async function asset(name: string, type: string): Promise<ControlReply> {
  const body = await readFile(new URL(`../../assets/${name}`, import.meta.url), 'utf8')
  const headers = { 'Content-Security-Policy': contentSecurityPolicy, 'Referrer-Policy': 'no-referrer' }
  return { status: 200, type, headers, body }
}

/** Server-sent events: what happened last, then what happens. */
function streamEvents(watch: Watch, response: ServerResponse): undefined {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
  const write = (event: unknown): void => void response.write(`data: ${JSON.stringify(event)}\n\n`)
  response.write(': the console of the development authorization server\n\n')
  for (const event of watch.recent) write(event)
  const stop = watch.listen(write)
  response.once('close', stop)
}

function describeRecord(record: TokenRecord, tokens: Tokens): unknown {
  const { digest, server, use, clientId, username, scopes, state, issuedAt, expiresAt } = record
  const shown = state === 'ACTIVE' && tokens.isOver(record) ? 'EXPIRED' : state
  return { digest, server, use, clientId, username, scopes, state: shown, issuedAt, expiresAt }
}

/** @throws {TypeError} naming what is wrong with the body. */
function readTexts(body: unknown, required: readonly string[], optional: readonly string[]): readonly (string | undefined)[] {
  const faults = new OptionFaults()
  const names = [...required, ...optional]
  const given = readMembers(body, { known: names, required }, faults) ?? new Map<string, unknown>()
  for (const [name, value] of given) if (typeof value !== 'string' || value === '') faults.expect(name, 'a string that is not empty', value)
  faults.throwAny('console')
  return names.map((name) => given.get(name)).map((value) => (typeof value === 'string' ? value : undefined))
}
