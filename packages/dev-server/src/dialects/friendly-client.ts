/**
 * Finds the client of a request to the Friendly OAuth2 Server dialect, by the method that its settings choose.
 *
 * @module
 */
import type { DevClient } from '../clients.ts'
import type { Call } from './call.ts'
import { assertionFinder } from './client-assertion.ts'
import { findClient, readFormEncodedBasic } from './credentials.ts'
import type { DialectGround } from './dialect.ts'
import type { FriendlySettings } from './friendly-settings.ts'

/** A parameter. The page sends its parameters in the query, with an empty body; RFC 7662 puts them into the form. */
export function parameter(call: Call, name: string): string {
  return call.query.get(name) ?? call.form.get(name) ?? ''
}

/** Finds the client by this method, and by no other. Public ones (`none`) just say who they are. */
export function friendlyClientFinder(
  { clientAuthentication, publicKeys }: Required<FriendlySettings>,
  ground: DialectGround,
): (call: Call) => DevClient | undefined | Promise<DevClient | undefined> {
  const { clients } = ground
  switch (clientAuthentication) {
    case 'client_secret_basic':
      return (call) => findClient(call, clients, readFormEncodedBasic(call))
    case 'client_secret_post':
      return (call) => findClient(call, clients, { name: parameter(call, 'client_id'), password: parameter(call, 'client_secret') })
    case 'client_secret_jwt':
      return assertionFinder(ground, ({ clientSecret }) => new TextEncoder().encode(clientSecret))
    case 'private_key_jwt':
      return assertionFinder(ground, ({ clientId }) => publicKeys[clientId])
    case 'none':
      return (call) => {
        const client = clients.find(({ clientId }) => clientId === parameter(call, 'client_id'))
        if (client !== undefined) call.note.clientId = client.clientId
        return client
      }
  }
}
