/**
 * The flag `--fault`: `introspection:delay=3000`, `token:status=503,times=2`, `all:reset`, `introspection:type=text/html,body=<p>Oops`.
 *
 * @module
 */

const members: ReadonlyMap<string, string> = new Map([
  ['delay', 'delayMs'],
  ['reset', 'reset'],
  ['status', 'status'],
  ['type', 'contentType'],
  ['times', 'times'],
  ['body', 'body'],
])

/** What the flag stands for; what says nothing sensible stays, for the reader of faults to find. A body is the rest, commas and all. */
export function parseFaultFlag(text: string): Readonly<Record<string, unknown>> {
  const [, endpoint = '', rest = ''] = /^([^:]*):?(.*)$/s.exec(text) ?? []
  const fault: Record<string, unknown> = { endpoint }
  const body = /(?:^|,)body=(.*)$/s.exec(rest)
  if (body !== null) fault['body'] = body[1]
  for (const part of (body === null ? rest : rest.slice(0, body.index)).split(',')) {
    if (part === '') continue
    const [name = '', value] = part.split(/=(.*)/s)
    const member = members.get(name) ?? name
    fault[member] = value === undefined ? true : /^\d+$/.test(value) ? Number(value) : value
  }
  return fault
}
