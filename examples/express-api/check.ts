// Starts the API beside a development authorization server and does what a person would.
import { checkExample, startProgram } from '@oauth-introspect/testkit/check-example'

await checkExample('express-api', (settings) => startProgram(new URL('./app.js', import.meta.url), settings))
