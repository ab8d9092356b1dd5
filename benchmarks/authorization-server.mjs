// Program: an introspection endpoint that costs next to nothing. It speaks as little HTTP as its clients need, and says of every token but
// those that begin with "bad" that it is active.
import { createServer } from 'node:net'
import { replyAbout } from './tokens.mjs'

const settings = { delayMs: 0, status: 200 }
let calls = 0
let about = 0

const server = createServer((socket) => {
  let pending = ''
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    pending += chunk.latin1Slice()
    for (;;) {
      const end = pending.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/content-length: (\d+)/i.exec(pending.slice(0, end))?.[1] ?? 0)
      if (pending.length < end + 4 + length) return
      const body = pending.slice(end + 4, end + 4 + length)
      pending = pending.slice(end + 4 + length)
      answer(socket, body)
    }
  })
})

function answer(socket, body) {
  calls++
  const reply = JSON.stringify(body.includes('token=bad') ? { active: false } : replyAbout(about++))
  const text = `HTTP/1.1 ${settings.status} -\r\nContent-Type: application/json\r\nContent-Length: ${reply.length}\r\n\r\n${reply}`
  if (settings.delayMs === 0) socket.write(text)
  else setTimeout(() => socket.write(text), settings.delayMs)
}

process.on('message', (change) => {
  Object.assign(settings, change)
  process.send({ calls })
  calls = 0
})
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
