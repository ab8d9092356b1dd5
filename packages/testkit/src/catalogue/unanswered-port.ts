/**
 * A loopback port on which connecting never ends: its queue of connections is full, and nobody takes one out.
 *
 * @module
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

/** The port, and how to give it back. */
export interface UnansweredPort {
  readonly port: number
  close(): Promise<void>
}

// Listens, tells where, and blocks its thread before a connection could be accepted.
const listener = `
const { parentPort } = require('node:worker_threads')
const server = require('node:net').createServer()
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})`

/** Opens one. */
export async function openUnansweredPort(): Promise<UnansweredPort> {
  const worker = new Worker(listener, { eval: true })
  const [port] = (await once(worker, 'message')) as [number]
  const fillers: Socket[] = []
  // The queue has room for two or three.
  for (let at = 0; at < 6; at++) {
    const filler = connect({ port, host: '127.0.0.1' }).on('error', () => undefined)
    fillers.push(filler)
    await Promise.race([once(filler, 'connect'), new Promise((resolve) => setTimeout(resolve, 50))])
  }
  return {
    port,
    async close() {
      for (const filler of fillers) filler.destroy()
      await worker.terminate()
    },
  }
}
