// Program: one of the applications, on a socket. Says how much CPU time it has used since it was asked last.
import { createServer } from 'node:http'
import { frameworks, guard, noOp } from './applications.mjs'
import { remembering } from './remembering.mjs'
import { makeTokens } from './tokens.mjs'

const [framework, kind, count, length] = process.argv.slice(2)
const middleware = {
  bare: () => [],
  'no-op': () => [noOp[framework]],
  guarded: async () => [guard[framework](await remembering(makeTokens(Number(count), Number(length))))],
}
const server = createServer(frameworks[framework](...(await middleware[kind]())))
let used = process.cpuUsage()

process.on('message', () => {
  const { user, system } = process.cpuUsage(used)
  used = process.cpuUsage()
  process.send({ cpu: user + system })
})
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
