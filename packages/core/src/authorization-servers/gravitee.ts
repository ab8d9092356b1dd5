/**
 * Gravitee's resource "Generic OAuth2 Authorization Server", older schema and newer: its configuration becomes options. Defaults are those
 * of its documentation. What would mean something else here than there is said, under a name; nothing is switched off in silence.
 *
 * @module
 */
import { withDialect } from '../dialect.ts'
import type { HttpOptions } from '../http-options.ts'
import { callable, flag, type OptionFaults, readMembers } from '../option-faults.ts'
import { httpNames, proxyNames, readHttp, readProxy } from './gravitee-connection.ts'
import { type ExpressionResolver, GraviteeObject, unwrap } from './gravitee-document.ts'
import { readPolicy } from './gravitee-policy.ts'
import { type GraviteeDifference, type GraviteeFinding, GraviteeReading } from './gravitee-reading.ts'
import { readClientAuthentication, readEndpointUrl, readTokenPlaces, resourceNames } from './gravitee-resource.ts'
import { readTls, sslNames } from './gravitee-tls.ts'
import type { PresetOptions } from './preset.ts'
import { checkTokenReplies } from './spring-check-token.ts'

/** How a configuration of Gravitee is taken. */
export interface GraviteeSettings {
  /** The configuration of the policy `oauth2`: object or JSON text. */
  readonly policy?: unknown
  /** The server is Spring's old `check_token`: a reply without `active` counts if it names a client or a user and no error. Default `false`. */
  readonly checkToken?: boolean
  /** Gives what an expression stands for; it gets `{#…}` as it is written. Without it expressions are faults. */
  readonly resolve?: ExpressionResolver
}

/** What a configuration means here. */
export interface GraviteeExplanation {
  readonly understood: readonly GraviteeFinding[]
  /** What behaves differently, or has no effect. */
  readonly differences: readonly GraviteeDifference[]
  /** What `fromGravitee()` would refuse. */
  readonly faults: readonly string[]
}

/**
 * Options from a configuration of Gravitee's resource: the object or its JSON text, with or without the `configuration` around it.
 * Differences are told as `warning` events; `explainGravitee()` has the reasons.
 *
 * @throws {TypeError} naming every fault by Gravitee's name of the option.
 */
export function fromGravitee(resource: unknown, settings: GraviteeSettings = {}): PresetOptions {
  const { reading, options } = read(resource, settings)
  reading.faults.throwAny('fromGravitee()')
  return options()
}

/** Says what a configuration of Gravitee means here, without a secret in it. */
export function explainGravitee(resource: unknown, settings: GraviteeSettings = {}): GraviteeExplanation {
  const { understood, differences, faults } = read(resource, settings).reading
  return { understood, differences, faults: faults.found }
}

function read(resource: unknown, settings: GraviteeSettings): { readonly reading: GraviteeReading; readonly options: () => PresetOptions } {
  const reading = new GraviteeReading(settings.resolve)
  const { policy, checkToken } = readSettings(settings, reading.faults)
  const members = unwrap(resource, 'the resource', ['configuration'], reading.faults)
  const document = new GraviteeObject(members, resourceNames, reading, reading.resolve)

  const endpoint = readEndpointUrl(document, reading)
  const secure = endpoint?.protocol === 'https:'
  const tls = readTls(document.object('ssl', sslNames), secure, reading)
  const client = readClientAuthentication(document, tls.certificate, reading)
  const places = readTokenPlaces(document, endpoint, client.header, reading)
  const { timeoutMs, connections } = readHttp(document.object('http', httpNames), reading)
  const proxy = readProxy(document.object('proxy', proxyNames), document.flag('useSystemProxy', false), reading)
  const requiredScopes = policy === undefined ? undefined : readPolicy(policy, reading)
  const scopeSeparator = readSeparator(document, reading)
  document.ignore(
    { authorizationServerMetadataEndpoint: '/.well-known/oauth-authorization-server' },
    'introspection does not use it, nor does Gravitee: see "issuer"',
  )
  document.ignore({ userInfoEndpoint: '/userinfo', userInfoEndpointMethod: 'GET' }, 'introspection does not use it')
  document.ignore({ userClaim: 'sub' }, 'handlers read any member of the reply in "auth.claims"')
  if (checkToken) reading.understands('checkToken', 'a reply without "active" counts if it names a client or a user and no error')
  else
    reading.differs(
      'checkToken',
      'ACTIVE_DEMANDED',
      'Gravitee takes a reply without "active" for a good token; here it cannot be used (503)',
    )

  const http = { ...(tls.ca === undefined ? {} : { ca: tls.ca }), ...connections, ...(proxy === undefined ? {} : { proxy }) }
  const options = (): PresetOptions =>
    withDialect(
      {
        introspectionEndpoint: endpoint?.href ?? '',
        clientAuthentication: client.method(),
        introspectionRequest: places.request,
        ...(checkToken ? { introspectionReply: checkTokenReplies } : {}),
        ...(requiredScopes === undefined ? {} : { requiredScopes }),
        ...(scopeSeparator === undefined ? {} : { scopeSeparator }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(Object.keys(http).length === 0 ? {} : { http: hideProxy(http) }),
      },
      { warnings: warningsOf(reading), request: places.dialect },
    )
  return { reading, options }
}

/** Options get printed, and the URL of a proxy may hold a password: behind a getter `inspect` does not see it, nor does `JSON.stringify`. */
function hideProxy(http: HttpOptions): HttpOptions {
  const { proxy, ...others } = http
  if (proxy === undefined || proxy === 'system') return Object.freeze(http)
  const hidden = { proxy: { enumerable: true, get: () => proxy }, toJSON: { value: () => others } }
  return Object.freeze(Object.defineProperties({ ...others }, hidden))
}

function readSettings(
  settings: unknown,
  faults: OptionFaults,
): { readonly policy: Readonly<Record<string, unknown>> | undefined; readonly checkToken: boolean } {
  const { policy, checkToken, resolve } = readMembers(settings, ['policy', 'checkToken', 'resolve'], faults)
  if (resolve !== undefined) callable()(resolve, 'resolve', faults)
  return {
    policy: policy === undefined ? undefined : unwrap(policy, 'the policy', ['configuration', 'oauth2'], faults),
    checkToken: checkToken === undefined ? false : (flag(checkToken, 'checkToken', faults) ?? false),
  }
}

/** Taken as it is, and not as the regular expression that it would be in Java. */
function readSeparator(document: GraviteeObject, reading: GraviteeReading): string | undefined {
  const separator = document.text('scopeSeparator', ' ')
  if (separator === ' ') return undefined
  reading.differs('scopeSeparator', 'OPTIONS_REVIVED', 'Gravitee never reads it; here it separates scopes')
  return separator
}

/** The codes that a resource server cannot see from its options, each once. */
function warningsOf({ differences }: GraviteeReading): readonly GraviteeDifference['code'][] {
  const seen = ['TOKEN_IN_URL', 'UNENCODED_CREDENTIALS']
  return [...new Set(differences.map(({ code }) => code))].filter((code) => !seen.includes(code))
}
