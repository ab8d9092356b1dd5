/**
 * Reads how one authorization server is asked: where, as whom, in what words, and what counts as its answer.
 *
 * @module
 */
import { runtime } from '#runtime'
import { type ClientAuthentication, checkSurroundings, readClientAuthentication } from './client-authentication/client-authentication.ts'
import { clientSecretBasic } from './client-authentication/client-secret-basic.ts'
import { dialectOf } from './dialect.ts'
import type { WarningCode } from './events.ts'
import { type HttpSettings, readHttpOptions } from './http-options.ts'
import { type Issuer, readWhereToAsk } from './introspection-endpoint.ts'
import type { RequestRules } from './introspection-request.ts'
import { readRequestRules } from './introspection-request-options.ts'
import type { ReplyRules } from './introspection-response.ts'
import { type OptionFaults, oneOf, type Reader, readMembers, text, whole } from './option-faults.ts'
import { readSignedIntrospection, type SignedReplyRules } from './signed-introspection-options.ts'

/** How one authorization server is asked. */
export interface AskingRules {
  /** Where to ask, or the issuer whose metadata say where. */
  readonly endpoint: URL | Issuer
  readonly issuer: string | undefined
  readonly clientAuthentication: ClientAuthentication
  readonly requestRules: RequestRules
  readonly replyRules: ReplyRules
  readonly signed: SignedReplyRules | undefined
  readonly timeoutMs: number
  /** Behind a function, because a proxy's URL may hold a password. */
  readonly http: () => HttpSettings
  /** What works, but an operator should know of. */
  readonly warnings: readonly WarningCode[]
}

/** What the reading depends on beside the options themselves. */
export interface AskingSurroundings {
  /** The object that the options stood in: a preset may have given it a dialect. */
  readonly options: unknown
  readonly clockToleranceSeconds: number
  /** Whether the application brings HTTP of its own. */
  readonly transport: boolean
}

/** The options that are about one authorization server and no other. */
export const ownNames: readonly string[] = [
  ...['issuer', 'introspectionEndpoint', 'allowInsecureEndpoint', 'clientId', 'clientSecret', 'clientAuthentication'],
  ...['introspectionRequest', 'introspectionReply', 'signedIntrospection'],
]

/** Those that several may have in common. */
export const commonNames: readonly string[] = ['scopeSeparator', 'timeoutMs', 'http']

const timeout = whole('milliseconds', 1, 2 ** 31 - 1)

/** Reads the members of options that say how to ask. */
export function readAskingRules(
  members: Readonly<Record<string, unknown>>,
  { options, clockToleranceSeconds, transport }: AskingSurroundings,
  faults: OptionFaults,
): AskingRules {
  const read = <T>(name: string, reader: Reader<T>): T | undefined =>
    members[name] === undefined ? undefined : reader(members[name], name, faults)
  const surroundings = { configurable: runtime.configurable, transport }
  const dialect = dialectOf(options)
  const endpoint = readWhereToAsk(members, faults)
  const issuer = read('issuer', text)
  const client = readClient(members, faults)
  const requestRules = readRequestRules(members['introspectionRequest'], client, faults)
  checkSurroundings(client, { issuer, ...surroundings }, faults)
  if (endpoint instanceof URL && endpoint.searchParams.has(requestRules.tokenParameter)) {
    faults.say(`"introspectionEndpoint" must not have "${requestRules.tokenParameter}" in its query: that is the token's`)
  }
  const replyRules = { scopeSeparator: read('scopeSeparator', text) ?? ' ', ...readReplyRules(members['introspectionReply'], faults) }
  const trusted = { issuer, client, discovers: !(endpoint instanceof URL), clockToleranceSeconds, ...replyRules }
  return {
    endpoint,
    issuer,
    clientAuthentication: client,
    requestRules: { ...requestRules, ...dialect.request },
    replyRules: { ...replyRules, ...dialect.reply },
    signed: readSignedIntrospection(members['signedIntrospection'], trusted, faults),
    timeoutMs: read('timeoutMs', timeout) ?? 2000,
    http: readHttpOptions(members['http'], surroundings, faults),
    warnings: [
      ...(requestRules.tokenIn.includes('query') ? (['TOKEN_IN_URL'] as const) : []),
      ...(client.unencoded === true ? (['UNENCODED_CREDENTIALS'] as const) : []),
      ...(client.certificate !== undefined && (endpoint instanceof URL ? endpoint : endpoint.url).protocol !== 'https:'
        ? (['TLS_CERTIFICATE_NOT_SHOWN'] as const)
        : []),
      ...(dialect.warnings ?? []),
    ],
  }
}

/** What events and `auth` call an authorization server that has been given no name. */
export function nameOf({ endpoint, issuer }: AskingRules): string {
  return 'issuer' in endpoint ? endpoint.issuer : (issuer ?? endpoint.origin + endpoint.pathname)
}

const errorCodes: Reader<readonly string[]> = (value, name, faults) =>
  Array.isArray(value) && value.every((code) => typeof code === 'string' && code !== '')
    ? [...(value as string[])]
    : faults.expect(name, 'a list of error codes', value)

function readReplyRules(value: unknown, faults: OptionFaults): Omit<ReplyRules, 'scopeSeparator'> {
  const members = value === undefined ? {} : readMembers(value, ['inactiveErrors', 'missingActive'], faults, 'introspectionReply.')
  const { inactiveErrors = ['unsupported_token_type'], missingActive = 'refuse' } = members
  return {
    inactiveErrors: errorCodes(inactiveErrors, 'introspectionReply.inactiveErrors', faults) ?? [],
    missingActive: oneOf('refuse', 'checkToken')(missingActive, 'introspectionReply.missingActive', faults) ?? 'refuse',
  }
}

function readClient(members: Readonly<Record<string, unknown>>, faults: OptionFaults): ClientAuthentication {
  const { clientId, clientSecret, clientAuthentication: method } = members
  const unauthenticated: ClientAuthentication = { method: 'none', identity: '', credentials: () => ({}) }
  if (method !== undefined) {
    if (clientId !== undefined || clientSecret !== undefined) {
      faults.say('"clientAuthentication" must not stand beside "clientId" or "clientSecret": they are a method of their own')
    }
    return readClientAuthentication(method, 'clientAuthentication', faults) ?? unauthenticated
  }
  const id = clientId === undefined ? undefined : text(clientId, 'clientId', faults)
  const secret = clientSecret === undefined ? undefined : text(clientSecret, 'clientSecret', faults)
  if (id !== undefined && secret !== undefined) return clientSecretBasic(id, secret)
  if (clientId === undefined || clientSecret === undefined) {
    const needed = '"clientId" and "clientSecret", or "clientAuthentication", are needed: RFC 7662 §2.1 has the endpoint know who asks'
    faults.sayNeeded(needed, 'clientId', 'clientSecret', 'clientAuthentication')
  }
  return unauthenticated
}
