/**
 * What presets share: the options they make, and the address that a product is reached at.
 *
 * @module
 */
import type { ClientAuthentication } from '../client-authentication/client-authentication.ts'
import type { HttpOptions } from '../http-options.ts'
import type { IntrospectionRequestOptions } from '../introspection-request-options.ts'
import type { OptionFaults, Reader } from '../option-faults.ts'
import type { IntrospectionReplyOptions } from '../options.ts'
import type { Scopes } from '../scope.ts'

/** Options for `createResourceServer()` and `introspect()` that a preset has made; spread them, and add your own. */
export interface PresetOptions {
  readonly introspectionEndpoint: string
  readonly clientAuthentication: ClientAuthentication
  readonly introspectionRequest?: IntrospectionRequestOptions
  readonly introspectionReply?: IntrospectionReplyOptions
  readonly requiredScopes?: Scopes
  readonly scopeSeparator?: string
  readonly timeoutMs?: number
  readonly http?: HttpOptions
}

const absolute = 'an absolute https URL without user name, password, query and fragment'

/** The URL under which a product has its endpoints. Whether http will do is seen where the endpoint is used. */
export const baseUrl: Reader<URL> = (value, name, faults) => {
  const url = typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value) ? new URL(value) : undefined
  const plain = url !== undefined && url.username === '' && url.password === '' && !/[?#]/.test(url.href)
  return plain ? url : faults.expect(name, absolute, value)
}

/** An endpoint below the base, whether that ends with a slash or not. */
export function endpointUnder(base: URL | undefined, path: string): string {
  return base === undefined ? '' : base.href.replace(/\/*$/, path)
}

/** Reads one of the settings, if it is there. */
export function readSetting<T>(
  members: Readonly<Record<string, unknown>>,
  name: string,
  reader: Reader<T>,
  faults: OptionFaults,
  prefix = '',
): T | undefined {
  return members[name] === undefined ? undefined : reader(members[name], prefix + name, faults)
}
