/**
 * Starts servers that are closed after the test, however it ends.
 *
 * @module
 */

import { afterEach } from '@jest/globals'
import { createDevServer, type DevServer, type DevServerOptions } from '@oauth-introspect/dev-server'

const started: DevServer[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()))
})

/** A server for one test. */
export async function start(options?: DevServerOptions): Promise<DevServer> {
  const server = await createDevServer(options)
  started.push(server)
  return server
}
