/**
 * Finds out which part of the product a row needs that is not built yet: nothing has to be changed here when it comes.
 *
 * @module
 */
import { createResourceServer, type Options } from '@oauth-introspect/core'
import type { AdapterUnderTest } from '../adapter-suite/bench.ts'
import { fillRow } from './placeholders.ts'
import { protectionOf } from './profiles.ts'
import { exported, NotBuilt, type Protection } from './protection.ts'
import type { Row } from './row.ts'

/** The part, in words; `undefined` when nothing is missing. */
export function findMissingPart(template: Row, adapter: AdapterUnderTest): string | undefined {
  let protection: Protection
  try {
    protection = protectionOf({
      row: fillRow(template, { token: 'none', start: 0 }),
      variant: 0,
      endpoint: 'http://127.0.0.1:1/introspect',
      clientSecret: 'none',
      now: () => 0,
      onEvent: () => undefined,
      store: new Map(),
    })
    if (template.expected.kind === 'poll_client') exported('pollSecurityEvents')
  } catch (error) {
    if (error instanceof NotBuilt) return error.message
    throw error
  }
  const endpoint = protection.endpoints?.find((name) => !(name in adapter.exports))
  const { kind, options } = template.request
  const configured = kind === 'configure' ? { ...protection.options, ...options } : protection.options
  return findUnknownOption(configured as unknown as Options) ?? (endpoint === undefined ? undefined : `export ${endpoint}`)
}

function findUnknownOption(options: Options): string | undefined {
  try {
    void createResourceServer(options).close()
    return undefined
  } catch (error) {
    const [, name] = /unknown option "([^"]+)"/.exec(String(error)) ?? []
    if (name !== undefined) return `option ${name}`
    return options.introspectionEndpoint === undefined ? 'discovery' : undefined
  }
}
