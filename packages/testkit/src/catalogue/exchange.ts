/**
 * Does what the `request` of a row says: one request, or several, one after another or at once.
 *
 * @module
 */
import { type Client, withToken } from './client.ts'
import { rememberKnown, sendAtOnce, shortFlood } from './flood.ts'
import { poll } from './poll.ts'
import type { RowRequest } from './row.ts'
import { deadlineMs, type Situation } from './situation.ts'
import type { Answer, Connection } from './wire.ts'

/** What came of it. */
export interface Exchange {
  /** The answers that `expected` describes. */
  readonly answers: readonly Answer[]
  /** How many calls and runs of the handler there were before the first of them. */
  readonly before: Marks
  /** And after the last. */
  readonly after: Marks
  /** What is wrong in a way that only the exchange can tell. */
  readonly problems: readonly string[]
}

/** Counts at one moment. */
interface Marks {
  readonly calls: number
  readonly handled: number
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Does what the row says; long floods are cut short unless `whole`. */
export async function exchange(situation: Situation, client: Client, whole: boolean): Promise<Exchange> {
  const { request } = situation.row
  const marks = (): Marks => ({ calls: situation.calls().length, handled: situation.handled.length })
  const problems: string[] = []
  const n = whole ? (request.n ?? 1) : Math.min(request.n ?? 1, shortFlood.requests)
  let before = marks()
  let after: Marks | undefined
  const kinds: Readonly<Record<NonNullable<RowRequest['kind']>, () => Promise<readonly Answer[]>>> = {
    async after() {
      await client.send(request.first ?? {})
      const { kind, steps } = situation.row.as
      if (kind === 'sequence' && steps?.[1]?.kind === 'connect_refused') await situation.as.close()
      situation.advance((request.advance_s ?? 0) + (request.clock_jump_s ?? 0) + (request.suspend_s ?? 0))
      before = marks()
      return [await client.send(request)]
    },
    async sequence_requests() {
      const connection = client.connect()
      const answers: Answer[] = []
      for (let at = 0; at < n; at++) {
        const random = request.headers?.some(([, value]) => value === 'Bearer random') === true
        const next = random ? withToken(request, `random-${at}`) : request
        connection.write(
          client.prepare(request.paths === undefined ? next : { ...next, path: request.paths[at % request.paths.length] ?? '' }),
        )
        answers.push(await connection.read(request.method))
      }
      connection.close()
      if (request.then !== undefined) {
        before = marks()
        return [await client.send(request.then)]
      }
      return n > 100 ? answers : answers.slice(-1)
    },
    async burst() {
      const tokenOf = (at: number): string =>
        request.tokens?.[at % request.tokens.length]?.replaceAll('{{i}}', String(at)) ??
        (request.token === 'random' ? `flood-${at}` : situation.token)
      const isFlood = (request.n ?? 1) > 1000
      const known = withToken(request, 'known-before')
      if (isFlood) {
        await rememberKnown(situation, client, known)
        before = marks()
      }
      const answers = await sendAtOnce(client, request, n, tokenOf)
      after = marks()
      if (request.tokens !== undefined) {
        const mixed = answers.findIndex(({ body }, at) => body !== JSON.stringify({ subject: tokenOf(at) }))
        if (mixed >= 0) problems.push(`request ${mixed} saw the claims of another: ${answers[mixed]?.body ?? ''}`)
      }
      if (isFlood) {
        const { status } = await client.send(known)
        if (status !== 200 || situation.calls().length > after.calls) problems.push('the flood has pushed out an active answer')
        // That is how the memory for inactive answers shows its bound: the first of the flood is no longer in it.
        await client.send(withToken(request, tokenOf(0)))
        if (situation.calls().length === after.calls) problems.push('the whole flood is remembered')
      }
      return answers
    },
    async abort_request() {
      const connection = client.connect()
      connection.write(client.prepare(request))
      await wait(request.after_ms ?? 0)
      connection.close()
      // Until the reply has come and whatever hangs on it is done.
      await wait((situation.row.as.ms ?? deadlineMs) + 100)
      return [{ status: 0, headers: [], body: '', text: '', milliseconds: 0 }]
    },
    async pipeline() {
      const connection = client.connect()
      const requests = request.requests ?? []
      connection.write(Buffer.concat(requests.map((one) => client.prepare(one))))
      const answers: Answer[] = []
      for (const { method } of requests) answers.push(await connection.read(method))
      connection.close()
      return answers
    },
    async race() {
      const pending = client.send(request)
      await wait(request.signal_at_ms ?? 0)
      const headers = [['Content-Type', 'application/secevent+jwt'] as const, ['Accept', 'application/json'] as const]
      await client.send({ method: 'POST', path: '/events', headers, set: {} })
      return [await pending]
    },
    configure: () => Promise.resolve([]),
    poll: async () => [await poll(situation)],
  }
  const repeated = request.set?.repeat ?? request.logout_token?.repeat
  const once = async (): Promise<readonly Answer[]> => {
    if (repeated === undefined) return [await client.send(request)]
    const bytes = client.prepare(request)
    await sendBytes(client.connect(), bytes)
    before = marks()
    return [await sendBytes(client.connect(), bytes)]
  }
  const answers = await (request.kind === undefined ? once() : kinds[request.kind]())
  // What an adapter does after its answer, when somebody has answered before, is done one turn later.
  await wait(situation.protection.answersEarly === true ? 100 : 2)
  return { answers, before, after: after ?? marks(), problems }
}

async function sendBytes(connection: Connection, bytes: Buffer): Promise<Answer> {
  connection.write(bytes)
  const answer = await connection.read()
  connection.close()
  return answer
}
