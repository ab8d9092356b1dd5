/**
 * Reads a webhook that bears marks, signed as Standard Webhooks has it: HMAC-SHA256 over its id, its time and its content.
 *
 * @module
 */
import { readJsonObject } from '../strict-json.ts'
import { readRevocationMark } from './revocation-mark.ts'
import { malformed, type Signal, type SignalFault } from './signal-fault.ts'

/** What came: each of the three header fields, if there was just one of it, and the content. */
export interface Webhook {
  readonly id: string | undefined
  readonly timestamp: string | undefined
  readonly signature: string | undefined
  readonly content: Uint8Array
}

// Standard Webhooks, "Replay attacks": what is older cannot be sent again, what is younger is known by its id.
const windowSeconds = 300
const maxMarks = 100
const maxSignatures = 8

/** Reads a webhook; `now` in seconds. */
export async function readWebhook(
  { id, timestamp, signature, content }: Webhook,
  secrets: readonly Uint8Array<ArrayBuffer>[],
  now: number,
): Promise<Signal | SignalFault> {
  if (id === undefined || timestamp === undefined || signature === undefined || id === '') return unsigned
  if (!/^[0-9]{1,15}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > windowSeconds) return unsigned
  const head = new TextEncoder().encode(`${id}.${timestamp}.`)
  const signed = new Uint8Array(head.length + content.length)
  signed.set(head)
  signed.set(content, head.length)
  if (!(await isSigned(signed, readSignatures(signature), secrets))) return unsigned
  return readMarks(content, id, Number(timestamp))
}

const unsigned: SignalFault = { fault: 'authentication_failed', description: 'its signature is missing, wrong, or too old' }

/** `v1,` and base64, several of them with spaces between; whatever else is a version that is not known. */
function readSignatures(field: string): readonly Uint8Array<ArrayBuffer>[] {
  return field
    .split(' ', maxSignatures)
    .filter((one) => /^v1,[A-Za-z0-9+/]{43}=$/.test(one))
    .map((one) => Uint8Array.from(atob(one.slice(3)), (character) => character.charCodeAt(0)))
}

async function isSigned(
  content: Uint8Array<ArrayBuffer>,
  signatures: readonly Uint8Array<ArrayBuffer>[],
  secrets: readonly Uint8Array<ArrayBuffer>[],
): Promise<boolean> {
  for (const secret of secrets) {
    const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
    for (const signature of signatures) if (await crypto.subtle.verify('HMAC', key, signature, content)) return true
  }
  return false
}

/** `{ "marks": [ … ] }`. What a mark is about has happened when it was signed at the latest, however late it comes, or comes again. */
function readMarks(content: Uint8Array, id: string, eventTime: number): Signal | SignalFault {
  const json = readJsonObject(content)
  if ('fault' in json) return malformed(json.fault)
  const { marks } = json.members
  if (!Array.isArray(marks) || marks.length === 0 || marks.length > maxMarks)
    return malformed(`its "marks" is not a list of 1 to ${maxMarks} marks`)
  const read = marks.map(readRevocationMark)
  if (!read.every((mark) => mark !== undefined)) return malformed('a mark in it is none')
  return { id: JSON.stringify(['webhook', id]), marks: read.map((mark) => ({ eventTime, ...mark })) }
}
