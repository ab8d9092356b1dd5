// Program: opens so many connections, and when all are open sends requests over them, on each the next one when the last has been answered.
// Told a port, an amount and the status that answers must have, it says how many milliseconds each answer took.
import { connect } from 'node:net'
import { makeTokens } from './tokens.mjs'

const [connections, count, length] = process.argv.slice(2).map(Number)
const requests = makeTokens(count, length).map((token) =>
  Buffer.from(`GET / HTTP/1.1\r\nHost: api.example\r\nAccept: */*\r\nAuthorization: Bearer ${token}\r\n\r\n`),
)

function run({ port, amount, expected = 200 }) {
  return new Promise((resolve, reject) => {
    const latencies = []
    const begin = []
    let [sent, open] = [0, connections]
    for (let at = 0; at < connections; at++) {
      const socket = connect(port, '127.0.0.1')
      let sentAt
      const send = () => {
        if (sent >= amount) return socket.end()
        sentAt = process.hrtime.bigint()
        socket.write(requests[sent++ % requests.length])
      }
      socket.setNoDelay(true)
      socket.on('error', reject)
      socket.on('connect', () => {
        if (begin.push(send) === connections) for (const start of begin) start()
      })
      socket.on('data', (chunk) => {
        // Answers are small, and come whole.
        if (!chunk.latin1Slice(0, 12).endsWith(` ${expected}`)) return reject(new Error(`not ${expected}: ${chunk.latin1Slice(0, 40)}`))
        latencies.push(Number(process.hrtime.bigint() - sentAt) / 1e6)
        send()
      })
      socket.on('close', () => {
        if (--open === 0) resolve({ latencies })
      })
    }
  })
}

process.on('message', (order) => {
  run(order).then(
    (outcome) => process.send(outcome),
    (error) => process.send({ error: String(error) }),
  )
})
process.send({})
