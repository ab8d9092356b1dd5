/**
 * Reads `introspectionRequest`: what would send the token nowhere, or write over what is not the application's, is a fault.
 *
 * @module
 */
import type { ClientAuthentication } from './client-authentication/client-authentication.ts'
import { type RequestRules, standardRequest, type TokenIn } from './introspection-request.ts'
import { OptionFaults, oneOf, type Reader, readMembers, text, word } from './option-faults.ts'

/** The shape of introspection requests, for servers that do not take the one of RFC 7662 §2.1. */
export interface IntrospectionRequestOptions {
  /** Default `'POST'` (RFC 7662 §2.1). */
  readonly method?: 'POST' | 'GET'
  /** Where the token stands, one place or several. Default `'form'`. In a URL it ends up in logs: the event `TOKEN_IN_URL` says so. */
  readonly tokenIn?: TokenIn | readonly TokenIn[]
  /** The parameter that holds the token, in form and query. Default `'token'`. */
  readonly tokenParameter?: string
  /** The header field that holds the token, as it is; for `tokenIn: 'header'`. */
  readonly tokenHeader?: string
  /** The `token_type_hint`, which goes where the token goes; `false` sends none. Default `'access_token'`. */
  readonly tokenTypeHint?: string | false
  /** More parameters: in the form, or with `GET` in the query. */
  readonly parameters?: Readonly<Record<string, string>>
  /** More header fields. */
  readonly headers?: Readonly<Record<string, string>>
}

const names = ['method', 'tokenIn', 'tokenParameter', 'tokenHeader', 'tokenTypeHint', 'parameters', 'headers']
const prefix = 'introspectionRequest.'
const places: readonly TokenIn[] = ['form', 'query', 'header']

// What the request itself is made of, and how clients are told apart (RFC 6749 §2.3.1, RFC 7521 §4.2).
const reservedParameters = ['token', 'token_type_hint', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type']
const reservedHeaders: readonly string[] = [
  'accept',
  'connection',
  'content-length',
  'content-type',
  'host',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Tells whether a parameter has a meaning of its own in these requests. */
export function isReservedParameter(name: string): boolean {
  return reservedParameters.includes(name)
}

/** Tells whether a header field is one that the request itself is made of. */
export function isReservedHeader(name: string): boolean {
  return reservedHeaders.includes(name.toLowerCase())
}

const tokenIn: Reader<readonly TokenIn[]> = (value, name, faults) => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  const chosen = places.filter((place) => list.includes(place))
  return chosen.length > 0 && chosen.length === list.length
    ? chosen
    : faults.expect(name, '"form", "query", "header" or a list of them, each at most once', value)
}

// RFC 9110 §5.5: visible characters, and spaces between them.
const fieldValue = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

const header: Reader<string> = (value, name, faults) => word(value, name, faults)?.toLowerCase()

const hint: Reader<string | false> = (value, name, faults) => (value === false ? false : text(value, name, faults))

/** Reads the shape of requests that this client authentication goes with. */
export function readRequestRules(value: unknown, client: ClientAuthentication, faults: OptionFaults): RequestRules {
  if (value === undefined) return standardRequest
  const members = readMembers(value, names, faults, prefix)
  const read = <T>(name: string, reader: Reader<T>, byDefault: T): T =>
    members[name] === undefined ? byDefault : (reader(members[name], prefix + name, faults) ?? byDefault)

  const tokenTypeHint = read<string | false>('tokenTypeHint', hint, 'access_token')
  const rules: RequestRules = {
    method: read('method', oneOf('POST', 'GET'), 'POST'),
    tokenIn: read<readonly TokenIn[]>('tokenIn', tokenIn, ['form']),
    tokenParameter: read('tokenParameter', text, 'token'),
    tokenHeader: read<string | undefined>('tokenHeader', header, undefined),
    tokenTypeHint: tokenTypeHint === false ? undefined : tokenTypeHint,
    parameters: readParameters(members['parameters'], faults),
    headers: readHeaders(members['headers'], faults),
  }
  findConflicts(rules, client, faults)
  return rules
}

function findConflicts(rules: RequestRules, client: ClientAuthentication, faults: OptionFaults): void {
  const { method, tokenIn: where, tokenHeader, tokenParameter } = rules
  const inForm = client.fields?.form ?? []
  const inHeaders = client.fields?.headers ?? []
  if (method === 'GET' && where.includes('form'))
    faults.say(`"${prefix}tokenIn" must not be "form" with "GET": there is none, and the token would go nowhere`)
  if (method === 'GET' && inForm.length > 0)
    faults.say(`"${prefix}method" must not be "GET" with ${client.method}: credentials have no place in a URL`)
  if (where.includes('header') !== (tokenHeader !== undefined))
    faults.say(`"${prefix}tokenHeader" must be there for "tokenIn: 'header'", and only for that`)
  if (tokenParameter !== 'token' && reservedParameters.includes(tokenParameter))
    faults.say(`"${prefix}tokenParameter" must not be "${tokenParameter}", which has a meaning of its own`)
  for (const name of Object.keys(rules.parameters)) {
    if (name === tokenParameter || reservedParameters.includes(name) || inForm.includes(name)) {
      faults.say(`"${prefix}parameters" must not have "${name}", which has a meaning of its own`)
    }
  }
  for (const name of [...Object.keys(rules.headers), ...(tokenHeader === undefined ? [] : [tokenHeader])]) {
    if (reservedHeaders.includes(name))
      faults.say(`"${prefix}headers" and "tokenHeader" must not have "${name}", which has a meaning of its own`)
    if (inHeaders.includes(name)) faults.say(`"${prefix}headers" and "tokenHeader" must not have "${name}", which ${client.method} uses`)
  }
  if (tokenHeader !== undefined && Object.hasOwn(rules.headers, tokenHeader))
    faults.say(`"${prefix}headers" must not have "${tokenHeader}", which holds the token`)
}

function readParameters(value: unknown, faults: OptionFaults): Readonly<Record<string, string>> {
  return readTexts(value, 'parameters', faults, (parameter) => parameter)
}

function readHeaders(value: unknown, faults: OptionFaults): Readonly<Record<string, string>> {
  return readTexts(value, 'headers', faults, (field, content) =>
    fieldValue.test(content) ? word(field, field, new OptionFaults())?.toLowerCase() : undefined,
  )
}

function readTexts(
  value: unknown,
  name: string,
  faults: OptionFaults,
  accept: (name: string, content: string) => string | undefined,
): Readonly<Record<string, string>> {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.expect(prefix + name, 'an object of strings', value)
    return {}
  }
  const read: [string, string][] = []
  for (const [given, content] of Object.entries(value)) {
    const accepted = typeof content === 'string' ? accept(given, content) : undefined
    if (accepted === undefined || typeof content !== 'string')
      faults.expect(`${prefix}${name}.${given}`, name === 'headers' ? 'a header field' : 'a string', content)
    else read.push([accepted, content])
  }
  return Object.fromEntries(read)
}
