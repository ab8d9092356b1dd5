/**
 * What can change an answer besides the token, as one text: two endpoints, clients, shapes or ways of reading never share an answer.
 *
 * @module
 */
import type { Discovery } from './discovery.ts'
import { identifyRequest, type RequestRules } from './introspection-request.ts'
import type { ReplyRules } from './introspection-response.ts'
import { identifySigned, type SignedReplyRules } from './signed-introspection-options.ts'

/** What the questions of one client have in common. */
export interface Questions {
  readonly endpoint: URL | Pick<Discovery, 'issuer'>
  /** Name of the client authentication method. */
  readonly method: string
  readonly requestRules: RequestRules
  readonly accept: string
  readonly signed: SignedReplyRules | undefined
  readonly replyRules: ReplyRules
}

// Raised when replies come to be read differently, so that answers kept by an older version are not taken for ours.
const readerVersion = '1'

/** Parts with their lengths, so that no two sets of parts read the same. */
export function identifyQuestions(client: string, { endpoint, method, requestRules, accept, signed, replyRules }: Questions): string {
  // The issuer stands for whatever its metadata name.
  const asked = endpoint instanceof URL ? endpoint.href : `issuer ${endpoint.issuer}`
  const request = [asked, method, client, ...identifyRequest(requestRules), accept]
  const { scopeSeparator, missingActive, errorsAtAnyStatus = false, inactiveErrors } = replyRules
  const reading = [...identifySigned(signed), scopeSeparator, missingActive, String(errorsAtAnyStatus), ...inactiveErrors, readerVersion]
  return [...request, ...reading].map((part) => `${part.length}:${part}`).join('')
}
