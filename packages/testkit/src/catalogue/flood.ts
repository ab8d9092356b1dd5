/**
 * Many requests at once.
 *
 * @module
 */
import { json } from '../authorization-server.ts'
import { type Client, withToken } from './client.ts'
import type { ClientRequest, RowRequest } from './row.ts'
import { type Situation, start } from './situation.ts'
import type { Answer } from './wire.ts'

/** Requests in a flood that is cut short, and the entries that the memory for inactive answers then has. */
export const shortFlood = { requests: 600, entries: 100 } as const

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Sends a request `n` times, over 100 connections at most: more would be about the machine. */
export async function sendAtOnce(
  client: Client,
  request: RowRequest,
  n: number,
  tokenOf: (at: number) => string,
): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  const plain: ClientRequest = { method: request.method ?? 'GET', path: request.path ?? '/r', headers: request.headers ?? [] }
  const connections = Array.from({ length: Math.min(n, 100) }, () => client.connect())
  const aborted = request.abort_first === true ? connections[0] : undefined
  let next = 0
  await Promise.all(
    connections.map(async (connection) => {
      while (next < n) {
        const at = next++
        connection.write(client.prepare(withToken(plain, tokenOf(at))))
        if (connection === aborted) {
          await wait(60)
          connection.close()
          return
        }
        answers[at] = await connection.read()
      }
      connection.close()
    }),
  )
  return answers.filter((answer) => (answer as Answer | undefined) !== undefined)
}

/** Has the product remember an active answer. */
export async function rememberKnown(situation: Situation, client: Client, known: ClientRequest): Promise<void> {
  situation.override(json({ active: true, exp: start / 1000 + 300 }))
  await client.send(known)
  situation.override()
}
