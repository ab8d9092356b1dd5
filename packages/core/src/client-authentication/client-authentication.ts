/**
 * How a resource server shows the introspection endpoint who it is, RFC 6749 §2.3, RFC 7662 §2.1.
 * One method is one file beside this one, named as in the IANA registry of token endpoint authentication methods.
 *
 * @module
 */
import { OptionFaults, text } from '../option-faults.ts'

/** What a method adds to one introspection request. */
export interface Credentials {
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: Readonly<Record<string, string>>
}

/** A method of client authentication. Its secrets live in a closure, where `inspect` and `JSON` do not reach. */
export interface ClientAuthentication {
  /** The registered name, such as `client_secret_basic`. */
  readonly method: string
  /** Who asks, without any secret: answers may differ by it, so that it is part of every cache key (RFC 7662 §2.2). */
  readonly identity: string | Promise<string>
  /** Makes the credentials of one attempt. */
  credentials(): Credentials | Promise<Credentials>
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
