/**
 * The credentials of a request: HTTP Basic (RFC 7617), and which client they prove.
 *
 * @module
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { DevClient } from '../clients.ts'
import type { Call } from './call.ts'

/** A name and its password. */
export interface Credentials {
  readonly name: string
  readonly password: string
}

/** Reads HTTP Basic as it is: the first colon ends the name. Most products in the field do not form-decode the halves. */
export function readBasic({ headers }: Call): Credentials | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(headers.authorization ?? '') ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Reads HTTP Basic as RFC 6749 §2.3.1 has it: both halves are form-encoded. */
export function readFormEncodedBasic(call: Call): Credentials | undefined {
  const raw = readBasic(call)
  if (raw === undefined) return undefined
  const decode = (text: string): string => new URLSearchParams(`text=${text.replaceAll('&', '%26')}`).get('text') ?? ''
  return { name: decode(raw.name), password: decode(raw.password) }
}

/** The client that the credentials prove; the watch is told of it. */
export function findClient(call: Call, clients: readonly DevClient[], credentials: Credentials | undefined): DevClient | undefined {
  if (credentials === undefined) return undefined
  const client = clients.find(({ clientId }) => clientId === credentials.name)
  if (client === undefined || !isSame(client.clientSecret, credentials.password)) return undefined
  call.note.clientId = client.clientId
  return client
}

/** Compares secrets in a time that tells nothing about them. */
export function isSame(secret: string, presented: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(secret), digest(presented))
}
