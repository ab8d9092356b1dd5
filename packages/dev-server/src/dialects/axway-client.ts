/**
 * Finds the client of a request to the Axway dialect: in the `Authorization` header, in the query string, or by its key pair (RFC 7523 §2.2).
 *
 * @module
 */
import type { DevClient } from '../clients.ts'
import type { ResolvedAxwaySettings } from './axway-settings.ts'
import type { Call } from './call.ts'
import { assertionFinder } from './client-assertion.ts'
import { type Credentials, findClient, readBasic } from './credentials.ts'
import type { DialectGround } from './dialect.ts'

/** Finds the client where the settings say, and nowhere else. */
export function axwayClientFinder(
  settings: ResolvedAxwaySettings,
  ground: DialectGround,
): (call: Call) => DevClient | undefined | Promise<DevClient | undefined> {
  if (settings.clientInformation === 'keyPair') return assertionFinder(ground, ({ clientId }) => settings.publicKeys[clientId])
  const read = settings.clientInformation === 'header' ? readBasic : (call: Call) => readQuery(call, settings)
  return (call) => findClient(call, ground.clients, read(call))
}

function readQuery({ query }: Call, settings: ResolvedAxwaySettings): Credentials {
  return { name: query.get(settings.clientIdParameter) ?? '', password: query.get(settings.clientSecretParameter) ?? '' }
}
