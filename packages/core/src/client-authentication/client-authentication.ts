/**
 * How a resource server shows the introspection endpoint who it is, RFC 6749 §2.3, RFC 7662 §2.1.
 * One method is one file beside this one, named as in the IANA registry of token endpoint authentication methods.
 *
 * @module
 */
import { OptionFaults, type Reader, readMembers, text } from '../option-faults.ts'
import type { ClientCertificate } from '../runtime/runtime.ts'

/** What a method adds to one introspection request. */
export interface Credentials {
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string>>
}

/** What a method may know of the attempt that it makes credentials for. */
export interface Attempt {
  /** Whom the credentials are for, where that is known. */
  readonly issuer: string | undefined
  /** Milliseconds since epoch. */
  readonly now: number
}

/** A method of client authentication. Its secrets live in a closure, where `inspect` and `JSON` do not reach. */
export interface ClientAuthentication {
  /** The registered name, such as `client_secret_basic`. */
  readonly method: string
  /** Who asks, without any secret: answers may differ by it, so that it is part of every cache key (RFC 7662 §2.2). */
  readonly identity: string | Promise<string>
  /** True when credentials are written as they are, where the standard has them encoded. */
  readonly unencoded?: boolean
  /** The header fields (in lower case) and form parameters that are this method's own: nothing else may be written there. */
  readonly fields?: { readonly headers?: readonly string[]; readonly form?: readonly string[] }
  /** True when credentials name whom they are for, and only the issuer can be meant. */
  readonly needsIssuer?: boolean
  /** The certificate to show in TLS: to the authorization server, and to nobody else. */
  readonly certificate?: () => ClientCertificate
  /** Sees now whether credentials can be made. Rejects with the `TypeError` with which making them would. */
  readonly ready?: () => Promise<void>
  /** Makes the credentials of one attempt. */
  credentials(attempt: Attempt): Credentials | Promise<Credentials>
  /** Told that credentials were refused; true when others can be had, so that the question is worth asking again. */
  refused?(now: number): boolean
}

/**
 * Checks the identifier and secret of a client.
 *
 * @throws {TypeError} naming what is wrong, never the value.
 */
export function readClient(
  method: string,
  clientId: unknown,
  clientSecret: unknown,
): { readonly clientId: string; readonly clientSecret: string } {
  const faults = new OptionFaults()
  const read = (value: unknown, name: string): string => {
    if (value !== undefined) return text(value, name, faults) ?? ''
    faults.say(`"${name}" is undefined: is an environment variable missing?`)
    return ''
  }
  const client = { clientId: read(clientId, 'clientId'), clientSecret: read(clientSecret, 'clientSecret') }
  faults.throwAny(method)
  return client
}

/** Reads an option that is a method of client authentication. */
export const readClientAuthentication: Reader<ClientAuthentication> = (value, name, faults) =>
  typeof value === 'object' && value !== null && 'credentials' in value && typeof value.credentials === 'function'
    ? (value as ClientAuthentication)
    : faults.expect(name, 'a client authentication method, such as clientSecretBasic(id, secret)', value)

/** Goes through settings; those that are needed must be there. */
export function readSettings(
  given: unknown,
  needed: readonly string[],
  optional: readonly string[],
  faults: OptionFaults,
  prefix = '',
): Readonly<Record<string, unknown>> {
  const members = readMembers(given, [...needed, ...optional], faults, prefix)
  for (const name of needed) if (typeof given === 'object' && given !== null && !(name in given)) faults.say(`"${prefix}${name}" is needed`)
  return members
}

/** Where a method is used. */
export interface MethodSurroundings {
  readonly issuer: string | undefined
  /** Whether the runtime shows client certificates. */
  readonly configurable: boolean
  /** Whether the application brings HTTP of its own. */
  readonly transport: boolean
}

/** Finds what a method needs and does not have where it is used. */
export function checkSurroundings(client: ClientAuthentication, where: MethodSurroundings, faults: OptionFaults): void {
  const { method } = client
  if (client.needsIssuer === true && where.issuer === undefined)
    faults.say(`"issuer" is needed for ${method}, or an "audience" of its own: an assertion says whom it is for (RFC 7523 §3)`)
  if (client.certificate === undefined) return
  if (where.transport) faults.say(`"transport" must not stand beside ${method}: a client certificate is shown by connections of our own`)
  else if (!where.configurable) faults.say(`"clientAuthentication" must not be ${method} here: this runtime shows no client certificate`)
}
