// A resource server that has asked about tokens already.
import assert from 'node:assert/strict'
import { createResourceServer } from '@oauth-introspect/core'
import { guardOptions, replyAbout } from './tokens.mjs'

/** Remembers these tokens; one that it does not know is inactive. */
export async function remembering(tokens) {
  const number = new Map(tokens.map((token, at) => [token, at]))
  const transport = async (_url, { body }) => {
    const at = number.get(new URLSearchParams(body).get('token'))
    return Response.json(at === undefined ? { active: false } : replyAbout(at))
  }
  const server = createResourceServer(guardOptions({ transport, cache: { maxAgeSeconds: 3600, maxEntries: tokens.length + 10 } }))
  for (const token of tokens) assert.equal((await server.authorize(requestWith(token))).outcome, 'granted')
  return server
}

/** A request with this token, for who has no framework. */
export const requestWith = (token) => ({
  method: 'GET',
  url: '/',
  header: (name) => (name === 'authorization' ? [`Bearer ${token}`] : []),
  native: undefined,
})
