// A port of one's own choice where it is free, any other where it is not.
import { createServer, type Server } from 'node:net'

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')
}

/** Listens on a port, or on a free one when it is in use; tells which. */
export async function listenNear(server: Server, port: number): Promise<number> {
  try {
    return await listen(server, port)
  } catch (error) {
    if (isInUse(error)) return listen(server, 0)
    throw error
  }
}

/** Tells whether a port can be listened on now. */
export async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  const free = (await listenNear(probe, port)) === port
  await new Promise((resolve) => probe.close(resolve))
  return free
}
