/** Says how many bytes each remembered token takes: so many tokens, of such a length. Run with --expose-gc, and with nothing else in the process. */
import { hash } from 'node:crypto'
import { createMemory } from '../../src/cache/memory.ts'
import { readIntrospectionReply } from '../../src/introspection-reply.ts'

const [count = 0, length = 0] = process.argv.slice(-2).map(Number)
const collect = (globalThis as unknown as { readonly gc: () => void }).gc
const sha256 = (text: string): string => hash('sha256', text, 'base64url')
const at = Date.parse('2026-11-21T12:00:00Z')

/** Ten members, two of which only this token has. */
function replyAbout(token: string): Uint8Array {
  const digest = sha256(token)
  const members = {
    active: true,
    scope: `read write ${Number(token.slice(0, 8)) % 20 === 0 ? 'admin' : 'profile'}`,
    client_id: `client-${Number(token.slice(0, 8)) % 50}`,
    username: `${digest.slice(0, 12)}@example.com`,
    token_type: 'Bearer',
    exp: at / 1000 + 300,
    iat: at / 1000,
    sub: digest.slice(0, 36),
    aud: ['https://api.example', 'https://other.example'],
    iss: 'https://as.example',
    // Some servers repeat what they were asked about.
    ...(length > 1000 ? { token } : {}),
  }
  return new TextEncoder().encode(JSON.stringify(members))
}

const rules = {
  maxEntries: count,
  maxAgeMs: 60_000,
  inactiveMaxEntries: 1,
  inactiveMaxAgeMs: 0,
  staleIfErrorMs: 0,
  refreshAhead: false,
}
const memory = createMemory({ rules, now: () => at, joins: true, sha256, sha256Binary: (text) => hash('sha256', text, 'binary') })
const replyRules = { scopeSeparator: ' ', inactiveErrors: [], missingActive: 'refuse', share: memory.share } as const
const known = memory.of({
  identity: 'who asks',
  ask: (token) => {
    const header = (): string => 'application/json'
    const introspection = readIntrospectionReply({ status: 200, header, body: replyAbout(token) }, token, replyRules, at)
    if (!introspection.active) throw new Error('not active')
    return Promise.resolve({ active: true, introspection, claims: introspection.claims, invalidPaths: undefined, sentAt: at })
  },
})
const tokenOf = (n: number): string => `${String(n).padStart(8, '0')}${'x'.repeat(length - 8)}`
const used = (): number => {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const before = used()
for (let n = 0; n < count; n++) await known.recall(tokenOf(n), Infinity)
const bytes = used() - before
if (memory.stats().entries !== count) throw new Error('not all of them are remembered')
const last = await known.recall(tokenOf(1), Infinity)
console.log(JSON.stringify({ bytes: bytes / count, source: last.source }))
