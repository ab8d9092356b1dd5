/**
 * What the `as` of a row says, as behaviours of the scripted authorization server.
 *
 * @module
 */
import { gzipSync } from 'node:zlib'
import { after, type Behaviour, bytes, drip, json, raw, reset, silence, socketOf } from '../authorization-server.ts'
import { signerOf, signJwt } from './keys.ts'
import type { Step } from './row.ts'

/** Where a behaviour happens: which origins stand for those of the row, and when the row begins, in seconds since epoch. */
export interface Stage {
  readonly origin: string
  readonly elsewhere: string
  readonly start: number
}

const jsonType = { 'content-type': 'application/json' }
const head = (length: number, more = ''): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n${more}\r\n`
const active = '{"active":true}'

/** The behaviour of a step. Made once for a row, since sequences count. */
export function behaviourOf(step: Step, stage: Stage): Behaviour {
  const make = behaviours[step.kind]
  if (make === undefined) throw new Error(`no behaviour is called "${step.kind}"`)
  return make(step, stage)
}

const behaviours: Readonly<Record<string, (step: Step, stage: Stage) => Behaviour>> = {
  // Answered all the same, so that the fault is a call that was made and not a request that hangs.
  must_not_be_called: () => raw('', 500),
  json: ({ body, status, headers = jsonType, extra_headers }) => raw(JSON.stringify(body), status, { ...headers, ...extra_headers }),
  raw: ({ body_raw = '', status, headers, extra_headers }) => raw(body_raw, status, { ...headers, ...extra_headers }),
  raw_bytes: ({ hex = '', status, ct = 'application/json' }) => raw(Buffer.from(hex, 'hex'), status, { 'content-type': ct }),
  raw_utf16le: ({ body_raw = active }) =>
    raw(Buffer.from(body_raw, 'utf16le'), 200, { 'content-type': 'application/json; charset=utf-16le' }),
  status: ({ status, headers }) => raw('', status, headers),
  redirect: ({ status, location = '' }, stage) => raw('', status, { location: locate(location, stage) }),
  gzip: ({ body }) => raw(gzipSync(JSON.stringify(body)), 200, { ...jsonType, 'content-encoding': 'gzip' }),
  gzip_bomb: ({ inflated = 0 }) => raw(bomb(inflated), 200, { ...jsonType, 'content-encoding': 'gzip' }),
  jwt9701: ({ jwt, status, headers }) =>
    jwt === undefined ? silence : raw(signJwt(jwt.header, jwt.raw_payload ?? jwt.claims, signerOf(jwt.sign_with)), status, headers),
  big_body: () => raw(`{"active":true,"x":"${'a'.repeat(10_000_000)}"}`, 200, jsonType),
  big_content_length: ({ content_length = 10_000_000_000 }) => bytes(head(content_length) + active),
  endless_body: () => endless,
  close_delimited: ({ body }) =>
    bytes(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n${typeof body === 'string' ? body : JSON.stringify(body)}`,
      'end',
    ),
  informational_then: ({ codes = [], then }, stage) => {
    const last = then === undefined ? silence : behaviourOf(then, stage)
    return (call, response) => {
      socketOf(response).write(codes.map((code) => `HTTP/1.1 ${code} Interim\r\n\r\n`).join(''))
      last(call, response)
    }
  },
  accept_then_silence: () => silence,
  headers_then_silence: () => bytes(head(100)),
  drip_headers: ({ interval_ms = 200 }) => drip(head(active.length, `x-pad: ${'a'.repeat(200)}\r\n`), interval_ms),
  drip:
    ({ interval_ms = 200 }) =>
    (call, response) => {
      socketOf(response).write(head(1000))
      drip(active + ' '.repeat(900), interval_ms)(call, response)
    },
  delay: ({ ms = 0, then }, stage) => {
    const last = then === undefined ? silence : behaviourOf(then, stage)
    return (call, response) => {
      after(new Promise((resolve) => setTimeout(resolve, ms)), last)(call, response)
    }
  },
  reset_before_reply: () => reset,
  end_without_answer: () => (_call, response) => socketOf(response).end(),
  reset_reused_connection: ({ then }, stage) => {
    const sockets = new WeakSet()
    const first = then === undefined ? silence : behaviourOf(then, stage)
    return (call, response) => {
      const socket = socketOf(response)
      if (sockets.has(socket)) reset(call, response)
      else first(call, response)
      sockets.add(socket)
    }
  },
  reset_mid_body:
    ({ content_length = 100, body }) =>
    (call, response) => {
      bytes(head(content_length) + String(body))(call, response)
      // Not at once: a reset can overtake what was written, and would then be one before any byte of a reply.
      setTimeout(() => {
        if (response.socket !== null) reset(call, response)
      }, 30)
    },
  chunked_no_terminator: ({ body }) => {
    const chunk = String(body)
    return bytes(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunk.length.toString(16)}\r\n${chunk}\r\n`,
      'end',
    )
  },
  sequence: ({ steps = [] }, stage) => {
    const list = steps.map((step) => behaviourOf(step, stage))
    let at = 0
    return (call, response) => list[Math.min(at++, list.length - 1)]?.(call, response)
  },
  by_token: (step, stage) => (call, response) => byRule(step, call.form.get('token') ?? '', stage)(call, response),
  by_endpoint: (step, stage) => (call, response) => byRule(step, call.url.split('/')[1] ?? '', stage)(call, response),
  // The issuer that is found is the one that replies name.
  metadata: ({ introspection }, stage) =>
    introspection === undefined ? silence : behaviourOf(JSON.parse(locate(JSON.stringify(introspection), stage)) as Step, stage),
  metadata_raw: () => json({ active: true }),
  // What they do happens below HTTP, before any call.
  ...Object.fromEntries(
    ['connect_refused', 'connect_hang', 'dns_nxdomain', 'dns_hang', 'tls_untrusted_ca', 'tls_old_version', 'tls_plaintext'].map((kind) => [
      kind,
      ({}: Step, { start }: Stage) => json({ active: true, exp: start + 300 }),
    ]),
  ),
}

function byRule({ rules = {} }: Step, name: string, stage: Stage): Behaviour {
  const [, step] = Object.entries(rules).find(([rule]) => (rule.endsWith('*') ? name.startsWith(rule.slice(0, -1)) : name === rule)) ?? []
  if (step === undefined) return json({ active: false })
  if (typeof step === 'object') return behaviourOf(step, stage)
  if (step !== 'active with sub = token') throw new Error(`no rule is called "${step}"`)
  return json({ active: true, sub: name, exp: stage.start + 300 })
}

/** The authorization server's metadata, with loopback origins in the place of those of the row (RFC 8414 §3). */
export function metadataOf({ kind, metadata, status, headers, body }: Step, stage: Stage): Behaviour {
  if (kind === 'metadata') return raw(locate(JSON.stringify(metadata), stage), 200, jsonType)
  return kind === 'metadata_raw' ? raw(String(body), status, { ...jsonType, ...headers }) : raw('', 404)
}

function locate(text: string, { origin, elsewhere }: Stage): string {
  return text
    .replaceAll('https://evil.example', elsewhere)
    .replaceAll('{{self}}', `${origin}/introspect`)
    .replaceAll('{{as}}', origin)
    .replaceAll(/https:\/\/(?:mtls\.)?as\.example/g, origin)
}

const endless: Behaviour = (_call, response) => {
  response.writeHead(200, jsonType)
  const chunk = 'a'.repeat(16_384)
  const write = (): void => {
    if (!response.destroyed) response.write(chunk, () => setImmediate(write))
  }
  response.on('error', () => undefined)
  write()
}

let packed: { readonly inflated: number; readonly bytes: Buffer } | undefined

/** Kept: it takes a second to make. */
function bomb(inflated: number): Buffer {
  if (packed?.inflated !== inflated) packed = { inflated, bytes: gzipSync(Buffer.alloc(inflated, ' '), { level: 9 }) }
  return packed.bytes
}
