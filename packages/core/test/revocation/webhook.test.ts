import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import type { SignalAnswer } from '../../src/revocation/security-events.ts'
import { token } from '../server-bench.ts'
import { accepted, outcomeOf, sender, setUpSignals, webhookSecret } from './signal-bench.ts'

const bench = setUpSignals()
const paths = { webhook: '/revoked' }
const unsigned = 'its signature is missing, wrong, or too old'
const refused = (error: string, description: string): object => ({
  status: 400,
  content: JSON.stringify({ error, error_description: description }),
})

interface Sent {
  readonly id?: string
  readonly timestamp?: number | string
  readonly secret?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

function signatureOf(content: string, { id = 'msg-1', timestamp = bench.seconds, secret = webhookSecret }: Sent): string {
  return `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${content}`).digest('base64')}`
}

/** Sends content to a receiver, signed as Standard Webhooks has it. */
function hook(server: Parameters<typeof sender>[0], content: string | object, sent: Sent = {}): Promise<SignalAnswer> {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  const { id = 'msg-1', timestamp = bench.seconds, headers } = sent
  const signed = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatureOf(text, sent) }
  return sender(server, paths).send('/revoked', text, { headers: { 'content-type': 'application/json', ...signed, ...headers } })
}

const make = (secrets: readonly string[] = [webhookSecret]): Parameters<typeof sender>[0] => bench.makeSignalled({ webhook: { secrets } })
const marks = [{ subject: 'user-1' }]

describe('a signed webhook', () => {
  it('bears marks, and ends what they name', async () => {
    const server = make()
    expect(await outcomeOf(server)).toBe('granted')
    expect(await hook(server, { marks: [{ subject: 'user-1' }, { client: 'client-9' }] })).toEqual(accepted)
    expect(server.stats().marks).toBe(2)
    expect(await outcomeOf(server)).toBe('401 token_inactive')
  })

  it('can end one token by its digest', async () => {
    const server = make()
    const tokenDigest = createHash('sha256').update(token).digest('base64url')
    expect(await outcomeOf(server)).toBe('granted')
    expect(await hook(server, { marks: [{ tokenDigest }] })).toEqual(accepted)
    expect([await outcomeOf(server), await outcomeOf(server, 'another-token')]).toEqual(['401 token_inactive', 'granted'])
  })

  it('may be signed with any of the secrets, written as text or in base64', async () => {
    const bytes = Buffer.from('9f3b6c2d81e4a7055b21e0c79a4d11223344556677889900', 'hex')
    const server = make(['an-older-secret-of-more-than-24-bytes', `whsec_${bytes.toString('base64')}`])
    expect(await hook(server, { marks }, { secret: 'an-older-secret-of-more-than-24-bytes' })).toEqual(accepted)
    expect(await hook(server, { marks }, { secret: bytes, id: 'msg-2' })).toEqual(accepted)
    const both = `v1a,xyz v1,${'A'.repeat(43)}= ${signatureOf('{"marks":[{"jti":"j"}]}', { secret: bytes, id: 'msg-3' })}`
    expect(await hook(server, { marks: [{ jti: 'j' }] }, { secret: bytes, id: 'msg-3', headers: { 'webhook-signature': both } })).toEqual(
      accepted,
    )
    expect(server.stats().marks).toBe(2)
  })

  it.each<[string, () => Sent]>([
    ['another secret', () => ({ secret: 'another-secret-of-more-than-24-bytes' })],
    ['a time long past', () => ({ timestamp: bench.seconds - 301 })],
    ['a time far ahead', () => ({ timestamp: bench.seconds + 301 })],
    ['a time that is no number', () => ({ timestamp: 'now' })],
    ['a time that is not whole', () => ({ timestamp: `${bench.seconds}.5` })],
    ['no signature', () => ({ headers: { 'webhook-signature': '' } })],
    [
      'a signature of another version',
      () => ({ headers: { 'webhook-signature': signatureOf(JSON.stringify({ marks }), {}).replace('v1,', 'v2,') } }),
    ],
    ['a signature that is cut', () => ({ headers: { 'webhook-signature': signatureOf(JSON.stringify({ marks }), {}).slice(0, -1) } })],
    ['the signature of other content', () => ({ headers: { 'webhook-signature': signatureOf('{}', {}) } })],
    ['the signature of another id', () => ({ headers: { 'webhook-id': 'msg-2' } })],
    ['the signature of another time', () => ({ headers: { 'webhook-timestamp': String(bench.seconds - 1) } })],
    ['no id', () => ({ id: '' })],
  ])('with %s is refused, and changes nothing', async (_name, sent) => {
    const server = make()
    expect(await hook(server, { marks }, sent())).toMatchObject(refused('authentication_failed', unsigned))
    expect(server.stats().marks).toBe(0)
  })

  it.each([-300, 300])('may be %d seconds off', async (off) => {
    expect(await hook(make(), { marks }, { timestamp: bench.seconds + off })).toEqual(accepted)
  })

  it('is taken once, however often it comes', async () => {
    const server = make()
    expect([await hook(server, { marks }), await hook(server, { marks })]).toEqual([accepted, accepted])
    expect(bench.events.filter(({ type }) => type === 'revoked')).toHaveLength(1)
  })

  it('that is replayed to another instance spares tokens that are newer than it [RS-05]', async () => {
    const timestamp = bench.seconds
    bench.clock += 200_000
    bench.says({ iat: timestamp + 60 })
    const server = make()
    expect(await hook(server, { marks }, { timestamp })).toEqual(accepted)
    expect(await outcomeOf(server)).toBe('granted')
    bench.says({ iat: timestamp })
    expect(await outcomeOf(server, 'another-token')).toBe('401 token_inactive')
  })

  it.each([
    ['', 'it is not JSON'],
    ['[]', 'it is not a JSON object'],
    ['{"marks":[{"jti":"a"}],"marks":[]}', 'a member stands in it twice'],
    ['{}', 'its "marks" is not a list of 1 to 100 marks'],
    ['{"marks":[]}', 'its "marks" is not a list of 1 to 100 marks'],
    ['{"marks":{"subject":"user-1"}}', 'its "marks" is not a list of 1 to 100 marks'],
    [
      JSON.stringify({ marks: Array.from({ length: 101 }, (_, at) => ({ subject: `user-${at}` })) }),
      'its "marks" is not a list of 1 to 100 marks',
    ],
    ['{"marks":[{"subject":"user-1"},{}]}', 'a mark in it is none'],
    ['{"marks":[{"subject":7}]}', 'a mark in it is none'],
    ['{"marks":[{"effect":"refuse"}]}', 'a mark in it is none'],
  ])('with the content %s is refused, and changes nothing', async (content, description) => {
    const server = make()
    expect(await hook(server, content)).toMatchObject(refused('invalid_request', description))
    expect(server.stats().marks).toBe(0)
  })

  it('comes by POST, and has 64 KiB at most', async () => {
    const server = make()
    expect(await hook(server, { marks, padding: 'x'.repeat(65_536) })).toMatchObject({ status: 413 })
    const request = { method: 'GET', url: '/revoked', header: () => [], native: undefined }
    expect(await sender(server, paths).receive(request)).toMatchObject({ status: 405 })
  })
})
