/**
 * Asks a token endpoint for an access token by client credentials, RFC 6749 §4.4.
 *
 * @module
 */
import { basicCredentials } from './basic-credentials.ts'
import type { DevClient } from './clients.ts'
import { OptionFaults, readMembers } from './option-faults.ts'

/** What the token should be; all of it may be left out. */
export interface TokenWish {
  /** Who asks. Default: the first client that has scopes. */
  readonly clientId?: string
  /** Scopes with a space between them. Default: all that the client has. */
  readonly scope?: string
  /** An absolute URI, which becomes `aud` (RFC 8707). Default: the `audience` option decides. */
  readonly resource?: string
}

const shape = { known: ['clientId', 'scope', 'resource'] }

/** Gets a token; `clients` are the ones that the server knows. */
export async function requestToken(tokenEndpoint: string, clients: readonly DevClient[], wish: TokenWish): Promise<string> {
  const { client, form } = readWish(wish, clients)
  const response = await fetch(tokenEndpoint, { method: 'POST', headers: { authorization: basicCredentials(client) }, body: form })
  const answer = (await response.json()) as { access_token?: string; error?: string; error_description?: string }
  if (answer.access_token !== undefined) return answer.access_token
  throw new Error(`the token endpoint answered ${response.status} ${answer.error ?? ''}: ${answer.error_description ?? ''}`)
}

function readWish(wish: unknown, clients: readonly DevClient[]): { readonly client: DevClient; readonly form: URLSearchParams } {
  const faults = new OptionFaults()
  for (const [name, value] of readMembers(wish, shape, faults) ?? [])
    if (typeof value !== 'string' || value === '') faults.expect(name, 'a string that is not empty', value)
  faults.throwAny('issueToken')
  const { clientId, scope, resource } = wish as TokenWish
  const client = clients.find((candidate) => (clientId === undefined ? candidate.scopes !== undefined : candidate.clientId === clientId))
  if (client === undefined)
    throw new TypeError(
      clientId === undefined
        ? 'issueToken: no client has scopes, so none gets tokens'
        : 'issueToken: "clientId" must be that of a known client',
    )
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  const asked = scope ?? client.scopes?.join(' ')
  if (asked !== undefined) form.set('scope', asked)
  if (resource !== undefined) form.set('resource', resource)
  return { client, form }
}
