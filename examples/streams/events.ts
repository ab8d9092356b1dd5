// The events that all four programs send: one every second, until the token ends.
import { setInterval } from 'node:timers/promises'

export async function* events(signal: AbortSignal): AsyncGenerator<string> {
  yield 'data: open\n\n'
  try {
    for await (const at of setInterval(1000, Date.now, { signal })) yield `data: ${at()}\n\n`
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
