// Runs the Workers on workerd beside a development authorization server and does what a person would.
import { checkExample } from '@oauth-introspect/testkit/check-example'
import { checkRevocation } from './check-revocation.js'
import { findWorkerd, startWorker } from './running-worker.js'

const workerd = findWorkerd()
if (workerd === undefined) {
  console.log(`hono-worker: SKIPPED, there is no workerd for ${process.platform} ${process.arch} among the packages installed here`)
} else {
  await checkExample('hono-worker', (settings) => startWorker(workerd, './app.js', settings))
  await checkRevocation('hono-worker, told of revocations', (settings) => startWorker(workerd, './told-app.js', settings))
}
