// Program: remembers so many tokens of such a length, through the front door, and says how many bytes each takes.
import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createResourceServer } from '@oauth-introspect/core'
import { requestWith } from './remembering.mjs'
import { guardOptions, makeTokens, replyAbout } from './tokens.mjs'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const [count, length] = process.argv.slice(2).map(Number)
const body = makeTokens(1, length)[0]
const tokenOf = (number) => (String(number).padStart(8, '0') + body).slice(0, length)

let asked = 0
const transport = async () => Response.json(replyAbout(asked++))
const server = createResourceServer(guardOptions({ transport, cache: { maxEntries: count + 1, maxAgeSeconds: 3600 } }))
const used = () => {
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

await server.authorize(requestWith(`warm-${body}`))
await new Promise((resolve) => setTimeout(resolve, 100))
const before = used()
for (let number = 0; number < count; number++) {
  const { outcome } = await server.authorize(requestWith(tokenOf(number)))
  if (outcome !== 'granted') throw new Error('a good token was refused')
}
await new Promise((resolve) => setTimeout(resolve, 100))
const bytes = (used() - before) / count
assert.equal(server.stats().entries, count + 1)
process.send({ bytes })
