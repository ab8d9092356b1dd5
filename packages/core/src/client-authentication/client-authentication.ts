/**
 * How a resource server shows the introspection endpoint who it is, RFC 6749 §2.3, RFC 7662 §2.1.
 * One method is one file beside this one, named as in the IANA registry of token endpoint authentication methods.
 *
 * @module
 */
import { OptionFaults, type Reader, text } from '../option-faults.ts'

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
