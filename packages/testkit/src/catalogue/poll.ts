/**
 * A transmitter that is polled (RFC 8936): it has a good token and a forged one, and hears what is said of them.
 *
 * @module
 */
import { type Behaviour, json } from '../authorization-server.ts'
import { makeSecurityEventToken, pushAuthorization } from './event-tokens.ts'
import { exported } from './protection.ts'
import type { Members } from './row.ts'
import type { Situation } from './situation.ts'
import type { Answer } from './wire.ts'

export const pollPath = '/poll'

const isSaid = (body: Members): boolean => (body['ack'] as readonly string[] | undefined)?.[0] !== undefined

/** What it answers: both tokens, until something is said of one. */
export function transmitter(now: () => number): Behaviour {
  const set = (jti: string, sign?: 'attacker'): string =>
    makeSecurityEventToken({ claims: { jti }, ...(sign === undefined ? {} : { sign }) }, Math.floor(now() / 1000))
  let isOver = false
  return (call, response) => {
    if (call.headers.authorization !== pushAuthorization) {
      json({}, 401)(call, response)
      return
    }
    isOver ||= isSaid(JSON.parse(call.body) as Members)
    json({ sets: isOver ? {} : { good: set('good'), bad: set('bad', 'attacker') } })(call, response)
  }
}

/** Polls until something is said of a token. In the place of an answer: what was said. */
export async function poll({ as, resourceServer }: Situation): Promise<Answer> {
  const options = { endpoint: as.origin + pollPath, authorization: pushAuthorization, longPolling: false, intervalSeconds: 0.02 }
  const polling = exported('pollSecurityEvents')(resourceServer, options) as { readonly stop: () => Promise<void> }
  const began = performance.now()
  const said = (): string | undefined => as.calls.find(({ url, body }) => url === pollPath && isSaid(JSON.parse(body) as Members))?.body
  while (said() === undefined && performance.now() - began < 5000) await new Promise((resolve) => setTimeout(resolve, 5))
  await polling.stop()
  const body = said() ?? ''
  return { status: 200, headers: [], body, text: body, milliseconds: performance.now() - began }
}
