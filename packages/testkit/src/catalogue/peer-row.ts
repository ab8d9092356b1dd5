/**
 * Reads a row of the other file, a situation that existing middleware answers in different ways, as a row of the catalogue.
 *
 * @module
 */
import type { ClientRequest, Expected, Members, ProofDescription, Row, Step } from './row.ts'

interface PeerRow {
  readonly id: string
  readonly name: string
  readonly request: {
    readonly method: string
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly query: string | null
    readonly body: string | null
  }
  readonly dpop?: ProofDescription | null
  /** `null`: nothing may be asked. Status 0: the connection ends without an answer. */
  readonly introspectionReply: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: unknown
  } | null
  readonly options: Members
  readonly expected: {
    readonly status: number
    readonly status_any?: readonly number[]
    readonly wwwAuthenticate: { readonly challenges: NonNullable<Expected['challenges']> } | null
  }
}

const issuer = 'https://as.example.com/'

/** What "..." stands for in a body, and what a signed reply is about. */
const active = {
  active: true,
  sub: 'user-1',
  client_id: 'client-1',
  scope: 'read write',
  aud: 'https://api.example.com',
  iss: issuer,
  iat: '{{now-10}}',
  exp: '{{now+3600}}',
  token_type: 'Bearer',
}

/** Reads a row. */
export function readPeerRow(value: Members): Row {
  const { id, name, request, dpop, introspectionReply, options, expected } = value as unknown as PeerRow
  const sent: ClientRequest = {
    method: request.method,
    path: request.query === null ? request.path : `${request.path}?${request.query}`,
    // The proof is made when it is sent.
    headers: Object.entries(request.headers).filter(([field]) => field !== 'DPoP'),
    ...(request.body === null ? {} : { body: request.body }),
    ...(dpop === undefined ? {} : { dpop }),
  }
  return {
    id,
    what: name,
    profile: 'peer',
    options,
    request: sent,
    as: introspectionReply === null ? { kind: 'must_not_be_called' } : readReply(introspectionReply),
    expected: {
      status: expected.status,
      ...(expected.status_any === undefined ? {} : { status_any: expected.status_any, handler_called: 'iff_200' }),
      ...(expected.status_any === undefined ? { handler_called: expected.status === 200 } : {}),
      challenges: expected.wwwAuthenticate?.challenges ?? null,
    },
    platforms: [],
    setup: '',
  }
}

function readReply({ status, headers, body }: NonNullable<PeerRow['introspectionReply']>): Step {
  const { location } = headers
  if (status === 0) return { kind: headers['x-note'] === 'no answer' ? 'accept_then_silence' : 'end_without_answer' }
  if (location !== undefined) return { kind: 'redirect', status, location }
  if (typeof body !== 'string') return body === null ? { kind: 'raw', status, headers } : { kind: 'json', status, headers, body }
  if (!body.startsWith('<jws')) return { kind: 'raw', status, headers, body_raw: body.replace('"active":true,...', membersOfActive()) }
  return {
    kind: 'jwt9701',
    status,
    headers,
    jwt: {
      header: { alg: 'ES256', typ: 'token-introspection+jwt', kid: 'as-1' },
      claims: { iss: issuer, aud: 'rs-client', iat: '{{now}}', token_introspection: active },
      sign_with: 'as-1',
    },
  }
}

// In text a time is a number, so without the quotes that hold its place in JSON.
function membersOfActive(): string {
  return JSON.stringify(active)
    .slice(1, -1)
    .replaceAll(/"(\{\{now[+-]\d+\}\})"/g, '$1')
}
