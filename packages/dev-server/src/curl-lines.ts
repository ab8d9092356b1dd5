/**
 * Command lines for a POSIX shell, ready to be pasted, that show the server at work.
 *
 * @module
 */
import { userPass } from './basic-credentials.ts'
import type { DevClient } from './clients.ts'
import type { DevServer } from './dev-server.ts'

/** Gets a token into `$TOKEN`, introspects it, revokes it. Empty when no client gets tokens. */
export function curlLines(server: DevServer): readonly string[] {
  const { tokenEndpoint, introspectionEndpoint, revocationEndpoint, clients } = server
  const app = clients.find(({ scopes }) => scopes !== undefined)
  const api = clients.find(({ scopes }) => scopes === undefined) ?? app
  if (app?.scopes === undefined || api === undefined) return []
  const scope = quote(`scope=${app.scopes.join(' ')}`)
  const token = '--data-urlencode "token=$TOKEN"'
  return [
    `TOKEN=$(${curl(app)} -d grant_type=client_credentials --data-urlencode ${scope} ${quote(tokenEndpoint)} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'); echo "$TOKEN"`,
    `${curl(api)} ${token} ${quote(introspectionEndpoint)}; echo`,
    `${curl(app)} ${token} ${quote(revocationEndpoint)}`,
  ]
}

function curl(client: DevClient): string {
  return `curl -sS -u ${quote(userPass(client))}`
}

/** One word for a POSIX shell, whatever is in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
