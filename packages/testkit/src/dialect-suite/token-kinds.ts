/**
 * Tokens of every kind from a dialect of the development server, issued and answered by its own rules: nothing is put into its mouth.
 *
 * @module
 */
import { type ClientCredentialsOptions, clientCredentials } from '@oauth-introspect/core'
import { createDevServer, type DevServer, type DevServerOptions, type DialectName, memoryTokenStore } from '@oauth-introspect/dev-server'
import { postForm } from './post-form.ts'

/** What a token can be, to a route that needs the scope `read`. */
export const kinds = ['good', 'inactive', 'expired', 'foreign', 'refresh', 'lacking'] as const

/** A kind of token. `expired` is still called active by the server; `foreign` is of another one. */
export type Kind = (typeof kinds)[number]

/** A development server whose clock can be late. */
export interface IssuingServer {
  readonly server: DevServer
  readonly dialect: DialectName
  /** How the client that gets tokens shows who it is. */
  readonly client: ClientSettings
  /** A token of the kind. `expired` leaves the server's clock as it must be when it is asked. */
  issue(kind: Kind): Promise<string>
  /** Puts the clock right. */
  resetClock(): void
  close(): Promise<void>
}

/** The client's part of the options of `clientCredentials()`. */
export type ClientSettings = Pick<ClientCredentialsOptions, 'clientId' | 'clientSecret' | 'credentialsIn' | 'clientAuthentication'>

/** What is to be started. */
export interface IssuingSettings {
  readonly dialect: DialectName
  readonly options: DevServerOptions
  readonly client: (tokenEndpoint: string) => ClientSettings
  /** The right time, in milliseconds since epoch. */
  readonly now: () => number
}

/** Longer than any token lives. */
const dayMs = 24 * 3600 * 1000

/** Starts the server, and another one of the same product, whose tokens are foreign to it. */
export async function startIssuing({ dialect, options, client, now }: IssuingSettings): Promise<IssuingServer> {
  let lateMs = 0
  const server = await createDevServer({ ...options, now: () => now() - lateMs })
  const other = await createDevServer({ ...options, store: memoryTokenStore(), now })
  const { tokenEndpoint, issueToken } = server.dialect(dialect)
  const ca = dialect === 'wso2' ? server.dialect('wso2').ca : undefined

  const issuers: Readonly<Record<Kind, () => Promise<string>>> = {
    good: () => issueToken({ scope: 'read' }),
    async inactive() {
      const token = await issueToken({ scope: 'read' })
      await server.revoke(token)
      return token
    },
    async expired() {
      lateMs = dayMs
      const token = await issueToken({ scope: 'read' })
      // WSO2 tells the first who asks that a token is active whose time is over. The others do so only as long as their clock is slow.
      if (dialect === 'wso2') lateMs = 0
      return token
    },
    foreign: () => other.dialect(dialect).issueToken({ scope: 'read' }),
    refresh: () => getRefreshToken({ ...client(tokenEndpoint), tokenEndpoint, scope: 'read', now }, ca),
    lacking: () => issueToken({ scope: 'write' }),
  }
  return {
    server,
    dialect,
    client: client(tokenEndpoint),
    issue: (kind) => issuers[kind](),
    resetClock() {
      lateMs = 0
    },
    async close() {
      await Promise.all([server.close(), other.close()])
    },
  }
}

/** The one that comes beside an access token; `clientCredentials()` has no use for it. */
async function getRefreshToken(options: ClientCredentialsOptions, ca: string | undefined): Promise<string> {
  let refreshToken: unknown
  const source = clientCredentials({
    ...options,
    async transport(url, { headers, body }) {
      const text = await postForm(url, { headers, body, ca })
      refreshToken = (JSON.parse(text) as Readonly<Record<string, unknown>>)['refresh_token']
      return new Response(text, { headers: { 'content-type': 'application/json' } })
    },
  })
  await source.token()
  if (typeof refreshToken !== 'string') throw new Error('no refresh token came')
  return refreshToken
}
