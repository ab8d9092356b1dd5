// Program: measures one part, and hands over what came out: results to be judged, and a text where there is more to be said.
// What it has started must not outlive whoever asked.
process.on('disconnect', () => process.exit(1))
const [part] = process.argv.slice(2)
let message
try {
  const { measure } = await import(`./${part}.mjs`)
  const outcome = await measure()
  message = Array.isArray(outcome) ? { results: outcome } : outcome
} catch (error) {
  message = { error: error instanceof Error ? error.message : String(error) }
}
process.send(message, () => process.exit(message.error === undefined ? 0 : 1))
