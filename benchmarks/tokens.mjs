// Tokens of a given length, and what the authorization server says of them.
import { hash } from 'node:crypto'

export const audience = 'https://api.example'
export const issuer = 'https://as.example'

/** So many different tokens of so many characters, the same ones in every process. */
export function makeTokens(count, length) {
  return Array.from({ length: count }, (_, number) => {
    let token = ''
    for (let part = 0; token.length < length; part++) token += hash('sha512', `${number} ${part}`, 'base64url')
    return token.slice(0, length)
  })
}

/** Ten members, some 300 bytes of JSON: what is of the client and the tenant repeats, what is of the user does not. */
export function replyAbout(number, lifetimeSeconds = 3600) {
  const now = Math.floor(Date.now() / 1000)
  return {
    active: true,
    scope: ['read write', 'read', 'read write orders:read'][number % 3],
    client_id: `client-${number % 50}`,
    username: `user-${number}@example.com`,
    token_type: 'Bearer',
    exp: now + lifetimeSeconds,
    iat: now,
    sub: `248289761${String(number).padStart(8, '0')}`,
    aud: audience,
    iss: issuer,
  }
}

let heard = 0

/** What every guard of ours has here: audience, scope and expiry are judged, and somebody listens to events, and keeps none of them. */
export function guardOptions(more) {
  return {
    introspectionEndpoint: 'http://127.0.0.1:1/introspect',
    clientId: 'rs',
    clientSecret: 'secret',
    audience,
    requiredScopes: 'read',
    cache: { maxAgeSeconds: 3600 },
    onEvent: (event) => {
      heard += event.type.length
    },
    ...more,
  }
}
