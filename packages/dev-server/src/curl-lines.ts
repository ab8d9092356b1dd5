/**
 * Command lines for a POSIX shell, ready to be pasted, that show the server at work.
 *
 * @module
 */
import { userPass } from './basic-credentials.ts'
import { type DevClient, isWellKnown } from './clients.ts'
import type { DevServer } from './dev-server.ts'

/** The lines, and what has to be in the shell before them. */
export interface CurlLines {
  readonly lines: readonly string[]
  /** Variables that the lines take secrets from, and the clients whose secrets those are. */
  readonly secrets: readonly { readonly variable: string; readonly clientId: string }[]
}

/**
 * Gets a token into `$TOKEN`, introspects it, revokes it. No lines when no client gets tokens. Only secrets that anybody knows stand in
 * them; those that were given are taken from variables.
 */
export function curlLines({ tokenEndpoint, introspectionEndpoint, revocationEndpoint, clients }: DevServer): CurlLines {
  const app = clients.find(({ scopes }) => scopes !== undefined)
  const api = clients.find(({ scopes }) => scopes === undefined) ?? app
  if (app?.scopes === undefined || api === undefined) return { lines: [], secrets: [] }
  const [asApp, asApi] = [curl(app, 'APP_SECRET'), curl(api, api === app ? 'APP_SECRET' : 'API_SECRET')]
  const scope = quote(`scope=${app.scopes.join(' ')}`)
  const token = '--data-urlencode "token=$TOKEN"'
  const roles = api === app ? [asApp] : [asApp, asApi]
  return {
    lines: [
      `TOKEN=$(${asApp.command} -d grant_type=client_credentials --data-urlencode ${scope} ${quote(tokenEndpoint)} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'); echo "$TOKEN"`,
      `${asApi.command} ${token} ${quote(introspectionEndpoint)}; echo`,
      `${asApp.command} ${token} ${quote(revocationEndpoint)}`,
    ],
    secrets: roles.flatMap(({ secret }) => secret),
  }
}

function curl(client: DevClient, variable: string): { readonly command: string; readonly secret: CurlLines['secrets'] } {
  const { clientId } = client
  if (isWellKnown(client)) return { command: `curl -sS -u ${quote(userPass(client))}`, secret: [] }
  const credentials = `--data-urlencode ${quote(`client_id=${clientId}`)} --data-urlencode "client_secret=$${variable}"`
  return { command: `curl -sS ${credentials}`, secret: [{ variable, clientId }] }
}

/** One word for a POSIX shell, whatever is in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
