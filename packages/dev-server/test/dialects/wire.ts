/**
 * Requests to the dialects, over a socket, with TLS where there is a certificate to trust.
 *
 * @module
 */
import { request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'

/** What came back. */
export interface Reply {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly challenge: string | undefined
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
}

/** What is sent beside the URL. */
export interface Sent {
  readonly method?: 'GET' | 'POST'
  /** As curl has it: joined by a colon, not encoded. */
  readonly user?: string
  readonly form?: Readonly<Record<string, string>>
  readonly ca?: string
}

/** Sends a request; with a form it is a POST. */
export function ask(url: string, { form, method = form === undefined ? 'GET' : 'POST', user, ca }: Sent = {}): Promise<Reply> {
  const headers = {
    ...(user === undefined ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` }),
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' }),
  }
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false, ...(ca === undefined ? {} : { ca }) }
    const asking = (url.startsWith('https:') ? requestTls : requestPlain)(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const json = /^\{.*\}$/s.test(text) ? (JSON.parse(text) as Reply['json']) : {}
        const { 'content-type': type, 'www-authenticate': challenge } = response.headers
        resolve({ status: response.statusCode, type, challenge, text, json })
      })
      response.once('error', reject)
    })
    asking.once('error', reject)
    asking.end(form === undefined ? undefined : new URLSearchParams(form).toString())
  })
}

/** A clock that is moved by hand; it begins at a whole second. */
export function movableClock(): { now: () => number; passSeconds: (seconds: number) => void } {
  let ms = 1_700_000_000_000
  return {
    now: () => ms,
    passSeconds: (seconds) => {
      ms += seconds * 1000
    },
  }
}
