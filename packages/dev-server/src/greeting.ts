/**
 * What the command prints when the server listens.
 *
 * @module
 */
import { type DevClient, isWellKnown } from './clients.ts'
import { type CurlLines, curlLines } from './curl-lines.ts'
import type { DevServer } from './dev-server.ts'
import { type DialectName, dialectNames } from './dialects/dialect-options.ts'
import type { ResolvedOptions } from './options.ts'

/** What the text tells beside the options. */
export interface Told {
  /** Where tokens are kept, when they outlive the server. */
  readonly lastingPlace?: string
  /** The file that the certificate authority was written to. */
  readonly caFile?: string
}

/** The whole text, with a line break at its end. No secret is in it but those of the documentation. */
export function greeting(server: DevServer, options: ResolvedOptions, { lastingPlace, caFile }: Told): string {
  const { issuer, clients } = server
  const { lines, secrets } = curlLines(server)
  const text = [
    `Development authorization server: ${issuer}`,
    warning(options, lastingPlace),
    '',
    `  discovery      ${issuer}/.well-known/oauth-authorization-server`,
    `                 ${issuer}/.well-known/openid-configuration`,
    `  token          ${server.tokenEndpoint}`,
    `  introspection  ${server.introspectionEndpoint}`,
    `  revocation     ${server.revocationEndpoint}`,
    `  keys           ${server.jwksUri}`,
    ...(server.consoleUrl === undefined ? [] : [`  console        ${server.consoleUrl}`]),
    '',
    ...clients.map(describeClient),
    '',
    ...(options.faults.length > 0 ? [`Faults are on: ${options.faults.length}. The lines below may fail on purpose.`, ''] : []),
    ...dialectNames.flatMap((name) => (options.dialects[name] === undefined ? [] : dialectLines(server, name, caFile))),
    ...(lines.length > 0 ? [howTo(secrets), ...lines] : ['No client has scopes, so none gets tokens.']),
    '',
  ]
  return `${text.join('\n')}\n`
}

function howTo(secrets: CurlLines['secrets']): string {
  const what = 'Get a token, introspect it, revoke it'
  if (secrets.length === 0) return `${what}:\n`
  const variables = secrets.map(({ variable, clientId }) => `  ${variable}  the secret of ${clientId}\n`)
  return `${what}. Secrets that were given are not shown: put them into the shell first.\n\n${variables.join('')}`
}

function dialectLines(server: DevServer, name: DialectName, caFile: string | undefined): readonly string[] {
  const { origin, tokenEndpoint, introspectionEndpoint } = server.dialect(name)
  const lines = [`Dialect ${name}: ${origin}`, '', `  token          ${tokenEndpoint}`, `  introspection  ${introspectionEndpoint}`, '']
  if (name !== 'wso2') return lines
  const ca = caFile === undefined ? server.dialect('wso2').ca.trimEnd() : `  ${caFile}`
  return [...lines, 'Its certificate authority, for "ca" and NODE_EXTRA_CA_CERTS:', '', ca, '']
}

function describeClient(client: DevClient): string {
  const { clientId, clientSecret, scopes } = client
  const use = scopes === undefined ? 'introspects only' : `scopes: ${scopes.join(' ')}`
  return `  client ${clientId}, ${isWellKnown(client) ? `secret ${clientSecret}` : 'secret as given'}, ${use}`
}

function warning({ host, allowNonLoopback }: ResolvedOptions, lastingPlace: string | undefined): string {
  const memory = lastingPlace === undefined ? 'everything forgotten at exit' : `tokens kept ${lastingPlace}`
  const plain = `For development only: no TLS, well-known secrets, ${memory}.`
  if (!allowNonLoopback) return plain
  return `${plain}\nWARNING: it listens on ${host}, and whoever can reach that can get tokens and introspect them. Never on a network you do not trust.`
}
