/**
 * The options of Gravitee's resource itself: where to ask, as whom, and where the token stands.
 *
 * @module
 */
import type { ClientAuthentication } from '../client-authentication/client-authentication.ts'
import { clientSecretBasic } from '../client-authentication/client-secret-basic.ts'
import { none } from '../client-authentication/none.ts'
import type { Dialect } from '../dialect.ts'
import { findFault } from '../introspection-endpoint.ts'
import type { TokenIn } from '../introspection-request.ts'
import { type IntrospectionRequestOptions, isReservedHeader, isReservedParameter } from '../introspection-request-options.ts'
import { oneOf, word } from '../option-faults.ts'
import type { ClientCertificate } from '../runtime/runtime.ts'
import type { GraviteeObject } from './gravitee-document.ts'
import type { GraviteeReading } from './gravitee-reading.ts'

/** The options of the resource, of all versions. */
export const resourceNames: readonly string[] = [
  ...['authorizationServerUrl', 'introspectionEndpoint', 'introspectionEndpointMethod', 'authorizationServerMetadataEndpoint'],
  ...['clientId', 'clientSecret', 'useClientAuthorizationHeader', 'clientAuthorizationHeaderName', 'clientAuthorizationHeaderScheme'],
  ...['tokenIsSuppliedByQueryParam', 'tokenQueryParamName', 'tokenIsSuppliedByHttpHeader', 'tokenHeaderName'],
  ...['tokenIsSuppliedByFormUrlEncoded', 'tokenFormUrlEncodedName', 'scopeSeparator', 'userClaim'],
  ...['userInfoEndpoint', 'userInfoEndpointMethod', 'useSystemProxy', 'http', 'proxy', 'ssl'],
]

// What Gravitee's schema puts where nobody has said anything.
const placeholder = /^https:\/\/authorization_server\/*$/
const absolute = /^https?:\/\//i

/** The URL that is asked: `introspectionEndpoint` alone where it is one, else below `authorizationServerUrl`. */
export function readEndpointUrl(document: GraviteeObject, reading: GraviteeReading): URL | undefined {
  const given = document.text('authorizationServerUrl', '')
  const base = placeholder.test(given) ? '' : given
  const endpoint = document.text('introspectionEndpoint', base === '' ? '' : '/oauth/check_token')
  if (endpoint === '') {
    if (!document.has('introspectionEndpoint')) reading.faults.say('"introspectionEndpoint" is needed')
    return undefined
  }
  const alone = absolute.test(endpoint)
  if (!alone && !absolute.test(base)) {
    reading.faults.say('"authorizationServerUrl" must be an absolute https URL: "introspectionEndpoint" is a path below it')
    return undefined
  }
  if (alone && base !== '') reading.unused('authorizationServerUrl', '"introspectionEndpoint" is a whole URL')
  const written = alone ? endpoint : join(base, endpoint)
  const url = URL.canParse(written) ? new URL(written) : undefined
  const fault = findFault(url, true)
  if (fault !== undefined) return reading.faults.expect('introspectionEndpoint', fault, written)
  if (findFault(url, false) !== undefined) {
    reading.differs('introspectionEndpoint', 'ENDPOINT_INSECURE', 'http is refused here, unless "allowInsecureEndpoint: true" is added')
  }
  return url
}

/** Runs of slashes in the path become one, as in Gravitee; a query is left as it is. */
function join(base: string, endpoint: string): string {
  const [path = '', ...query] = `${base}/${endpoint}`.split('?')
  return [path.replaceAll(/(?<!:)\/{2,}/g, '/'), ...query].join('?')
}

/** How the client shows who it is; `header` is the field that its credentials take up. */
export function readClientAuthentication(
  document: GraviteeObject,
  certificate: ClientCertificate | undefined,
  reading: GraviteeReading,
): { readonly header: string | undefined; readonly method: () => ClientAuthentication } {
  const { faults } = reading
  const shown = certificate === undefined ? {} : { certificate: () => certificate }
  const [clientId, clientSecret] = [document.text('clientId', ''), document.text('clientSecret', '')]
  if (!document.flag('useClientAuthorizationHeader', true)) {
    document.ignore({ clientSecret: '' }, '"useClientAuthorizationHeader" is off: no credentials are sent')
    if (certificate === undefined) reading.understands('useClientAuthorizationHeader', 'no client authentication')
    const method = certificate === undefined ? none() : { ...none(), ...shown, method: 'tls_client_auth', identity: clientId }
    return { header: undefined, method: () => Object.freeze(method) }
  }
  for (const name of ['clientId', 'clientSecret']) {
    if (!document.has(name)) faults.say(`"${name}" is needed, unless "useClientAuthorizationHeader" is false`)
  }
  if (clientId.includes(':')) faults.say('"clientId" must not have a colon: where it stands, the secret begins')
  const header = document.text('clientAuthorizationHeaderName', 'Authorization')
  const scheme = document.text('clientAuthorizationHeaderScheme', 'Basic').trim()
  word(scheme, 'clientAuthorizationHeaderScheme', faults)
  if (word(header, 'clientAuthorizationHeaderName', faults) !== undefined && isReservedHeader(header))
    faults.say('"clientAuthorizationHeaderName" must not be the name of a field that the request itself is made of')
  if (scheme.toLowerCase() !== 'basic') {
    reading.differs('clientAuthorizationHeaderScheme', 'SCHEME_UNUSUAL', 'it stands before credentials that are written as for Basic')
  }
  reading.differs('clientSecret', 'UNENCODED_CREDENTIALS', 'as in Gravitee, id and secret are not form-encoded first (RFC 6749 §2.3.1)')
  reading.understands('clientId', `credentials in ${header}, as ${scheme}`)
  return {
    header: header.toLowerCase(),
    method: () => Object.freeze({ ...clientSecretBasic(clientId, clientSecret, { encoding: 'raw', header, scheme }), ...shown }),
  }
}

/** Where the token stands; the places may be combined. */
export function readTokenPlaces(
  document: GraviteeObject,
  endpoint: URL | undefined,
  credentialsIn: string | undefined,
  reading: GraviteeReading,
): { readonly request: IntrospectionRequestOptions; readonly dialect: NonNullable<Dialect['request']> } {
  const { faults } = reading
  const given = document.text('introspectionEndpointMethod', 'GET').toUpperCase()
  const method = oneOf('GET', 'POST')(given, 'introspectionEndpointMethod', faults) ?? 'GET'
  const formWanted = document.flag('tokenIsSuppliedByFormUrlEncoded', false)
  if (formWanted && method === 'GET') reading.unused('tokenIsSuppliedByFormUrlEncoded', 'a GET has no form')
  const chosen: Readonly<Record<TokenIn, boolean>> = {
    form: formWanted && method === 'POST',
    query: document.flag('tokenIsSuppliedByQueryParam', true),
    header: document.flag('tokenIsSuppliedByHttpHeader', false),
  }
  const tokenIn = (['form', 'query', 'header'] as const).filter((place) => chosen[place])
  if (tokenIn.length === 0)
    faults.say('"tokenIsSuppliedByQueryParam", "tokenIsSuppliedByHttpHeader" or "tokenIsSuppliedByFormUrlEncoded" must send the token')
  const inQuery = readParameter(document, 'tokenQueryParamName', chosen.query, reading)
  const inForm = readParameter(document, 'tokenFormUrlEncodedName', chosen.form, reading)
  const tokenHeader = chosen.header ? readTokenHeader(document, credentialsIn, reading) : undefined
  if (chosen.query && endpoint?.searchParams.has(inQuery) === true)
    faults.say(`"introspectionEndpoint" must not have "${inQuery}" in its query: that is the token's`)
  if (chosen.query) reading.differs('tokenIsSuppliedByQueryParam', 'TOKEN_IN_URL', 'tokens end up in logs of the authorization server')
  if (chosen.query || chosen.form)
    reading.differs('token', 'TOKEN_ENCODED', 'Gravitee writes it unencoded, so that a caller could add parameters; here it is encoded')
  if (endpoint !== undefined) reading.understands('introspectionEndpoint', `${method} ${endpoint.origin}${endpoint.pathname}`)
  if (tokenIn.length > 0) reading.understands('token', tokenIn.map((place) => placeName(place, inForm, inQuery, tokenHeader)).join(', '))
  return {
    request: {
      method,
      tokenIn,
      tokenTypeHint: false,
      tokenParameter: chosen.query ? inQuery : inForm,
      ...(tokenHeader === undefined ? {} : { tokenHeader }),
    },
    dialect: chosen.query && chosen.form && inForm !== inQuery ? { formParameter: inForm } : {},
  }
}

function placeName(place: TokenIn, inForm: string, inQuery: string, header: string | undefined): string {
  if (place === 'header') return `in the header field ${header ?? ''}`
  return place === 'form' ? `in the form as "${inForm}"` : `in the query as "${inQuery}"`
}

function readParameter(document: GraviteeObject, name: string, used: boolean, { faults }: GraviteeReading): string {
  const parameter = used ? document.text(name, 'token') : 'token'
  if (parameter !== 'token' && isReservedParameter(parameter))
    faults.say(`"${name}" must not be "${parameter}", which has a meaning of its own`)
  return parameter
}

function readTokenHeader(document: GraviteeObject, credentialsIn: string | undefined, { faults }: GraviteeReading): string | undefined {
  const header = document.text('tokenHeaderName')
  if (header === undefined) {
    if (!document.has('tokenHeaderName')) faults.say('"tokenHeaderName" is needed for "tokenIsSuppliedByHttpHeader"')
    return undefined
  }
  if (word(header, 'tokenHeaderName', faults) === undefined) return undefined
  if (header.toLowerCase() === credentialsIn)
    faults.say('"tokenHeaderName" must not be "clientAuthorizationHeaderName": the token would write over the credentials')
  if (isReservedHeader(header)) faults.say('"tokenHeaderName" must not be the name of a field that the request itself is made of')
  return header
}
