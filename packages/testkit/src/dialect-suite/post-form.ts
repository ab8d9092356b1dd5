/**
 * Sends a form by POST, by TLS where there is an authority to trust.
 *
 * @module
 */
import { request as requestPlain } from 'node:http'
import { request as requestByTls } from 'node:https'
import { text } from 'node:stream/consumers'

/** What is sent beside the URL. */
export interface SentForm {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** In PEM. */
  readonly ca: string | undefined
}

/** The body of the answer. */
export function postForm(url: string, { headers, body, ca }: SentForm): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers, agent: false as const, ...(ca === undefined ? {} : { ca }) }
    const outgoing = (ca === undefined ? requestPlain : requestByTls)(url, options, (incoming) => {
      text(incoming).then(resolve, reject)
    })
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}
