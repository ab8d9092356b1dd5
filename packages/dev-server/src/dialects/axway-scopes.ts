/**
 * Which scopes a token of the Axway dialect gets: "Generate Token Scopes" on the filter's page.
 *
 * @module
 */
import type { DevClient } from '../clients.ts'
import type { AxwayMessage, ResolvedAxwaySettings } from './axway-settings.ts'

/**
 * The scopes to grant; `undefined` when there is to be no token.
 *
 * Of registered scopes a token gets those that were asked for, and all when none was. `any`: one of them has to be registered;
 * `all`: each registered one has to be asked for. One that is not registered is never granted.
 *
 * @throws {Error} when the policy fails, or approves something else than strings.
 */
export async function approveScopes(
  { scopesMustMatch, scopePolicy, scopesAttribute }: ResolvedAxwaySettings,
  { clientId, scopes: registered = [] }: DevClient,
  asked: readonly string[],
): Promise<readonly string[] | undefined> {
  if (scopePolicy !== undefined) {
    const message: AxwayMessage = new Map<string, unknown>([
      ['authentication.subject.id', clientId],
      ['oauth.client.id', clientId],
      ['oauth.client.scopes', new Set(registered)],
      ['oauth.request.scopes', new Set(asked)],
    ])
    await scopePolicy(message)
    return readApproved(message.get(scopesAttribute))
  }
  const granted = asked.length === 0 ? registered : registered.filter((scope) => asked.includes(scope))
  const enough = scopesMustMatch === 'all' ? granted.length === registered.length : granted.length > 0
  return enough ? granted : undefined
}

/** Nothing approved is no token. */
function readApproved(value: unknown): readonly string[] | undefined {
  const list: unknown = value instanceof Set ? [...(value as ReadonlySet<unknown>)] : value
  if (list === undefined) return undefined
  // `scope-token`, RFC 6749 §3.3.
  if (!Array.isArray(list) || !list.every((scope) => typeof scope === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)))
    throw new Error('the policy approved something else than a set of scopes')
  return list.length > 0 ? [...new Set(list as string[])] : undefined
}
