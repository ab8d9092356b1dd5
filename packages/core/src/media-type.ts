/**
 * Media types of replies, RFC 9110 §8.3.
 *
 * @module
 */

/** RFC 8259 §8.1: UTF-8 and nothing else, so a charset that says otherwise is not JSON that we can read. */
export function isJson(reply: { header(name: string): string | undefined }): boolean {
  const value = reply.header('content-type') ?? ''
  if (value === 'application/json') return true
  const [type = '', ...parameters] = value.split(';').map((part) => part.trim().toLowerCase())
  return type === 'application/json' && parameters.every((parameter) => !/^charset=(?!"?utf-8"?$)/.test(parameter))
}
