/**
 * Asks again after a row, to show what was remembered: no fault of the authorization server, no answer longer than it may be.
 *
 * @module
 */
import { json } from '../authorization-server.ts'
import { type Client, withToken } from './client.ts'
import type { Expected } from './row.ts'
import { type Situation, start } from './situation.ts'

interface Again {
  readonly status: number
  readonly calls: number
  readonly connections: number
}

/** What asking again shows to be wrong; `status` is that of the row. */
export async function judgeAfterwards(
  situation: Situation,
  client: Client,
  expected: Expected,
  status: number,
): Promise<readonly string[]> {
  const { row, as, protection } = situation
  const { must_not: mustNot = [], cache } = expected
  const again = async (advanceSeconds: number, good: boolean, otherToken = false): Promise<Again> => {
    situation.advance(advanceSeconds)
    if (good) situation.override(json(goodReply(row.profile === 'peer')))
    const calls = situation.calls().length
    const connections = as.connections()
    const request = otherToken ? withToken(row.request, `${situation.token}-other`) : row.request
    const answer = await client.send(request)
    return { status: answer.status, calls: situation.calls().length - calls, connections: as.connections() - connections }
  }
  const problems: string[] = []

  if (mustNot.includes('retry_storm')) {
    const { calls } = await again(0, false)
    const { calls: others } = await again(0, false, true)
    if (calls + others > 0) problems.push(`${calls + others} calls while the authorization server wants none (Retry-After)`)
  }
  // What was asked for in Retry-After has passed then, and whatever else may be waited for.
  const limited = row.as.status === 429 || row.as.extra_headers?.['retry-after'] !== undefined
  if (mustNot.some((entry) => entry.startsWith('hold_longer_than'))) {
    const { calls, status: later } = await again(61, true)
    if (calls === 0) problems.push('calls are held back for longer than 60 s')
    else if (later !== 200) problems.push(`${later} although calls are no longer held back`)
  } else if (isFault(situation, status) || (mustNot.includes('cached_at_all') && status !== 200)) {
    if (protection.endpoints === undefined && !/^(?:connect_hang|dns_|jwt9701|metadata)/.test(row.as.kind)) {
      if (!as.listening()) await as.reopen()
      const { status: later, calls, connections } = await again(limited ? 121 : row.profile === 'breaker' ? 6 : 0, true)
      if (row.as.kind.startsWith('tls_')) problems.push(...(connections === 0 ? ['the fault was remembered: nobody was asked again'] : []))
      else if (calls === 0) problems.push('the fault was remembered: nobody was asked again')
      else if (later !== 200) problems.push(`${later} although the authorization server has recovered`)
    }
  } else if (mustNot.includes('cached_at_all')) {
    const { calls, connections } = await again(0, false)
    if (calls + connections === 0) problems.push('the 200 was remembered')
  }

  if (cache === 'negative') {
    const soon = await again(1, false)
    const late = await again(10, true)
    if (soon.calls > 0 || soon.status !== 401) problems.push('the inactive answer was not remembered')
    if (late.calls === 0 || late.status !== 200) problems.push('the inactive answer was remembered for too long')
  } else if (cache === 'positive<=maxTtl') {
    const soon = await again(1, false)
    const late = await again(60, false)
    if (soon.calls > 0 || soon.status !== 200) problems.push('the active answer was not remembered')
    if (late.calls === 0) problems.push('the active answer was remembered for longer than 60 s')
  } else if (cache === 'not stored' && (await again(1, false)).calls === 0) problems.push('the answer was remembered')
  return problems
}

function isFault({ row }: Situation, status: number): boolean {
  return status >= 500 && row.as.kind !== 'must_not_be_called' && !['burst', 'configure'].includes(row.request.kind ?? '')
}

function goodReply(ofPeer: boolean): object {
  return {
    active: true,
    scope: 'read write',
    client_id: 'client-1',
    sub: 'user-1',
    iss: ofPeer ? 'https://as.example.com/' : 'https://as.example',
    aud: ofPeer ? 'https://api.example.com' : 'https://api.example',
    token_type: 'Bearer',
    exp: start / 1000 + 3000,
  }
}
