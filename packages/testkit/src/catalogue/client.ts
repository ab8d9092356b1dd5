/**
 * The client of a row: sends its requests with proofs and tokens in place.
 *
 * @module
 */
import { clientCertificates } from '../certificates.ts'
import { withEventToken } from './event-tokens.ts'
import { makeProofs } from './proofs.ts'
import type { ClientRequest, Lines } from './row.ts'
import type { Situation } from './situation.ts'
import { type Answer, bytesOf, Connection, linesOf } from './wire.ts'

/** Sends requests of a row. */
export interface Client {
  /** The bytes of a request, with what has to be made when it is sent. */
  prepare(request: ClientRequest): Buffer
  connect(): Connection
  send(request: ClientRequest): Promise<Answer>
}

/** The client of a row. */
export async function makeClient(situation: Situation): Promise<Client> {
  const { row, served } = situation
  const certificate = row.request.client_cert === undefined ? undefined : clientCertificates[row.request.client_cert]
  const nonces: Record<string, string> = {}
  // Made before memory is measured: the bytes of the client are not of the product.
  const large = (row.request.body?.length ?? 0) > 100_000 ? bytesOf(row.request) : undefined
  const client: Client = {
    prepare(request) {
      if (large !== undefined && request === row.request) return large
      const { method = 'GET', path = '/r', dpop } = request
      const now = situation.now() / 1000
      const proofs = makeProofs(dpop, { method, path, token: tokenIn(request.headers), now, nonces })
      return bytesOf(
        withEventToken(request, now),
        proofs.map((proof) => ['DPoP', proof]),
      )
    },
    connect: () => new Connection(served.origin, certificate),
    async send(request) {
      const connection = client.connect()
      connection.write(client.prepare(request))
      const answer = await connection.read(request.method)
      connection.close()
      return answer
    },
  }
  if (row.profile === 'dpop-nonce') {
    const [nonce] = linesOf(await client.send({ ...row.request, dpop: {} }), 'dpop-nonce')
    if (nonce !== undefined) Object.assign(nonces, { valid: nonce, expired: nonce })
    if (row.request.dpop?.nonce === 'expired') situation.advance(3600)
  }
  return client
}

function tokenIn(headers: Lines = []): string {
  const [, authorization = ''] = headers.find(([name]) => name.toLowerCase() === 'authorization') ?? []
  return /^(?:dpop|bearer) +(.*)$/i.exec(authorization)?.[1] ?? ''
}

/** The request with another token. */
export function withToken(request: ClientRequest, token: string): ClientRequest {
  const others = (request.headers ?? []).filter(([name]) => name.toLowerCase() !== 'authorization')
  return { ...request, headers: [...others, ['Authorization', `Bearer ${token}`]] }
}
