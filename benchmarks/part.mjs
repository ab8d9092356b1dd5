// Program: measures one part, and hands over what came out.
const [part] = process.argv.slice(2)
let message
try {
  const { measure } = await import(`./${part}.mjs`)
  message = { results: await measure() }
} catch (error) {
  message = { error: error instanceof Error ? error.message : String(error) }
}
process.send(message, () => process.exit(message.error === undefined ? 0 : 1))
